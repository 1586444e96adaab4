"""The policy of roles and bindings, as they are in the journal.

What this process writes counts at once; what others write, as soon as it is read. Decisions are
kept until a role or a binding changes.

Source: Kubernetes RBAC; its check against privilege escalation.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from contextlib import aclosing
from typing import Final

from slipcast.access.book import Book
from slipcast.access.rules import Attempt, Rule, allowed, read, uncovered
from slipcast.api import kinds
from slipcast.api.document import JSON, Document
from slipcast.api.kinds import RBAC, Kind
from slipcast.store.authorize import ALLOWED, Verdict
from slipcast.store.keys import Place, place_of, prefix_of
from slipcast.store.rows import Rows
from slipcast.values.actor import Actor
from slipcast.values.apifaults import Expired

log = logging.getLogger("slipcast.store.rbac")

KINDS: Final = tuple(kind for kind in kinds.KINDS if kind.group == RBAC)
ROLES: Final = frozenset({"Role", "ClusterRole"})
REMEMBERED: Final = 20_000
"""Decisions kept at most."""

REFUSED: Final = Verdict(allowed=False)


class Rbac:
    """Decides by roles and bindings."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._book = Book()
        self._decided: dict[tuple[str, tuple[str, ...], Attempt], Verdict] = {}
        self._newest: dict[Place, int] = {}
        self._revision = -1
        self._loading = asyncio.Lock()
        rows.told.append(self._wrote)

    async def run(self) -> None:
        """Follow roles and bindings that other processes write, for ever."""
        await self._ready()
        while True:
            try:
                async with aclosing(self._rows.since(self._revision, f"/{RBAC}/")) as batches:
                    async for batch in batches:
                        for entry in batch.entries:
                            place = place_of(entry.key)
                            if place is not None:
                                self._take(place, entry.value, entry.revision)
                    return
            except Expired:
                log.info("rbac.reloaded")
                await self._load()

    async def decide(self, actor: Actor, attempt: Attempt) -> Verdict:
        """Whether any rule that the actor was given allows it."""
        await self._ready()
        key = (actor.name, actor.groups, attempt)
        found = self._decided.get(key)
        if found is None:
            if len(self._decided) >= REMEMBERED:
                self._decided.clear()
            rules = self._book.rules(actor, attempt.namespace)
            found = self._decided[key] = ALLOWED if allowed(rules, attempt) else REFUSED
        return found

    async def rules(self, actor: Actor, namespace: str) -> Sequence[JSON]:
        """All rules that the actor was given in a namespace."""
        await self._ready()
        return [rule.document for rule in self._book.rules(actor, namespace)]

    async def grants(self, actor: Actor, kind: Kind, namespace: str, content: JSON) -> Verdict:
        """Whether an actor has all that a role or a binding gives, or may give more."""
        await self._ready()
        name = content["metadata"].get("name", "")
        if kind.name in ROLES:
            verb, plural, wanted = "escalate", kind.plural, _rules(content)
            given = name
        else:
            reference = content.get("roleRef") or {}
            given, inside = str(reference.get("name", "")), reference.get("kind") == "Role"
            verb, plural = "bind", "roles" if inside else "clusterroles"
            wanted = self._book.of_role((namespace if inside else "", given))
        may = Attempt(verb=verb, group=RBAC, plural=plural, namespace=namespace, name=given)
        if (await self.decide(actor, may)).allowed:
            return ALLOWED
        missing = uncovered(self._book.rules(actor, namespace), wanted)
        if not missing:
            return ALLOWED
        return Verdict(allowed=False, reason=_escalation(actor, missing))

    async def _ready(self) -> None:
        if self._revision < 0:
            async with self._loading:
                if self._revision < 0:
                    await self._load()

    async def _load(self) -> None:
        book, revision = Book(), await self._rows.head()
        for kind in KINDS:
            page = await self._rows.page(prefix_of(kind))
            for entry in page.entries:
                place = place_of(entry.key)
                if place is not None and entry.value:
                    document = Document(kind, entry.value, entry.revision)
                    book.write(kind.name, (place.namespace, place.name), document.content)
        self._book, self._revision = book, revision
        self._decided.clear()

    def _wrote(self, place: Place, document: Document | None, revision: int) -> None:
        if place.kind.group == RBAC and self._revision >= 0:
            self._write(place, document, revision)

    def _take(self, place: Place, value: bytes | None, revision: int) -> None:
        document = None if value is None else Document(place.kind, value, revision)
        self._write(place, document, revision)
        self._revision = revision

    def _write(self, place: Place, document: Document | None, revision: int) -> None:
        if self._newest.get(place, 0) >= revision:
            return
        self._newest[place] = revision
        content = None if document is None else document.content
        self._book.write(place.kind.name, (place.namespace, place.name), content)
        self._decided.clear()


def _rules(content: JSON) -> tuple[Rule, ...]:
    return tuple(read(rule) for rule in content.get("rules") or () if isinstance(rule, dict))


def _escalation(actor: Actor, missing: Iterable[Rule]) -> str:
    groups = ", ".join(f'"{group}"' for group in actor.groups)
    lines = "\n".join(str(rule.document) for rule in missing)
    return (
        f'user "{actor.name}" (groups=[{groups}]) is attempting to grant RBAC permissions not'
        f" currently held:\n{lines}"
    )
