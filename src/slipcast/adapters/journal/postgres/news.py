"""News from other processes: a bell that rings at each commit, and a slow poll behind it.

The bell carries no rows. Whoever hears it reads the table once, for everyone who follows.
"""

from __future__ import annotations

import asyncio

import psycopg

from slipcast.adapters.journal.feed import Feed
from slipcast.adapters.journal.postgres import connecting, statements
from slipcast.adapters.journal.postgres.readers import Readers
from slipcast.adapters.journal.rows import FORGOTTEN
from slipcast.ports.journal import Batch, Entry
from slipcast.values.faults import PortFault

_POLL_SECONDS = 5.0
_AGAIN_SECONDS = 1.0
_SLICE = 512


class News:
    """Keeps the feed up with the table."""

    def __init__(self, url: str, readers: Readers, feed: Feed) -> None:
        self._url = url
        self._readers = readers
        self._feed = feed
        self._bell = asyncio.Event()
        self._going = True
        self._one_at_a_time = asyncio.Lock()

    def ring(self) -> None:
        """Have the table read."""
        self._bell.set()

    def end(self) -> None:
        """Follow no longer."""
        self._going = False
        self._bell.set()

    async def listen(self) -> None:
        """Hear the bell until the end; a lost connection is made anew."""
        while self._going:
            try:
                connection = await connecting.connect(self._url)
                async with connection:
                    await connection.execute(statements.LISTEN)
                    self.ring()
                    async for rung in connection.notifies():
                        if not rung.payload.isdecimal() or int(rung.payload) > self._feed.head:
                            self.ring()
            except (psycopg.Error, PortFault):
                await asyncio.sleep(_AGAIN_SECONDS)

    async def follow(self) -> None:
        """Read the table when the bell rings, and from time to time, until the end."""
        while self._going:
            try:
                async with asyncio.timeout(_POLL_SECONDS):
                    await self._bell.wait()
            except TimeoutError:
                pass
            self._bell.clear()
            try:
                await self.catch_up()
            except PortFault:
                # The bell rings again once the database is back.
                continue

    async def catch_up(self) -> None:
        """Bring the feed to what the table has by now.

        Errors: PortFault.
        """
        async with self._one_at_a_time:
            with connecting.translating():
                async with self._readers.connection() as connection:
                    marks = await connecting.marks(connection)
                    while self._feed.head < marks["head"]:
                        await self._read_some(connection, marks["head"])
                    self._feed.mark = max(self._feed.mark, marks["compacted"])

    async def _read_some(self, connection: psycopg.AsyncConnection, head: int) -> None:
        after = self._feed.head
        batch, forgotten = await rows_after(connection, after, head, "")
        marks = await connecting.marks(connection)
        if marks["compacted"] > after:
            # What is between is gone in part: followers must list again.
            self._feed.restart(marks["compacted"])
            return
        self._feed.extend(batch.entries)
        for revision in forgotten:
            self._feed.erase(revision)


async def rows_after(
    connection: psycopg.AsyncConnection, after: int, upto: int, prefix: str
) -> tuple[Batch, list[int]]:
    """A first part of the rows of a prefix, and which older ones they made to be forgotten."""
    upto = min(upto, after + _SLICE)
    cursor = await connection.execute(statements.SINCE, (after, upto, prefix), binary=True)
    entries, forgotten = [], []
    for key, revision, created, previous, value, before in await cursor.fetchall():
        entries.append(Entry(key, revision, created, previous, value, before or None))
        if before == FORGOTTEN:
            forgotten.append(previous)
    return Batch(tuple(entries), upto), forgotten
