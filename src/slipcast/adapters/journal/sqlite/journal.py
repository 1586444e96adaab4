"""SqliteJournal: the port over one writing thread and reading in the event loop.

In memory are the live keys, to count them, and the feed of recent rows; everything else is in
the file.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Self

from slipcast.adapters.journal.feed import Feed, follow
from slipcast.adapters.journal.keys import Keys
from slipcast.adapters.journal.rows import (
    checked,
    checked_all,
    checked_keys,
    closed,
    compacted,
    end_of,
    forgotten,
    start_of,
    written,
)
from slipcast.adapters.journal.sqlite import file, statements
from slipcast.adapters.journal.sqlite.reading import Range, Reader, Snapshot
from slipcast.adapters.journal.sqlite.writer import Answer, Append, Writer, marked, transaction
from slipcast.ports.journal import Batch, Entry, Page, Row

_SWEEP = 256
_EVERYTHING = 1 << 62
# Until the log is emptied after something was forgotten.
_FORGET_SECONDS = 5.0


class SqliteJournal:
    """Implements the Journal port in a file; made by `open`."""

    def __init__(self, path: Path, lock: int, opened: _Opened, *, pause: float = 1.0) -> None:
        """Take what `open` has prepared."""
        self._lock = lock
        self._feed = Feed(opened.head, opened.mark, pause=pause)
        self._keys = opened.keys
        self._reader = Reader(path)
        self._writer = Writer(path, opened.connection, self._deliver)
        self._compacting = asyncio.Lock()
        self._emptying: asyncio.TimerHandle | None = None

    @classmethod
    async def open(cls, path: Path, *, pause: float = 1.0) -> Self:
        """The journal in a file, which is made when there is none.

        Units:  pause is the seconds between batches of `since` that only tell a revision.
        Errors: PortFault: it is in use, not ours, newer than we are, damaged, or cannot be made.
        """
        lock = await asyncio.to_thread(file.locked, path)
        try:
            opened = await asyncio.to_thread(_Opened, path)
            return cls(path, lock, opened, pause=pause)
        except BaseException:
            os.close(lock)
            raise

    async def append(
        self, key: str, value: bytes | None, *, expected: int, forget: bool = False
    ) -> Entry:
        """See the port."""
        self._check_open()
        (entry,) = await self._writer.append((checked(Row(key, value, expected, forget)),))
        return entry

    async def append_all(self, rows: Sequence[Row]) -> tuple[Entry, ...]:
        """See the port."""
        self._check_open()
        wanted = checked_all(rows)
        return await self._writer.append(wanted) if wanted else ()

    async def get(self, key: str, *, at: int | None = None) -> Entry | None:
        """See the port."""
        self._check_open()
        checked_keys(key)
        self._check_mark(at)
        return self._reader.get(key, None if at is None or at >= self._feed.head else at)

    async def list(
        self, prefix: str, *, at: int | None = None, after: str = "", limit: int | None = None
    ) -> Page:
        """See the port."""
        self._check_open()
        checked_keys(prefix, after)
        self._check_mark(at)
        start, end = start_of(prefix, after), end_of(prefix)
        with self._reader.snapshot() as now:
            moment = now.head if at is None else min(at, now.head)
            past = None if self._unchanged(moment, now, start, end) else moment
            part = Range(start, end, past, _EVERYTHING if limit is None else limit)
            live = self._live(now, part)
            entries = tuple(await now.entries(part))
        return Page(entries, moment, live - len(entries))

    def since(self, revision: int, prefix: str) -> AsyncIterator[Batch]:
        """See the port."""
        return follow(self._feed, revision, prefix, self._replay)

    async def compact(self, revision: int) -> int:
        """See the port."""
        self._check_open()
        async with self._compacting:
            mark = min(revision, self._feed.head)
            if mark > self._feed.mark:
                await self._writer.work(lambda connection: _mark(connection, mark))
                self._feed.mark = mark
            gone = 0
            # In steps: appends that came meanwhile go first.
            while (removed := await self._writer.work(_sweep)) >= 0:
                gone += removed
        return gone

    async def head(self) -> int:
        """See the port."""
        self._check_open()
        return self._feed.head

    async def close(self) -> None:
        """See the port."""
        if self._feed.open:
            self._feed.close()
            if self._emptying is not None:
                self._emptying.cancel()
            self._reader.close()
            self._writer.end()
        await self._writer.ended()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _check_open(self) -> None:
        if not self._feed.open:
            raise closed()

    def _check_mark(self, at: int | None) -> None:
        if at is not None and at < self._feed.mark:
            raise compacted(at, self._feed.mark)

    def _deliver(self, answers: Sequence[tuple[Append, Answer]]) -> None:
        """Show what was committed, then tell those who wait for it."""
        news = written(answer for _, answer in answers)
        for entry in news:
            if not entry.previous:
                self._keys.add(entry.key)
            elif entry.value is None:
                self._keys.remove(entry.key)
        self._feed.extend(news)
        for append, answer in answers:
            if isinstance(answer, tuple):
                for revision in forgotten(append.rows, answer):
                    self._forget(revision)
        for append, answer in answers:
            if append.done.done():
                continue
            if isinstance(answer, tuple):
                append.done.set_result(answer)
            else:
                append.done.set_exception(answer)

    def _forget(self, revision: int) -> None:
        """Forget a value here too, and soon in SQLite's log."""
        self._feed.erase(revision)
        self._reader.forget(revision)
        if self._emptying is None and self._feed.open:
            loop = asyncio.get_running_loop()
            self._emptying = loop.call_later(_FORGET_SECONDS, self._empty_log)

    def _empty_log(self) -> None:
        self._emptying = None
        self._writer.later(_empty_log)

    def _unchanged(self, moment: int, now: Snapshot, start: str, end: str | None) -> bool:
        """Whether a range was at a moment what it is now."""
        if moment == now.head:
            return True
        return now.head == self._feed.head and not self._feed.touched(moment, start, end)

    def _live(self, now: Snapshot, part: Range) -> int:
        """How many keys of a range were there at its moment."""
        # The keys in memory are those of the last commit that was delivered.
        live = self._keys.count(part.start, part.end) + now.turns(self._feed.head, now.head, part)
        return live if part.moment is None else live - now.turns(part.moment, now.head, part)

    async def _replay(self, after: int, prefix: str) -> Batch:
        """A first part of the rows after a revision."""
        batch = self._reader.since(after, self._feed.head, prefix)
        await asyncio.sleep(0)
        return batch


