"""Watching: what there is, then what changes, with bookmarks in between.

The journal's feed is read by each watcher for itself and kept once for all; what a row means to
watchers is worked out once too, and kept while it is recent. A watcher holds its place and nothing
else, so a slow one costs no memory: it reads further back.

Source: Kubernetes API concepts: efficient detection of changes, watch bookmarks, streaming lists.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Iterator, Sequence
from typing import Final

import msgspec

from slipcast.api.document import Document
from slipcast.api.kinds import Kind
from slipcast.ports.api import Resource, WatchEvent, WatchOptions
from slipcast.ports.journal import Batch, Compacted, Entry, Page
from slipcast.store.authorize import Right
from slipcast.store.changes import Change
from slipcast.store.keys import prefix_of
from slipcast.store.reading import CHUNK
from slipcast.store.revisions import check_watch, number_of
from slipcast.store.rows import Rows, expired
from slipcast.store.selection import Look, Selection
from slipcast.values.apifaults import Unavailable
from slipcast.values.faults import PortFault

RECENT: Final = 2048
"""Changes kept worked out, for watchers that come by later."""

RECENT_BYTES: Final = 8 * 1024 * 1024
"""Bytes of their documents; one change is always kept."""

_NOTHING: Final = b'{"metadata":{}}'


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How often and how long.

    Units:  seconds; longest is for watches that do not say how long.
    """

    bookmarks: float = 60
    longest: float = 3600


class Watching:
    """watch over rows."""

    def __init__(self, rows: Rows, pace: Pace) -> None:
        self._rows = rows
        self._pace = pace
        self._recent: OrderedDict[int, Change | None] = OrderedDict()
        self._held = 0

    async def watch(
        self, resource: Resource, options: WatchOptions, right: Right | None = None
    ) -> AsyncGenerator[WatchEvent, None]:
        """Changes of a collection, or of one object in it, for as long as there is a right to it.

        Errors: BadRequest; Invalid; Timeout; Expired and Forbidden, from the generator too.
        """
        kind = resource.kind
        check_watch(options)
        selection = Selection.parse(kind, options.labels, options.fields, resource.name)
        prefix = prefix_of(kind, resource.namespace)
        revision = number_of(options.resource_version)
        if revision:
            await self._rows.reached(revision)
        first = None
        if options.initial_events or not revision:
            # What there is, is what there is now, not when somebody begins to read.
            first = await self._rows.page(_start(prefix, resource, selection), limit=CHUNK)
            revision = first.revision
        return self._events(resource, selection, options, _Begin(revision, first, right))

    async def _events(
        self,
        resource: Resource,
        selection: Selection,
        options: WatchOptions,
        begin: _Begin,
    ) -> AsyncGenerator[WatchEvent, None]:
        revision, page, right = begin.revision, begin.page, begin.right
        kind, prefix = resource.kind, prefix_of(resource.kind, resource.namespace)
        loop = asyncio.get_running_loop()
        end = loop.time() + (options.timeout or self._pace.longest)
        start = _start(prefix, resource, selection)
        while page is not None:
            for event in _added(kind, page, selection):
                yield event
            page = await self._rows.after(start, page, CHUNK)
        if options.initial_events:
            yield _bookmark(kind, revision, initial_end=True)
        place = _Place(self._rows, prefix, revision)
        try:
            while loop.time() < end:
                due = min(end, loop.time() + self._pace.bookmarks)
                while (entries := await place.next(due)) is not None:
                    if right is not None and right.is_in_doubt:
                        await right.check()
                    for event in self._told(entries, selection):
                        yield event
                if options.bookmarks:
                    yield _bookmark(kind, place.revision)
        finally:
            await place.close()

    def _told(self, entries: Sequence[Entry], selection: Selection) -> Iterator[WatchEvent]:
        for entry in entries:
            change = self._change(entry)
            event = change.event(selection) if change else None
            if event is not None:
                yield event

    def _change(self, entry: Entry) -> Change | None:
        """What a row means, worked out once."""
        recent = self._recent
        revision = entry.revision
        if revision in recent:
            return recent[revision]
        change = recent[revision] = Change.of(entry, self._rows.remains)
        self._held += change.size if change else 0
        while len(recent) > RECENT or (self._held > RECENT_BYTES and len(recent) > 1):
            _, oldest = recent.popitem(last=False)
            self._held -= oldest.size if oldest else 0
        return change


class _Begin(msgspec.Struct, frozen=True):
    """Where a watch begins: after a revision, with what there was, for who has a right."""

    revision: int
    page: Page | None
    right: Right | None


class _Place:
    """One watcher's place in the journal."""

    __slots__ = ("_batches", "_prefix", "_rows", "revision")

    def __init__(self, rows: Rows, prefix: str, revision: int) -> None:
        self.revision = revision
        self._rows = rows
        self._prefix = prefix
        self._batches: AsyncGenerator[Batch, None] | None = None

    async def next(self, due: float) -> Sequence[Entry] | None:
        """The next rows, perhaps none; None when it is due.

        Errors: Expired; Unavailable when the journal is closed.
        """
        if asyncio.get_running_loop().time() >= due:
            return None
        if self._batches is None:
            self._batches = self._rows.since(self.revision, self._prefix)
        try:
            async with asyncio.timeout_at(due):
                batch = await anext(self._batches)
        except TimeoutError:
            # What was cancelled in the middle has ended; the place is where it was.
            self._batches = None
            return None
        except Compacted as fault:
            self._batches = None
            raise expired(self.revision) from fault
        except PortFault as fault:
            self._batches = None
            if not fault.retryable:
                raise
            raise Unavailable(fault.message, retry_after=1) from fault
        except StopAsyncIteration as stopped:
            raise Unavailable("the server is stopping", retry_after=1) from stopped
        self.revision = batch.revision
        return batch.entries

    async def close(self) -> None:
        """Let go of the journal."""
        if self._batches is not None:
            await self._batches.aclose()


def _start(prefix: str, resource: Resource, selection: Selection) -> str:
    """What the keys of all begin with that can be selected."""
    is_one_place = bool(resource.namespace) or not resource.kind.namespaced
    return prefix + selection.name if is_one_place else prefix


def _added(kind: Kind, page: Page, selection: Selection) -> Iterator[WatchEvent]:
    """What there is of a selection, as if it had just come to be."""
    for entry in page.entries:
        if entry.value:
            look = Look(Document(kind, entry.value, entry.revision))
            if selection.matches(look):
                yield WatchEvent("ADDED", look.document)


def _bookmark(kind: Kind, revision: int, *, initial_end: bool = False) -> WatchEvent:
    return WatchEvent("BOOKMARK", Document(kind, _NOTHING, revision), initial_end=initial_end)
