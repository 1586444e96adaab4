"""The writer: one thread, one connection, as many appends in a commit as are waiting.

While a commit waits for the disk the next appends queue up, and share the next one.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TypeVarTuple, Unpack

import msgspec

from slipcast.adapters.journal.rows import Newest, Rows, closed, decide, forgotten, written
from slipcast.adapters.journal.sqlite import file, statements
from slipcast.ports.journal import Entry, Stale
from slipcast.values.faults import PortFault

_MOST_ROWS = 256
_MOST_BYTES = 8 << 20

Ts = TypeVarTuple("Ts")

Answer = tuple[Entry, ...] | PortFault


@dataclass(slots=True, eq=False)
class Append:
    """An append that waits."""

    rows: Rows
    done: asyncio.Future[tuple[Entry, ...]]


@dataclass(slots=True, eq=False)
class Job:
    """Other work for the writer's connection."""

    work: Callable[[sqlite3.Connection], int]
    done: asyncio.Future[int]


Request = list[Append] | Job | None
Deliver = Callable[[Sequence[tuple[Append, Answer]]], None]


class Writer:
    """The thread that writes; answers are given in the event loop that made it."""

    def __init__(self, path: Path, connection: sqlite3.Connection, deliver: Deliver) -> None:
        """Begin; deliver is called in the event loop, once per commit, before anyone goes on."""
        self._path = path
        self._connection = connection
        self._deliver = deliver
        self._loop = asyncio.get_running_loop()
        self._requests: SimpleQueue[Request] = SimpleQueue()
        # Not handed over yet; handed over, and not looked at.
        self._waiting: list[Append] = []
        self._left: deque[Append] = deque()
        self._taking = True
        self._over = False
        self._ended: asyncio.Future[int] = self._loop.create_future()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    async def append(self, rows: Rows) -> tuple[Entry, ...]:
        """Write rows, all of them or none, or fault."""
        self._check_taking()
        done: asyncio.Future[tuple[Entry, ...]] = self._loop.create_future()
        if not self._waiting:
            # Those of one turn of the event loop share a commit, and wake the thread once.
            self._loop.call_soon(self._hand_over)
        self._waiting.append(Append(rows, done))
        return await done

    async def work(self, work: Callable[[sqlite3.Connection], int]) -> int:
        """Do other work after the appends that wait already."""
        self._check_taking()
        return await self.later(work)

    def later(self, work: Callable[[sqlite3.Connection], int]) -> asyncio.Future[int]:
        """Have other work done; nobody needs to wait for it."""
        done: asyncio.Future[int] = self._loop.create_future()
        done.add_done_callback(_heard)
        self._hand_over()
        self._requests.put(Job(work, done))
        return done

    def end(self) -> None:
        """Take nothing more."""
        self._taking = False
        self._hand_over()
        self._requests.put(None)

    async def ended(self) -> None:
        """Return when everything that waited is answered and the connection is closed."""
        await asyncio.shield(self._ended)

    def _hand_over(self) -> None:
        """Have the thread see what waits."""
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            self._requests.put(waiting)

    def _check_taking(self) -> None:
        if not self._taking:
            raise closed()

    def _run(self) -> None:
        try:
            while not self._over:
                appends, job = self._gather()
                if appends:
                    self._tell(self._deliver, self._written(appends))
                if job is not None:
                    self._tell(_settle, job.done, self._worked(job))
        finally:
            self._connection.close()
            self._tell(_settle, self._ended, 0)

    def _tell(self, tell: Callable[[Unpack[Ts]], object], *args: *Ts) -> None:
        """Go on in the event loop."""
        try:
            self._loop.call_soon_threadsafe(tell, *args)
        except RuntimeError:
            # The event loop was closed before the journal was: nobody waits any more.
            self._over = True

    def _gather(self) -> tuple[list[Append], Job | None]:
        """Wait for work: the appends that are there, and the other work behind them."""
        appends: list[Append] = []
        count = size = 0
        while count < _MOST_ROWS and size <= _MOST_BYTES:
            if not self._left:
                try:
                    request = self._requests.get(block=not appends)
                except Empty:
                    break
                if not isinstance(request, list):
                    self._over = request is None
                    return appends, request
                self._left.extend(request)
            append = self._left.popleft()
            # Whoever was cancelled before the work began has changed nothing.
            if not append.done.cancelled():
                appends.append(append)
                count += len(append.rows)
                size += sum(len(row.value or b"") for row in append.rows)
        return appends, None

    def _written(self, appends: list[Append]) -> list[tuple[Append, Answer]]:
        """Carry out appends in one transaction; each with its answer."""
        wishes = [append.rows for append in appends]
        answers: Sequence[Answer]
        try:
            with transaction(self._connection) as connection:
                answers = _append_all(connection, wishes)
        except sqlite3.Error as error:
            answers = [file.translated(error, self._path) for _ in appends]
        return list(zip(appends, answers, strict=True))

    def _worked(self, job: Job) -> int | PortFault:
        try:
            return job.work(self._connection)
        except sqlite3.Error as error:
            return file.translated(error, self._path)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All of it or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    finally:
        # When the disk is full, SQLite has sometimes rolled back already.
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def marked(connection: sqlite3.Connection, name: str) -> int:
    """A revision that is kept by name."""
    (revision,) = connection.execute(statements.MARK, (name,)).fetchone()
    return int(revision)


