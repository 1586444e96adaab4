"""Rows: documents in the journal, read and appended; its faults in the words of the API.

Whoever appends says what is replaced; somebody else having been faster is `Stale`, which the verbs
answer each in their own way.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, cast

import msgspec

from slipcast.api.document import Document
from slipcast.api.kinds import Kind
from slipcast.ports.journal import Batch, Compacted, Entry, Journal, JournalFull, Page, Row
from slipcast.store.hooks import hooks_of
from slipcast.store.keys import Place, key_of
from slipcast.store.remains import Remains
from slipcast.values.apifaults import Expired, NotFound, Timeout, TooLarge, Unavailable

log = logging.getLogger("slipcast.store.rows")

LARGEST: Final = 4 * 1024 * 1024
"""Bytes of an object: those of a request, and what the server adds; many patches make no more."""
FULL_RETRY: Final = 10
"""Seconds until a client may try to write again."""
PAUSES: Final = (0.0, 0.01, 0.03, 0.1, 0.2)
"""Seconds between looks for a revision that has been told and is not handed on yet."""

Told = Callable[[Place, Document | None, int], None]
"""Is told of what this process writes: the object as it is now, None for gone; the revision."""


class Put(msgspec.Struct, frozen=True):
    """An object that is to be written, new or in the place of an old one."""

    place: Place
    body: bytes
    old: Document | None = None


class Rows:
    """Documents over a journal."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.remains = Remains()
        self.told: list[Told] = []

    async def get(self, kind: Kind, namespace: str, name: str) -> Document | None:
        """The object as it is now; None when there is none, or can be none of the name."""
        try:
            key = key_of(kind, namespace, name)
        except NotFound:
            return None
        entry = await self.journal.get(key)
        if entry is None or entry.value is None:
            return None
        return Document(kind, entry.value, entry.revision)

    async def page(
        self, prefix: str, *, at: int | None = None, after: str = "", limit: int | None = None
    ) -> Page:
        """Part of a collection.

        Errors: Expired.
        """
        try:
            return await self.journal.list(prefix, at=at, after=after, limit=limit)
        except Compacted as fault:
            raise expired(at or 0) from fault

    async def after(self, prefix: str, page: Page, limit: int) -> Page | None:
        """What follows a part of a collection, as of its revision; None when that was all.

        Errors: Expired.
        """
        if not page.remaining:
            return None
        last = page.entries[-1].key
        return await self.page(prefix, at=page.revision, after=last, limit=limit)

    async def head(self) -> int:
        """The newest revision."""
        return await self.journal.head()

    async def reached(self, revision: int) -> None:
        """Nothing, when there has been such a revision.

        Errors: Timeout.
        """
        for pause in PAUSES:
            if revision <= await self.journal.head():
                return
            # A list may have told it before the journal hands it on.
            await asyncio.sleep(pause)
        head = await self.journal.head()
        if revision > head:
            raise Timeout(
                f"Timeout: Too large resource version: {revision}, current: {head}", retry_after=1
            )

    async def write(self, place: Place, body: bytes, old: Document | None) -> Document:
        """The object, new or in the place of the old one.

        Errors: Stale; TooLarge; Unavailable.
        """
        _check_size(body)
        entry = await self._append(place, body, old)
        return Document(place.kind, body, entry.revision)

    async def write_all(self, puts: Sequence[Put]) -> tuple[Document, ...]:
        """Several objects, all of them or none.

        Errors: Stale, with the key of what is not as it was; TooLarge; Unavailable.
        """
        for put in puts:
            _check_size(put.body)
        rows = [self._row(put.place, put.body, put.old) for put in puts]
        with _said():
            entries = await self.journal.append_all(rows)
        for put, entry in zip(puts, entries, strict=True):
            self._tell(put.place, put.body, entry)
        pairs = zip(puts, entries, strict=True)
        return tuple(Document(put.place.kind, put.body, entry.revision) for put, entry in pairs)

    async def remove(self, place: Place, old: Document) -> Document:
        """The object gone: as it last was, at the revision of its deletion.

        Errors: Stale; Unavailable.
        """
        entry = await self._append(place, None, old)
        return Document(place.kind, old.body, entry.revision)

    def since(self, revision: int, prefix: str) -> AsyncGenerator[Batch, None]:
        """Rows of a collection after a revision, as they come.

        Errors: Compacted, from the generator.
        """
        return cast("AsyncGenerator[Batch, None]", self.journal.since(revision, prefix))

    async def _append(self, place: Place, body: bytes | None, old: Document | None) -> Entry:
        row = self._row(place, body, old)
        with _said():
            entry = await self.journal.append(
                row.key, body, expected=row.expected, forget=row.forget
            )
        self._tell(place, body, entry)
        return entry

    def _row(self, place: Place, body: bytes | None, old: Document | None) -> Row:
        key = key_of(place.kind, place.namespace, place.name)
        forget = hooks_of(place.kind).forget
        if forget and old is not None:
            self.remains.keep(key, old)
        return Row(key, body, old.revision if old else 0, forget)

    def _tell(self, place: Place, body: bytes | None, entry: Entry) -> None:
        document = Document(place.kind, body, entry.revision) if body else None
        for tell in self.told:
            tell(place, document, entry.revision)


@contextmanager
def _said() -> Iterator[None]:
    """The journal's faults in the words of the API.

    Errors: Unavailable.
    """
    try:
        yield
    except JournalFull as fault:
        log.warning("journal.full", extra={"fields": {"why": fault.message}})
        raise Unavailable(
            "the disk is full: reading goes on, writing does not", retry_after=FULL_RETRY
        ) from fault


def _check_size(body: bytes) -> None:
    if len(body) > LARGEST:
        raise TooLarge(f"Request entity too large: an object may have {LARGEST} bytes at most")


def expired(revision: int) -> Expired:
    """The fault of asking for history that is compacted."""
    fault = Expired(f"The resourceVersion for the provided list or watch is too old: {revision}.")
    fault.hint = "list again without resourceVersion and continue, and go on from there"
    return fault
