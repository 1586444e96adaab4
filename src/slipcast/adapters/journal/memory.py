"""The journal in memory: for worlds that end with their process.

Also the model that the other adapters are compared with: everything in dictionaries, nothing
clever but the order of keys.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import AsyncIterator, Sequence
from itertools import islice

from msgspec.structs import replace

from slipcast.adapters.journal.feed import Feed, follow
from slipcast.adapters.journal.keys import Keys
from slipcast.adapters.journal.rows import (
    FORGOTTEN,
    Newest,
    Rows,
    checked,
    checked_all,
    checked_keys,
    closed,
    compacted,
    decide,
    end_of,
    forgotten,
    start_of,
)
from slipcast.ports.journal import Batch, Entry, Page, Row, Stale

_SLICE = 512


class MemoryJournal:
    """Implements the Journal port; one event loop, nothing survives."""

    def __init__(self, *, pause: float = 1.0) -> None:
        """Begin empty.

        Units:  pause is the seconds between batches of `since` that only tell a revision.
        """
        self._feed = Feed(pause=pause)
        self._rows: dict[int, Entry] = {}
        self._history: dict[str, list[int]] = {}
        self._keys = Keys()
        self._live = Keys()

    async def append(
        self, key: str, value: bytes | None, *, expected: int, forget: bool = False
    ) -> Entry:
        """See the port."""
        self._check_open()
        (entry,) = self._append((checked(Row(key, value, expected, forget)),))
        return entry

    async def append_all(self, rows: Sequence[Row]) -> tuple[Entry, ...]:
        """See the port."""
        self._check_open()
        return self._append(checked_all(rows))

    async def get(self, key: str, *, at: int | None = None) -> Entry | None:
        """See the port."""
        self._check_open()
        checked_keys(key)
        return self._seen(key, self._moment(at))

    async def list(
        self, prefix: str, *, at: int | None = None, after: str = "", limit: int | None = None
    ) -> Page:
        """See the port."""
        self._check_open()
        checked_keys(prefix, after)
        moment = self._moment(at)
        start, end = start_of(prefix, after), end_of(prefix)
        if moment == self._feed.head:
            keys = islice(self._live.walk(start, end), limit)
            entries = tuple(self._rows[self._history[key][-1]] for key in keys)
            return Page(entries, moment, self._live.count(start, end) - len(entries))
        rows = (self._seen(key, moment) for key in self._keys.walk(start, end))
        found = [row for row in rows if row is not None]
        return Page(tuple(found[:limit]), moment, len(found[limit:]) if limit is not None else 0)

    def since(self, revision: int, prefix: str) -> AsyncIterator[Batch]:
        """See the port."""
        return follow(self._feed, revision, prefix, self._replay)

    async def compact(self, revision: int) -> int:
        """See the port."""
        self._check_open()
        mark = min(revision, self._feed.head)
        gone = 0
        if mark > self._feed.mark:
            self._feed.mark = mark
            for key in tuple(self._history):
                gone += self._forget(key, mark)
        return gone

    async def head(self) -> int:
        """See the port."""
        self._check_open()
        return self._feed.head

    async def close(self) -> None:
        """See the port."""
        self._feed.close()

    def _append(self, rows: Rows) -> tuple[Entry, ...]:
        (answer,) = decide(self._feed.head, (rows,), self._newest)
        if isinstance(answer, Stale):
            raise answer
        for revision in forgotten(rows, answer):
            self._rows[revision] = replace(self._rows[revision], value=FORGOTTEN)
            self._feed.erase(revision)
        for entry in answer:
            self._keep(entry)
        self._feed.extend(answer)
        return answer

    def _keep(self, entry: Entry) -> None:
        """Have a row found by its revision and by its key."""
        key = entry.key
        self._rows[entry.revision] = replace(entry, before=None)
        if key not in self._history:
            self._history[key] = []
            self._keys.add(key)
        self._history[key].append(entry.revision)
        if not entry.previous:
            self._live.add(key)
        elif entry.value is None:
            self._live.remove(key)

    def _check_open(self) -> None:
        if not self._feed.open:
            raise closed()

    def _moment(self, at: int | None) -> int:
        """The revision to look at; one that has not come yet means now."""
        if at is not None and at < self._feed.mark:
            raise compacted(at, self._feed.mark)
        return self._feed.head if at is None else min(at, self._feed.head)

    def _seen(self, key: str, moment: int) -> Entry | None:
        """What a key was at a moment; None when it was not there."""
        revisions = self._history.get(key, [])
        index = bisect_right(revisions, moment)
        row = self._rows[revisions[index - 1]] if index else None
        return row if row is not None and row.value is not None else None

    def _newest(self, key: str) -> Newest | None:
        row = self._seen(key, self._feed.head)
        if row is None or row.value is None:
            return None
        return Newest(row.revision, row.created, row.value)

    def _forget(self, key: str, mark: int) -> int:
        """Remove the rows of a key that nobody at or after the mark sees."""
        revisions = self._history[key]
        index = bisect_right(revisions, mark)
        if index and self._rows[revisions[index - 1]].value is not None:
            index -= 1
        for revision in revisions[:index]:
            del self._rows[revision]
        del revisions[:index]
        if not revisions:
            del self._history[key]
            self._keys.remove(key)
        return index

    async def _replay(self, after: int, prefix: str) -> Batch:
        """A first part of the rows after a revision, each with what it replaced."""
        upto = min(after + _SLICE, self._feed.head)
        rows = (self._rows[revision] for revision in range(after + 1, upto + 1))
        found = (row for row in rows if row.key.startswith(prefix))
        return Batch(tuple(replace(row, before=self._before(row)) for row in found), upto)

    def _before(self, row: Entry) -> bytes | None:
        return (self._rows[row.previous].value or None) if row.previous else None