def _append_all(
    connection: sqlite3.Connection, wishes: Sequence[Rows]
) -> list[tuple[Entry, ...] | Stale]:
    newest = _newest(connection, wishes)
    answers = decide(marked(connection, "head"), wishes, newest.get)
    entries = written(answers)
    if entries:
        _write(connection, statements.insert, [_row(entry) for entry in entries])
        _point(connection, entries)
        erased = [
            (revision,)
            for rows, answer in zip(wishes, answers, strict=True)
            if isinstance(answer, tuple)
            for revision in forgotten(rows, answer)
        ]
        if erased:
            connection.executemany(statements.FORGET, erased)
        connection.execute(statements.SET_MARK, (entries[-1].revision, "head"))
    return answers


def _newest(connection: sqlite3.Connection, wishes: Sequence[Rows]) -> dict[str, Newest]:
    """The live rows of the keys that are wished for."""
    keys = _listed({row.key for rows in wishes for row in rows})
    rows = connection.execute(statements.LIVE, (keys,)).fetchall()
    return {key: Newest(*row) for key, *row in rows}


def _point(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    """Have the live keys point to their newest rows."""
    # A key may begin, change and end within one commit: what it came to counts.
    last = {entry.key: entry for entry in entries}
    ended = [key for key, entry in last.items() if entry.value is None]
    live = [(key, entry.revision) for key, entry in last.items() if entry.value is not None]
    _write(connection, statements.point, live)
    if ended:
        connection.execute(statements.ENDED, (_listed(ended),))


def _write(
    connection: sqlite3.Connection,
    statement: Callable[[int], str],
    rows: Sequence[tuple[object, ...]],
) -> None:
    """Write rows, in statements of few sizes, so that each is prepared once."""
    done = 0
    while done < len(rows):
        size = min(statements.MOST_ROWS, 1 << ((len(rows) - done).bit_length() - 1))
        values = chain.from_iterable(rows[done : done + size])
        connection.execute(statement(size), tuple(values))
        done += size


def _listed(keys: Iterable[str]) -> str:
    """Keys as SQLite takes many of them at once."""
    return msgspec.json.encode(list(keys)).decode()


def _row(entry: Entry) -> tuple[int, str, int, int, int, bytes | None]:
    deleted = entry.value is None
    return entry.revision, entry.key, entry.created, entry.previous, int(deleted), entry.value


def _settle(done: asyncio.Future[int], answer: int | PortFault) -> None:
    if done.done():
        return
    if isinstance(answer, PortFault):
        done.set_exception(answer)
    else:
        done.set_result(answer)


def _heard(done: asyncio.Future[int]) -> None:
    """Take note of a fault that nobody waits for; the next who writes meets it too."""
    if not done.cancelled():
        done.exception()
