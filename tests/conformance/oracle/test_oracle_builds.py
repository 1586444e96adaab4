"""Recorded answers, asked again: groups in which builds are made and waited for."""

from __future__ import annotations

import pytest

from conformance.oracle.conftest import ROWS, Replay

GROUPS = ("user", "builds", "instantiate", "webhooks", "triggers", "policy", "life")


@pytest.mark.parametrize("group", GROUPS)
def test_the_answers_are_those_of_the_original_but_for_the_rows(replay: Replay, group: str) -> None:
    answers = replay(group)

    differing = {name for name, same in answers.items() if not same}
    assert answers
    assert differing == ROWS & set(answers)
