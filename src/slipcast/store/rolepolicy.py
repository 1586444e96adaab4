"""The policy of roles, bindings and groups: the book of access, kept up to date from the journal.

What was decided is remembered until one of them changes. Writing a role gives something
away, so it takes all that is in the role; writing a binding takes all that is in the role it names.

Source: Kubernetes RBAC: privilege escalation prevention.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import aclosing
from typing import Any, Final

import msgspec

from slipcast.access import rules, scopes
from slipcast.access.book import BINDINGS, GROUP, Book, Place, Subject
from slipcast.access.rules import Attempt, Rule
from slipcast.api import kinds
from slipcast.api.document import JSON, Document
from slipcast.api.kinds import Kind
from slipcast.ports.journal import Compacted, Entry, Journal
from slipcast.store import keys
from slipcast.store.authorize import ALLOWED, Verdict
from slipcast.values.actor import MASTERS, Actor

PREFIXES: Final = (f"/{kinds.RBAC}/", keys.prefix_of(kinds.require(kinds.USER, "Group")))
"""Where roles, bindings and groups lie."""
REMEMBERED: Final = 50_000
"""Decisions kept; then all are forgotten and made anew."""

MOST_TOLD: Final = 5
"""Rules that a refusal names at most."""

_GROUP: Final = (kinds.USER, GROUP)
_TOLD: Final = (
    ("apiGroups", "APIGroups"),
    ("resources", "Resources"),
    ("nonResourceURLs", "NonResourceURLs"),
    ("resourceNames", "ResourceNames"),
    ("verbs", "Verbs"),
)
_decode = msgspec.json.Decoder().decode


class RolePolicy:
    """Implements Policy over a journal."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._book = Book()
        self._decided: dict[tuple[str, tuple[str, ...], Attempt], bool] = {}
        self._newest: dict[keys.Place, int] = {}
        self.changes = 0
        self._revisions = dict.fromkeys(PREFIXES, 0)
        """The revisions up to which they are known."""

    async def load(self) -> None:
        """Read every role, binding and group there is."""
        pages = [(prefix, await self._journal.list(prefix)) for prefix in PREFIXES]
        self._book = Book()
        self._newest.clear()
        self._decided.clear()
        self.changes += 1
        for prefix, page in pages:
            for entry in page.entries:
                self._take(entry)
            self._revisions[prefix] = page.revision

    async def follow(self) -> None:
        """Keep up with what changes, for ever."""
        try:
            async with asyncio.TaskGroup() as tasks:
                for prefix in PREFIXES:
                    tasks.create_task(self._follow(prefix))
        except ExceptionGroup as several:
            # Whoever looks after this tells a journal that does not answer from a bug.
            raise several.exceptions[0] from None

    async def _follow(self, prefix: str) -> None:
        while True:
            try:
                async with aclosing(
                    self._journal.since(self._revisions[prefix], prefix)
                ) as batches:  # type: ignore[type-var]
                    async for batch in batches:
                        for entry in batch.entries:
                            self._take(entry)
                        self._revisions[prefix] = batch.revision
            except Compacted:
                await self.load()
            else:
                return

    async def decide(self, actor: Actor, attempt: Attempt) -> Verdict:
        """Whether the actor may do that."""
        if actor.scopes and not scopes.within(actor.scopes, attempt):
            return Verdict(allowed=False, reason=f"scopes {list(actor.scopes)} prevent this action")
        if MASTERS in actor.groups:
            return ALLOWED
        key = (actor.name, actor.groups, attempt)
        found = self._decided.get(key)
        if found is None:
            found = rules.allowed(self._book.rules(actor, attempt.namespace), attempt)
            if len(self._decided) >= REMEMBERED:
                self._decided.clear()
            self._decided[key] = found
        return ALLOWED if found else Verdict(allowed=False)

    async def rules(self, actor: Actor, namespace: str) -> Sequence[JSON]:
        """What the actor may do in a namespace, as far as its token is for it."""
        held = self._book.rules(actor, namespace)
        left = scopes.held_back(actor.scopes, held) if actor.scopes else held
        return [rule.document for rule in left]

    async def who(self, attempt: Attempt) -> frozenset[Subject]:
        """Who may do something, as bindings name them."""
        return self._book.who(attempt)

    def groups(self, name: str) -> frozenset[str]:
        """The groups that Group objects put somebody of that name into."""
        return self._book.groups(name)

    async def grants(self, actor: Actor, kind: Kind, namespace: str, content: JSON) -> Verdict:
        """Whether the actor may write a role or a binding."""
        if MASTERS in actor.groups:
            return ALLOWED
        if kind.name in BINDINGS:
            verb, place = "bind", _role_of(namespace, content)
            given: Sequence[Rule] = self._book.of_role(place)
        else:
            verb, place = "escalate", (namespace, str(content["metadata"].get("name", "")))
            given = [rules.read(rule) for rule in content.get("rules") or ()]
        plural = "roles" if place[0] else "clusterroles"
        asked = Attempt(
            verb=verb, group=kinds.RBAC, plural=plural, namespace=namespace, name=place[1]
        )
        if (await self.decide(actor, asked)).allowed:
            return ALLOWED
        missing = rules.uncovered(self._book.rules(actor, namespace), given)
        if not missing:
            return ALLOWED
        return Verdict(
            allowed=False,
            reason=f'user "{actor.name}" (groups={_listed(actor.groups)}) is attempting to grant '
            "RBAC permissions not currently held:\n"
            + "\n".join(_told(rule) for rule in missing[:MOST_TOLD]),
        )

    def namespaces(self, actor: Actor) -> frozenset[str]:
        """The namespaces in which the actor was given anything."""
        return self._book.namespaces(actor)

    def wrote(self, place: keys.Place, document: Document | None, revision: int) -> None:
        """Take in at once what this process has written itself; None: it is gone."""
        if place.kind.group == kinds.RBAC or (place.kind.group, place.kind.name) == _GROUP:
            self._write(place, document.body if document else None, revision)

    def _take(self, entry: Entry) -> None:
        place = keys.place_of(entry.key)
        if place is not None:
            self._write(place, entry.value, entry.revision)

    def _write(self, place: keys.Place, value: bytes | None, revision: int) -> None:
        if self._newest.get(place, 0) >= revision:
            return
        self._newest[place] = revision
        content: Mapping[str, Any] | None = _decode(value) if value else None
        self._book.write(place.kind.name, (place.namespace, place.name), content)
        self._decided.clear()
        self.changes += 1


def _role_of(namespace: str, binding: Mapping[str, Any]) -> Place:
    reference = binding.get("roleRef") or {}
    inside = namespace if reference.get("kind") == "Role" else ""
    return (inside, str(reference.get("name", "")))


def _told(rule: Rule) -> str:
    """A rule as Kubernetes' messages show it."""
    document = rule.document
    shown = (f"{name}:{_listed(document[field])}" for field, name in _TOLD if field in document)
    return "{" + ", ".join(shown) + "}"


def _listed(values: Iterable[str]) -> str:
    return "[" + " ".join(f'"{value}"' for value in values) + "]"
