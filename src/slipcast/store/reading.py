"""Reading: get and list.

Where nothing is selected, nothing is decoded: rows become documents as they are.
"""

from __future__ import annotations

from slipcast.api.document import Document
from slipcast.api.kinds import Kind
from slipcast.ports.api import Listing, ListOptions, Resource
from slipcast.ports.journal import Entry
from slipcast.store.hooks import hooks_of
from slipcast.store.keys import place_of, prefix_of
from slipcast.store.revisions import Position, number_of, position, token
from slipcast.store.rows import Rows
from slipcast.store.selection import Look, Selection
from slipcast.values.apifaults import NotFound

CHUNK = 500
"""Rows that are looked at together when some are to be selected."""


class Reading:
    """get and list over rows."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def get(self, resource: Resource, resource_version: str = "") -> Document:
        """One object, not older than the version.

        Errors: NotFound; BadRequest; Timeout.
        """
        least = number_of(resource_version)
        if least:
            await self._rows.reached(least)
        kind = resource.kind
        found = await self._rows.get(kind, resource.namespace, resource.name)
        if found is None:
            raise NotFound(kind.plural, kind.group, resource.name)
        return found

    async def list(self, resource: Resource, options: ListOptions) -> Listing:
        """The objects of a collection that are selected.

        Errors: BadRequest; Invalid; Expired; Timeout.
        """
        kind = resource.kind
        selection = Selection.parse(kind, options.labels, options.fields, resource.name)
        prefix = prefix_of(kind, resource.namespace)
        start = position(options, prefix)
        await self._check(start)
        if selection.name and start.at is None and (resource.namespace or not kind.namespaced):
            return await self._one(resource.named(selection.name), selection)
        if not selection.is_everything:
            return await self._selected(kind, prefix, selection, start, options.limit)
        page = await self._rows.page(
            prefix, at=start.at, after=start.after, limit=options.limit or None
        )
        documents = tuple(Document(kind, e.value or b"", e.revision) for e in page.entries)
        if hooks_of(kind).forget and start.at is not None:
            documents = await self._remembered(kind, page.entries)
        return Listing(
            documents=documents,
            revision=page.revision,
            token=token(page.revision, page.entries[-1].key) if page.remaining else "",
            remaining=page.remaining or None,
        )

    async def _check(self, start: Position) -> None:
        if start.at or start.least:
            await self._rows.reached(start.at or start.least)

    async def _one(self, resource: Resource, selection: Selection) -> Listing:
        revision = await self._rows.head()
        found = await self._rows.get(resource.kind, resource.namespace, resource.name)
        if found is None or not selection.matches(Look(found)):
            return Listing((), revision)
        return Listing((found,), max(revision, found.revision))

    async def _selected(
        self, kind: Kind, prefix: str, selection: Selection, start: Position, limit: int
    ) -> Listing:
        found: list[Document] = []
        at, after = start.at, start.after
        while True:
            page = await self._rows.page(prefix, at=at, after=after, limit=CHUNK)
            for entry in page.entries:
                if not entry.value:
                    continue
                document = Document(kind, entry.value, entry.revision)
                if not selection.matches(Look(document)):
                    continue
                if limit and len(found) == limit:
                    return Listing(tuple(found), page.revision, token(page.revision, after))
                found.append(document)
                after = entry.key
            if not page.remaining:
                return Listing(tuple(found), page.revision)
            at, after = page.revision, page.entries[-1].key

    async def _remembered(self, kind: Kind, entries: tuple[Entry, ...]) -> tuple[Document, ...]:
        """Documents of an older revision; those that are forgotten as they are now."""
        found = []
        for entry in entries:
            if entry.value:
                found.append(Document(kind, entry.value, entry.revision))
            elif place := place_of(entry.key):
                newest = await self._rows.get(kind, place.namespace, place.name)
                found += [newest] if newest else []
        return tuple(found)
