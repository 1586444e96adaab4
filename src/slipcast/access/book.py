"""The book: which roles there are, and who was given which, kept up to date entry by entry.

A role of a namespace is named by bindings of that namespace; a cluster role by those of any, and by
cluster bindings, whose word holds everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from slipcast.access import rules
from slipcast.access.rules import Rule
from slipcast.values.actor import MASTERS, Actor
from slipcast.values.selector import LabelSelector

ROLES: Final = {"Role", "ClusterRole"}
BINDINGS: Final = {"RoleBinding", "ClusterRoleBinding"}
EVERYTHING: Final = (
    Rule(verbs=("*",), groups=("*",), resources=("*",)),
    Rule(verbs=("*",), paths=("*",)),
)
"""What the masters may do."""

Place = tuple[str, str]
"""Namespace and name; cluster roles and bindings have an empty namespace."""
Subject = tuple[str, str]
"""A kind of subject and its name; of a service account `namespace/name`."""


class Binding(msgspec.Struct, frozen=True, kw_only=True):
    """A role given to some."""

    place: Place
    role: Place
    subjects: frozenset[Subject]


class _Role(msgspec.Struct, frozen=True):
    rules: tuple[Rule, ...]
    labels: Mapping[str, str]
    gathers: tuple[LabelSelector, ...]


class Book:
    """Roles and bindings, to be asked."""

    def __init__(self) -> None:
        self._roles: dict[Place, _Role] = {}
        self._bindings: dict[Place, Binding] = {}
        self._given: dict[Subject, set[Place]] = {}

    def write(self, kind: str, place: Place, content: Mapping[str, Any] | None) -> None:
        """Take in a role or a binding as it now is; None: it is gone."""
        if kind in ROLES:
            if content is None:
                self._roles.pop(place, None)
            else:
                self._roles[place] = _role(content)
        elif kind in BINDINGS:
            self._forget(place)
            if content is not None:
                self._remember(_binding(place, content))

    def rules(self, actor: Actor, namespace: str) -> Iterator[Rule]:
        """What an actor may do in a namespace, or everywhere when it is empty."""
        if MASTERS in actor.groups:
            yield from EVERYTHING
        for binding in self._bindings_of(actor, namespace):
            yield from self.of_role(binding.role)

    def of_role(self, place: Place) -> tuple[Rule, ...]:
        """The rules of a role, those it gathers from others included."""
        role = self._roles.get(place)
        if role is None:
            return ()
        if not role.gathers:
            return role.rules
        gathered = (
            other.rules
            for (namespace, _), other in self._roles.items()
            if not namespace and any(each.matches(other.labels) for each in role.gathers)
        )
        return tuple(rule for found in (role.rules, *gathered) for rule in found)

    def who(self, namespace: str, verb: str, group: str, resource: str) -> Iterator[Subject]:
        """Who may do something in a namespace, as the bindings name them."""
        attempt = rules.Attempt(verb=verb, group=group, plural=resource, namespace=namespace)
        for binding in self._bindings.values():
            if binding.place[0] in {"", namespace} and rules.allowed(
                self.of_role(binding.role), attempt
            ):
                yield from binding.subjects

    def namespaces(self, actor: Actor) -> frozenset[str]:
        """The namespaces in which an actor was given anything."""
        places = (self._given.get(subject, ()) for subject in subjects_of(actor))
        return frozenset(namespace for found in places for namespace, _ in found if namespace)

    def _bindings_of(self, actor: Actor, namespace: str) -> Iterator[Binding]:
        seen: set[Place] = set()
        for subject in subjects_of(actor):
            for place in self._given.get(subject, ()):
                if place not in seen and place[0] in {"", namespace}:
                    seen.add(place)
                    yield self._bindings[place]

    def _remember(self, binding: Binding) -> None:
        self._bindings[binding.place] = binding
        for subject in binding.subjects:
            self._given.setdefault(subject, set()).add(binding.place)

    def _forget(self, place: Place) -> None:
        binding = self._bindings.pop(place, None)
        for subject in binding.subjects if binding else ():
            self._given[subject].discard(place)
            if not self._given[subject]:
                del self._given[subject]


def subjects_of(actor: Actor) -> Iterator[Subject]:
    """The names under which an actor may have been given something."""
    yield ("User", actor.name)
    for group in actor.groups:
        yield ("Group", group)
    match actor.name.split(":"):
        case ["system", "serviceaccount", namespace, name]:
            yield ("ServiceAccount", f"{namespace}/{name}")
        case _:
            pass


def _role(content: Mapping[str, Any]) -> _Role:
    selectors = _dict(content.get("aggregationRule")).get("clusterRoleSelectors") or ()
    return _Role(
        tuple(rules.read(rule) for rule in _dicts(content.get("rules"))),
        _dict(_dict(content.get("metadata")).get("labels")),
        tuple(LabelSelector.of(each) for each in _dicts(selectors)),
    )


def _binding(place: Place, content: Mapping[str, Any]) -> Binding:
    reference = _dict(content.get("roleRef"))
    inside = place[0] if reference.get("kind") == "Role" else ""
    return Binding(
        place=place,
        role=(inside, str(reference.get("name", ""))),
        subjects=frozenset(_subjects(place[0], _dicts(content.get("subjects")))),
    )


def _subjects(namespace: str, subjects: Iterable[Mapping[str, Any]]) -> Iterator[Subject]:
    for subject in subjects:
        kind, name = str(subject.get("kind", "")), str(subject.get("name", ""))
        if kind == "ServiceAccount":
            name = f"{subject.get('namespace') or namespace}/{name}"
        yield (kind, name)


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(values: object) -> list[dict[str, Any]]:
    if not isinstance(values, list | tuple):
        return []
    return [value for value in values if isinstance(value, dict)]
