"""The writer: one connection, as many appends in a transaction as are waiting.

Whoever writes holds the row of `head`, in this process or another: revisions become visible in
their order, and without holes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import AsyncConnection

from slipcast.adapters.journal.postgres import connecting, statements
from slipcast.adapters.journal.rows import Newest, Rows, closed, decide, forgotten, written
from slipcast.ports.journal import Entry, Stale
from slipcast.values.faults import PortFault

_MOST_ROWS = 256
_MOST_BYTES = 8 << 20

Answer = tuple[Entry, ...] | PortFault


@dataclass(slots=True, eq=False)
class Append:
    """An append that waits."""

    rows: Rows
    done: asyncio.Future[tuple[Entry, ...]]


Deliver = Callable[[Sequence[tuple[Append, Answer]]], None]


class Writer:
    """Appends from this process, one transaction after the other."""

    def __init__(self, url: str, deliver: Deliver) -> None:
        """Begin; deliver is called once per commit, before anyone goes on."""
        self._url = url
        self._deliver = deliver
        self._taking = True
        self._requests: asyncio.Queue[Append | None] = asyncio.Queue()
        self._connection: AsyncConnection | None = None

    async def append(self, rows: Rows) -> tuple[Entry, ...]:
        """Write rows, all of them or none, or fault."""
        if not self._taking:
            raise closed()
        append = Append(rows, asyncio.get_running_loop().create_future())
        self._requests.put_nowait(append)
        return await append.done

    def end(self) -> None:
        """Take nothing more."""
        if self._taking:
            self._taking = False
            self._requests.put_nowait(None)

    def abandon(self) -> None:
        """Take nothing more, and send away whoever still waits."""
        self._taking = False
        while not self._requests.empty():
            append = self._requests.get_nowait()
            if append is not None and not append.done.done():
                append.done.set_exception(closed())

    async def run(self) -> None:
        """Write until the end, and everything that waits by then."""
        going = True
        while going:
            request = await self._requests.get()
            # Those who were answered a moment ago ask again in this turn of the loop.
            await asyncio.sleep(0)
            appends, going = self._gather(request)
            if appends:
                self._deliver(await self._written(appends))
        await self._disconnect()

    def _gather(self, request: Append | None) -> tuple[list[Append], bool]:
        """The appends that wait, and whether there will be more."""
        appends: list[Append] = []
        count = size = 0
        while request is not None:
            # Whoever was cancelled before the work began has changed nothing.
            if not request.done.cancelled():
                appends.append(request)
                count += len(request.rows)
                size += sum(len(row.value or b"") for row in request.rows)
            if count >= _MOST_ROWS or size > _MOST_BYTES or self._requests.empty():
                return appends, True
            request = self._requests.get_nowait()
        return appends, False

    async def _written(self, appends: Sequence[Append]) -> list[tuple[Append, Answer]]:
        """Carry out appends in one transaction; each with its answer."""
        wishes = [append.rows for append in appends]
        answers: Sequence[Answer]
        try:
            if self._connection is None:
                self._connection = await connecting.connect(self._url)
            answers = await _append_all(self._connection, wishes)
        except (psycopg.Error, PortFault) as error:
            # A new connection is the shortest way out of any state of the old one.
            await self._disconnect()
            answers = [_fault(error) for _ in appends]
        return list(zip(appends, answers, strict=True))

    async def _disconnect(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await connection.close()


async def _append_all(
    connection: AsyncConnection, wishes: Sequence[Rows]
) -> Sequence[tuple[Entry, ...] | Stale]:
    keys = list({row.key for rows in wishes for row in rows})
    async with connection.pipeline():
        await connection.execute("BEGIN")
        locked = await connection.execute(statements.LOCK_HEAD)
        found = await connection.execute(statements.LIVE, (keys,), binary=True)
    row = await locked.fetchone()
    live = {key: Newest(*rest) for key, *rest in await found.fetchall()}
    answers = decide(row[0] if row else 0, wishes, live.get)
    entries = written(answers)
    erased = [
        revision
        for rows, answer in zip(wishes, answers, strict=True)
        if isinstance(answer, tuple)
        for revision in forgotten(rows, answer)
    ]
    if not entries:
        await connection.execute("ROLLBACK")
        return answers
    async with connection.pipeline():
        await _insert(connection, entries)
        if erased:
            await connection.execute(statements.FORGET, (erased,))
        head = entries[-1].revision
        await connection.execute(statements.SET_HEAD, (head,))
        await connection.execute(statements.RING, (statements.BELL, str(head)))
        await connection.execute("COMMIT")
    return answers


async def _insert(connection: AsyncConnection, entries: Sequence[Entry]) -> None:
    """Add rows, and have the live keys point to their newest ones."""
    columns = (
        [entry.revision for entry in entries],
        [entry.key for entry in entries],
        [entry.created for entry in entries],
        [entry.previous for entry in entries],
        [int(entry.value is None) for entry in entries],
        [entry.value for entry in entries],
    )
    await connection.execute(statements.INSERT, columns)
    last = {entry.key: entry for entry in entries}
    ended = [entry.key for entry in last.values() if entry.value is None]
    live = [entry for entry in last.values() if entry.value is not None]
    if ended:
        await connection.execute(statements.END, (ended,))
    if live:
        pointers = ([entry.key for entry in live], [entry.revision for entry in live])
        await connection.execute(statements.POINT, pointers)


def _fault(error: psycopg.Error | PortFault) -> PortFault:
    """The error as a fault of its own for each who waits."""
    if isinstance(error, PortFault):
        return PortFault(
            error.message, reason=error.reason, hint=error.hint, retryable=error.retryable
        )
    return connecting.translated(error)
