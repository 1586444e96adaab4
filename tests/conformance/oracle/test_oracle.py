"""What OpenShift Origin 1.5 answered, asked again of our server; each difference has a row.

Groups in which builds are waited for are in a file of their own, which another worker has.
"""

from __future__ import annotations

import pytest

from conformance.oracle.conftest import CORPUS, ROWS, Replay

GROUPS = (
    "discovery",
    "bcvalid",
    "import",
    "tag",
    "streams",
    "process",
    "newapp",
    "newbuild",
    "ambiguous",
    "set",
)


@pytest.mark.parametrize("group", GROUPS)
def test_the_answers_are_those_of_the_original_but_for_the_rows(replay: Replay, group: str) -> None:
    answers = replay(group)

    differing = {name for name, same in answers.items() if not same}
    assert answers
    assert differing == ROWS & set(answers)


@pytest.mark.skipif(not CORPUS.exists(), reason="no recorded answers beside here")
def test_every_row_is_about_a_case() -> None:
    assert {name for name in ROWS if not (CORPUS / "cases" / name).is_dir()} == set()
