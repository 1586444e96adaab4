"""THE TABLE of forges: who delivers webhooks, and who reads what they send.

A module for each, none of which knows of another; what they have in common is in `delivery`,
`pushes` and `signatures`.
"""

from __future__ import annotations

from typing import Final

from slipcast.builds.delivery import Forge
from slipcast.builds.webhooks import bitbucket, generic, github, gitlab

FORGES: Final = (github.FORGE, gitlab.FORGE, bitbucket.FORGE, generic.FORGE)
"""THE TABLE."""


def by_word(word: str) -> Forge | None:
    """The forge whose addresses end in a word."""
    return next((each for each in FORGES if each.word == word), None)