class _Opened:
    """What is read of a journal before it can be used."""

    def __init__(self, path: Path) -> None:
        """Make or recognise the file, and read it.

        Errors: PortFault.
        """
        file.prepare(path)
        try:
            self.connection = file.writer(path)
            self.head = marked(self.connection, "head")
            self.mark = marked(self.connection, "compacted")
            self.keys = Keys(key for (key,) in self.connection.execute(statements.LIVE_KEYS))
        except sqlite3.Error as error:
            raise file.translated(error, path) from error


def _mark(connection: sqlite3.Connection, mark: int) -> int:
    """Declare history before the mark to be gone."""
    with transaction(connection):
        connection.execute(statements.SET_MARK, (mark, "compacted"))
    return 0


def _sweep(connection: sqlite3.Connection) -> int:
    """Remove some of what is gone; the number of rows, -1 when there was nothing to look at."""
    with transaction(connection):
        swept, mark = marked(connection, "swept"), marked(connection, "compacted")
        if swept >= mark:
            return -1
        step = (swept, min(swept + _SWEEP, mark))
        replaced = connection.execute(statements.SWEEP_REPLACED, step).rowcount
        ended = connection.execute(statements.SWEEP_ENDED, step).rowcount
        connection.execute(statements.SET_MARK, (step[1], "swept"))
    return replaced + ended


def _empty_log(connection: sqlite3.Connection) -> int:
    """Move the write-ahead log into the file, so that it no longer has what was forgotten."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return 0
