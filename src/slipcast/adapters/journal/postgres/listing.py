"""Listing: one moment of the database, read in pieces."""

from __future__ import annotations

import msgspec
from psycopg import AsyncConnection

from slipcast.adapters.journal.postgres import statements
from slipcast.adapters.journal.rows import compacted, next_after
from slipcast.ports.journal import Entry, Page

_PIECE = 1000
_BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


class Part(msgspec.Struct, frozen=True):
    """What is listed: keys from start to before end, as of now or of `at`, at most a number.

    Shape:  end is None when nothing sorts after.
    """

    start: str
    end: str | None
    at: int | None
    limit: int | None

    @property
    def statements(self) -> statements.Listing:
        """How it is said."""
        return statements.UNBOUNDED if self.end is None else statements.BOUNDED


async def listed(connection: AsyncConnection, part: Part) -> Page:
    """The live rows of a part, and how many come after them.

    Errors: Compacted; psycopg's.
    """
    async with connection.pipeline():
        await connection.execute(_BEGIN)
        found = await connection.execute(statements.MARKS)
    try:
        marks: dict[str, int] = dict(await found.fetchall())
        head, mark = marks["head"], marks["compacted"]
        if part.at is not None and part.at < mark:
            raise compacted(part.at, mark)
        moment = head if part.at is None else min(part.at, head)
        entries = await _entries(connection, part, moment, head)
        remaining = 0
        if part.limit is not None and len(entries) >= part.limit:
            start = next_after(entries[-1].key) if entries else part.start
            remaining = await _count(connection, part, start, (moment, head))
        return Page(tuple(entries), moment, remaining)
    finally:
        await connection.rollback()


async def _entries(connection: AsyncConnection, part: Part, moment: int, head: int) -> list[Entry]:
    found: list[Entry] = []
    start = part.start
    query = part.statements.now if moment == head else part.statements.then
    while True:
        most = _PIECE if part.limit is None else min(_PIECE, part.limit - len(found))
        values = {"start": start, "end": part.end, "most": most, "moment": moment}
        cursor = await connection.execute(query, values, binary=True)
        rows = await cursor.fetchall()
        found += [Entry(*row) for row in rows]
        if len(rows) < most or len(found) == part.limit:
            return found
        start = next_after(found[-1].key)


async def _count(
    connection: AsyncConnection, part: Part, start: str, between: tuple[int, int]
) -> int:
    """How many live keys there were from start on."""
    moment, head = between
    values = {"start": start, "end": part.end, "moment": moment, "head": head}
    async with connection.pipeline():
        live = await connection.execute(part.statements.count, values)
        turns = await connection.execute(part.statements.turns, values)
    rows = await live.fetchall(), await turns.fetchall()
    return int(rows[0][0][0]) - int(rows[1][0][0])
