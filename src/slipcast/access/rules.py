"""Rules: what a role allows, and whether some rules cover another.

Source: Kubernetes RBAC: rules are additive, nothing is ever denied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

EVERY: Final = "*"


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody is about to do.

    Shape:  namespace empty means all of them, or a kind without namespaces; path is of requests
            that are about no resource.
    """

    verb: str
    group: str = ""
    plural: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    path: str = ""

    @property
    def resource(self) -> str:
        """The plural with the subresource: `builds/details`."""
        return f"{self.plural}/{self.subresource}" if self.subresource else self.plural


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """Some verbs on some resources, or on some paths.

    Shape:  names empty means every object; `*` stands for all of verbs, groups and resources,
            `*/log` for a subresource of all; a path may end with `*`.
    """

    verbs: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    def allows(self, attempt: Attempt) -> bool:
        """Whether an attempt is within the rule."""
        if not _has(self.verbs, attempt.verb):
            return False
        if attempt.path:
            return any(_leads(path, attempt.path) for path in self.paths)
        return (
            _has(self.groups, attempt.group)
            and self._has_resource(attempt.resource, attempt.subresource)
            and (not self.names or attempt.name in self.names)
        )

    def _has_resource(self, resource: str, subresource: str) -> bool:
        return _has(self.resources, resource) or (
            bool(subresource) and f"*/{subresource}" in self.resources
        )

    @property
    def document(self) -> dict[str, Any]:
        """The rule as a role has it."""
        named = (
            ("verbs", self.verbs),
            ("apiGroups", self.groups),
            ("resources", self.resources),
            ("resourceNames", self.names),
            ("nonResourceURLs", self.paths),
        )
        return {field: list(values) for field, values in named if values}


def read(document: Mapping[str, Any]) -> Rule:
    """A rule from a role; what is not as it should be allows nothing."""
    names = document.get("resourceNames") or ()
    if len(_texts(names)) != len(names):
        # Without the names that are none, it would be about every object.
        return Rule()
    return Rule(
        verbs=_texts(document.get("verbs")),
        groups=_texts(document.get("apiGroups")),
        resources=_texts(document.get("resources")),
        names=_texts(names),
        paths=_texts(document.get("nonResourceURLs")),
    )


def allowed(rules: Iterable[Rule], attempt: Attempt) -> bool:
    """Whether any of the rules allows an attempt."""
    return any(rule.allows(attempt) for rule in rules)


def uncovered(held: Iterable[Rule], wanted: Iterable[Rule]) -> tuple[Rule, ...]:
    """What of the wanted rules the held ones do not allow, taken apart to its smallest pieces.

    Whoever gives a role away must have all that is in it.
    """
    owned = tuple(held)
    return tuple(piece for rule in wanted for piece in _pieces(rule) if not _covered(owned, piece))


def _pieces(rule: Rule) -> Iterable[Rule]:
    """A rule as rules of one verb on one thing each."""
    for verb in rule.verbs:
        for path in rule.paths:
            yield Rule(verbs=(verb,), paths=(path,))
        for group in rule.groups:
            for resource in rule.resources:
                for name in rule.names or ("",):
                    yield Rule(
                        verbs=(verb,),
                        groups=(group,),
                        resources=(resource,),
                        names=(name,) if name else (),
                    )


def _covered(held: tuple[Rule, ...], piece: Rule) -> bool:
    for rule in held:
        if not _has(rule.verbs, piece.verbs[0]):
            continue
        if piece.paths:
            if any(_leads(path, piece.paths[0]) for path in rule.paths):
                return True
            continue
        _, _, subresource = piece.resources[0].partition("/")
        if (
            _has(rule.groups, piece.groups[0])
            and rule._has_resource(piece.resources[0], subresource)  # noqa: SLF001 -- our own kind
            and (not rule.names or (piece.names and piece.names[0] in rule.names))
        ):
            return True
    return False


def _has(values: tuple[str, ...], wanted: str) -> bool:
    return wanted in values or EVERY in values


def _leads(pattern: str, path: str) -> bool:
    if pattern.endswith(EVERY):
        return path.startswith(pattern[:-1])
    return path == pattern


def _texts(values: object) -> tuple[str, ...]:
    if not isinstance(values, list):
        return ()
    return tuple(value for value in values if isinstance(value, str))
