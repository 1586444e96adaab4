"""THE TABLE of forges."""

from __future__ import annotations

import pytest

from slipcast.api.build import BuildTriggerPolicy, GitSourceRevision
from slipcast.api.fields import fields_of
from slipcast.builds.delivery import Forge, revision_of
from slipcast.builds.triggers import webhook_cause
from slipcast.builds.webhooks import FORGES, by_word


@pytest.mark.parametrize("forge", FORGES, ids=lambda each: each.word)
def test_each_forge_has_a_block_in_triggers_and_a_cause(forge: Forge) -> None:
    cause = webhook_cause(forge.word, revision_of(GitSourceRevision(commit="c")))

    assert forge.word in fields_of(BuildTriggerPolicy)
    assert forge.type in cause.message
    assert by_word(forge.word) is forge


def test_an_unknown_word_is_no_forge() -> None:
    assert by_word("GitHub") is None
