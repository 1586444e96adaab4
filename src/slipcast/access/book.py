"""The book: which roles there are, who was given which, and who is in which group.

Kept up to date entry by entry. A role of a namespace is named by bindings of that namespace; a
cluster role by those of any, and by cluster bindings, whose word holds everywhere. The groups of
Group objects are those people's besides what they have shown themselves to be in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from slipcast.access import rules
from slipcast.access.rules import Attempt, Rule
from slipcast.values import usernames
from slipcast.values.actor import MASTERS, Actor
from slipcast.values.selector import LabelSelector

ROLES: Final = {"Role", "ClusterRole"}
BINDINGS: Final = {"RoleBinding", "ClusterRoleBinding"}
GROUP: Final = "Group"
RESERVED: Final = "system:"
"""What names of the server's own begin with: no object says who is in such a group."""
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
        self._members: dict[str, frozenset[str]] = {}
        self._groups: dict[str, frozenset[str]] = {}

    def write(self, kind: str, place: Place, content: Mapping[str, Any] | None) -> None:
        """Take in a role, a binding or a group as it now is; None: it is gone."""
        if kind in ROLES:
            if content is None:
                self._roles.pop(place, None)
            else:
                self._roles[place] = _role(content)
        elif kind in BINDINGS:
            self._forget(place)
            if content is not None:
                self._remember(_binding(place, content))
        elif kind == GROUP:
            self._gather(place[1], frozenset() if content is None else _users(content))

    def groups(self, name: str) -> frozenset[str]:
        """The groups that somebody of that name was put into."""
        return self._groups.get(name, frozenset())

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

    def who(self, attempt: Attempt) -> frozenset[Subject]:
        """Who may do something, as the bindings name them."""
        found = {("Group", MASTERS)}
        for binding in self._bindings.values():
            if binding.place[0] in {"", attempt.namespace} and rules.allowed(
                self.of_role(binding.role), attempt
            ):
                found |= binding.subjects
        return frozenset(found)

    def namespaces(self, actor: Actor) -> frozenset[str]:
        """The namespaces in which an actor was given anything."""
        places = (self._given.get(subject, ()) for subject in self._subjects_of(actor))
        return frozenset(namespace for found in places for namespace, _ in found if namespace)

    def _bindings_of(self, actor: Actor, namespace: str) -> Iterator[Binding]:
        seen: set[Place] = set()
        for subject in self._subjects_of(actor):
            for place in self._given.get(subject, ()):
                if place not in seen and place[0] in {"", namespace}:
                    seen.add(place)
                    yield self._bindings[place]

    def _subjects_of(self, actor: Actor) -> Iterator[Subject]:
        yield from subjects_of(actor)
        for group in self.groups(actor.name):
            yield ("Group", group)

    def _gather(self, group: str, users: frozenset[str]) -> None:
        if group.startswith(RESERVED):
            return
        before = self._members.pop(group, frozenset())
        if users:
            self._members[group] = users
        for name in before - users:
            self._groups[name] -= {group}
            if not self._groups[name]:
                del self._groups[name]
        for name in users - before:
            self._groups[name] = self.groups(name) | {group}

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


def _users(content: Mapping[str, Any]) -> frozenset[str]:
    users = content.get("users")
    listed = users if isinstance(users, list | tuple) else ()
    names = (usernames.read(name) for name in listed if isinstance(name, str))
    return frozenset(name for name in names if name and not name.startswith(RESERVED))


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(values: object) -> list[dict[str, Any]]:
    if not isinstance(values, list | tuple):
        return []
    return [value for value in values if isinstance(value, dict)]
