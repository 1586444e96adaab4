"""PostgresJournal: the port over a database that several processes may share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Self, TypeVar

from psycopg import AsyncConnection

from slipcast.adapters.journal.feed import Feed, follow
from slipcast.adapters.journal.postgres import connecting, statements
from slipcast.adapters.journal.postgres.listing import Part, listed
from slipcast.adapters.journal.postgres.news import News, rows_after
from slipcast.adapters.journal.postgres.readers import Readers
from slipcast.adapters.journal.postgres.writer import Answer, Append, Writer
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
from slipcast.ports.journal import Batch, Entry, Page, Row
from slipcast.values.faults import PortFault

T = TypeVar("T")

_SWEEP = 256
_CLOSE_SECONDS = 10.0


class PostgresJournal:
    """Implements the Journal port in a database; made by `open`."""

    def __init__(self, url: str, marks: dict[str, int], *, pause: float = 1.0) -> None:
        """Take what `open` has read."""
        self._feed = Feed(marks["head"], marks["compacted"], pause=pause)
        self._readers = Readers(url)
        self._news = News(url, self._readers, self._feed)
        self._writer = Writer(url, self._deliver)
        # The port has open and close in the place of a context, so this one task is born here.
        self._running = asyncio.get_running_loop().create_task(self._run())

    @classmethod
    async def open(cls, url: str, *, pause: float = 1.0) -> Self:
        """The journal in a database, whose tables are made when there are none.

        Units:  pause is the seconds between batches of `since` that only tell a revision.
        Errors: PortFault: it does not answer, is not ours, or newer than we are.
        """
        connecting.check(url)
        connection = await connecting.connect(url)
        async with connection:
            await connecting.prepare(connection)
            with connecting.translating():
                marks = await connecting.marks(connection)
        return cls(url, marks, pause=pause)

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

        async def read(connection: AsyncConnection) -> Entry | None:
            if at is None:
                cursor = await connection.execute(statements.GET, (key,), binary=True)
            else:
                cursor = await connection.execute(statements.GET_AT, (key, at), binary=True)
            row = await cursor.fetchone()
            if at is not None:
                # Asked afterwards: what was read before the mark moved was whole.
                await self._check_mark(connection, at)
            return None if row is None or row[4] is None else Entry(*row)

        return await self._reading(read)

    async def list(
        self, prefix: str, *, at: int | None = None, after: str = "", limit: int | None = None
    ) -> Page:
        """See the port."""
        self._check_open()
        checked_keys(prefix, after)
        part = Part(start_of(prefix, after), end_of(prefix), at, limit)
        return await self._reading(lambda connection: listed(connection, part))

    async def since(self, revision: int, prefix: str) -> AsyncIterator[Batch]:
        """See the port."""
        self._check_open()
        # Another process may have gone on, or compacted, since the bell last rang.
        await self._news.catch_up()
        async with aclosing(follow(self._feed, revision, prefix, self._replay)) as batches:
            async for batch in batches:
                yield batch

    async def compact(self, revision: int) -> int:
        """See the port."""
        self._check_open()
        await self._reading(lambda connection: _declare(connection, revision))
        gone = 0
        while (removed := await self._reading(_sweep)) >= 0:
            gone += removed
        await self._news.catch_up()
        return gone

    async def head(self) -> int:
        """See the port."""
        self._check_open()
        return (await self._reading(connecting.marks))["head"]

    async def close(self) -> None:
        """See the port."""
        self._feed.close()
        self._writer.end()
        self._news.end()
        # Whoever waits for a connection is sent away.
        await self._readers.close()
        if (await asyncio.wait((self._running,), timeout=_CLOSE_SECONDS))[1]:
            self._running.cancel()
            await asyncio.wait((self._running,), timeout=_CLOSE_SECONDS)

    async def _run(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                others = [
                    group.create_task(self._news.listen()),
                    group.create_task(self._news.follow()),
                ]
                await self._writer.run()
                for task in others:
                    task.cancel()
        finally:
            self._feed.close()
            self._writer.abandon()

    def _check_open(self) -> None:
        if not self._feed.open:
            raise closed()

    async def _check_mark(self, connection: AsyncConnection, at: int) -> None:
        mark = (await connecting.marks(connection))["compacted"]
        if at < mark:
            raise compacted(at, mark)

    async def _reading(self, read: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Read, and once more when the connection turns out to be lost."""
        try:
            return await self._read(read)
        except PortFault as fault:
            if fault.reason != "JournalUnreachable" or not self._feed.open:
                raise
            await self._readers.forget()
            return await self._read(read)

    async def _read(self, read: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        with connecting.translating():
            async with self._readers.connection() as connection:
                return await read(connection)

    async def _replay(self, after: int, prefix: str) -> Batch:
        """A first part of the rows after a revision."""

        async def read(connection: AsyncConnection) -> Batch:
            batch, _ = await rows_after(connection, after, self._feed.head, prefix)
            await self._check_mark(connection, after)
            return batch

        return await self._reading(read)

    def _deliver(self, answers: Sequence[tuple[Append, Answer]]) -> None:
        """Show what was committed, then tell those who wait for it."""
        news = written(answer for _, answer in answers)
        if news and news[0].revision == self._feed.head + 1:
            self._feed.extend(news)
        elif news:
            # Another process wrote in between: its rows come first.
            self._news.ring()
        for append, answer in answers:
            if isinstance(answer, tuple):
                for revision in forgotten(append.rows, answer):
                    self._feed.erase(revision)
            if append.done.done():
                continue
            if isinstance(answer, tuple):
                append.done.set_result(answer)
            else:
                append.done.set_exception(answer)


async def _declare(connection: AsyncConnection, revision: int) -> None:
    """Declare history before the mark to be gone."""
    revision = min(revision, (await connecting.marks(connection))["head"])
    await connection.execute(statements.DECLARE_GONE, (revision, revision))


async def _sweep(connection: AsyncConnection) -> int:
    """Remove some of what is gone; the number of rows, -1 when there was nothing to look at."""
    async with connection.transaction():
        row = await (await connection.execute(statements.LOCK_SWEEP)).fetchone()
        swept = int(row[0]) if row else 0
        mark = (await connecting.marks(connection))["compacted"]
        if swept >= mark:
            return -1
        step = (swept, min(swept + _SWEEP, mark))
        replaced = await connection.execute(statements.SWEEP_REPLACED, step)
        ended = await connection.execute(statements.SWEEP_ENDED, step)
        await connection.execute(statements.SET_SWEPT, (step[1],))
        return replaced.rowcount + ended.rowcount
