"""Scopes: what a token may be used for, however much its user may do.

Source: OpenShift, token scopes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from slipcast.access.rules import Attempt, Rule, allowed, uncovered
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
            groups=(kinds.AUTHORIZATION, kinds.AUTHORIZATION_OPENSHIFT),
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


def held_back(scopes: Iterable[str], held: Iterable[Rule]) -> tuple[Rule, ...]:
    """What of some rules is left for a token of some scopes.

    Shape:  of a rule and a scope that overlap, the one that lies within the other.
    """
    own = tuple(held)
    wanted = tuple(rule for scope in scopes for rule in SCOPES.get(scope, ()))
    within_scopes = (rule for rule in own if not uncovered(wanted, (rule,)))
    within_rules = (rule for rule in wanted if not uncovered(own, (rule,)))
    return tuple(dict.fromkeys((*within_scopes, *within_rules)))
