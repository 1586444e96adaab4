"""Scopes: what a token may be used for, however much its user may do.

Source: OpenShift, token scopes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from slipcast.access.rules import Attempt, Rule, allowed
from slipcast.api import kinds

FULL: Final = "user:full"
_LEGACY: Final = ""

SCOPES: Final[Mapping[str, tuple[Rule, ...]]] = {
    FULL: (
        Rule(verbs=("*",), groups=("*",), resources=("*",)),
        Rule(verbs=("*",), paths=("*",)),
    ),
    "user:info": (
        Rule(verbs=("get",), groups=(kinds.USER, _LEGACY), resources=("users",), names=("~",)),
    ),
    "user:check-access": (
        Rule(
            verbs=("create",),
            groups=(kinds.AUTHORIZATION,),
            resources=("selfsubjectaccessreviews", "selfsubjectrulesreviews"),
        ),
    ),
    "user:list-projects": (
        Rule(
            verbs=("get", "list", "watch"), groups=(kinds.PROJECT, _LEGACY), resources=("projects",)
        ),
    ),
}
"""THE TABLE of scopes."""


def within(scopes: Iterable[str], attempt: Attempt) -> bool:
    """Whether an attempt is within any of some scopes; one that nobody knows allows nothing."""
    return any(allowed(SCOPES.get(scope, ()), attempt) for scope in scopes)
