"""Reading a SQLite journal, in the event loop's own thread.

A read is some microseconds; handing it to a thread and back costs many times that. What is
long is read in pieces, and others get their turn in between; the connection, and with it the
moment that is seen, stays with the reader until the end.

Rows never change, so those that were listed are kept for the next list.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec.structs import replace

from slipcast.adapters.journal.rows import end_of, next_after
from slipcast.adapters.journal.sqlite import file, statements
from slipcast.ports.journal import Batch, Entry

_PIECE = 256
_SLICE = 512
_SLICE_BYTES = 4 << 20
_KEPT_BYTES = 32 << 20
_IDLE = 4
# From that many rows that are not kept, one statement for all is quicker than one each.
_FEW = 32


class Range(msgspec.Struct, frozen=True):
    """A part of a listing: keys from start to before end, a most, at a moment.

    Shape:  end is None when nothing sorts after; moment None when now is meant.
    """

    start: str
    end: str | None
    moment: int | None
    most: int

    @property
    def stop(self) -> str | bytes:
        """The end as SQLite compares it."""
        return statements.AFTER_ALL if self.end is None else self.end


class Reader:
    """Connections that read, and rows that were read."""

    def __init__(self, path: Path) -> None:
        """Read the journal at the path, which has been prepared."""
        self._path = path
        self._single = file.reader(path)
        self._idle: list[sqlite3.Connection] = []
        self._kept: OrderedDict[int, Entry] = OrderedDict()
        self._kept_bytes = 0
        self._open = True
        # How often something was forgotten: what was read before that is not kept after it.
        self.forgettings = 0

    def close(self) -> None:
        """Let go of the connections; those in use go when their reading ends."""
        self._open = False
        self._single.close()
        for connection in self._idle:
            connection.close()
        self._idle = []

    def get(self, key: str, at: int | None) -> Entry | None:
        """The newest row of a key, or the newest not after a revision."""
        with self._translating():
            if at is None:
                row = self._single.execute(statements.GET, (key,)).fetchone()
            else:
                row = self._single.execute(statements.GET_AT, (key, at)).fetchone()
        if row is None or row[3] is None:
            return None
        return Entry(key, *row)

    def forget(self, revision: int) -> None:
        """Keep a row no longer."""
        self.forgettings += 1
        row = self._kept.pop(revision, None)
        if row is not None:
            self._kept_bytes -= len(row.value or b"")

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """One moment of the journal, for as long as it takes to read it."""
        connection = self._idle.pop() if self._idle else None
        with self._translating():
            connection = connection or file.reader(self._path)
            try:
                connection.execute("BEGIN")
                (head,) = connection.execute(statements.MARK, ("head",)).fetchone()
                yield Snapshot(self, connection, head)
            finally:
                connection.rollback()
                if self._open and len(self._idle) < _IDLE:
                    self._idle.append(connection)
                else:
                    connection.close()

    def since(self, after: int, upto: int, prefix: str) -> Batch:
        """A first part of the rows of a prefix, each with what it replaced."""
        upto = min(upto, after + _SLICE)
        stop = end_of(prefix)
        found, size = [], 0
        with self._translating():
            rows = self._single.execute(
                statements.SINCE,
                (after, upto, prefix, statements.AFTER_ALL if stop is None else stop),
            )
            for key, revision, created, previous, value, before in rows:
                entry = Entry(key, revision, created, previous, value, before or None)
                found.append(entry)
                size += len(entry.value or b"") + len(entry.before or b"")
                if size > _SLICE_BYTES:
                    upto = entry.revision
                    break
            rows.close()
        return Batch(tuple(found), upto)

    def kept(self, revisions: Sequence[int]) -> list[Entry | None]:
        """Rows that were read before, None for the others."""
        return list(map(self._kept.get, revisions))

    def keep(self, entries: Sequence[Entry]) -> None:
        """Keep rows, and let go of those kept longest."""
        kept, size = self._kept, self._kept_bytes
        for entry in entries:
            if entry.value:
                if entry.revision not in kept:
                    size += len(entry.value)
                kept[entry.revision] = entry
        while size > _KEPT_BYTES:
            _, dropped = kept.popitem(last=False)
            size -= len(dropped.value or b"")
        self._kept_bytes = size

    @contextmanager
    def _translating(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise file.translated(error, self._path) from error


class Snapshot:
    """A journal as it was after the revision `head`."""

    def __init__(self, reader: Reader, connection: sqlite3.Connection, head: int) -> None:
        self.head = head
        self._reader = reader
        self._connection = connection
        self._forgettings = reader.forgettings

    def turns(self, after: int, upto: int, part: Range) -> int:
        """By how much the number of live keys of a range grew between revisions."""
        if after >= upto:
            return 0
        row = self._connection.execute(statements.TURNS, (after, upto, part.start, part.stop))
        return int(row.fetchone()[0])

    async def entries(self, part: Range) -> list[Entry]:
        """The rows of a part, in key order."""
        found: list[Entry] = []
        start = part.start
        while len(found) < part.most:
            wanted = min(_PIECE, part.most - len(found))
            keys = self._keys(replace(part, start=start, most=wanted))
            found += self._rows(keys, part.moment)
            if len(keys) < wanted:
                break
            start = next_after(keys[-1][0])
            if len(found) < part.most:
                await asyncio.sleep(0)
        return found

    def _keys(self, part: Range) -> list[tuple[str, int]]:
        bounds = (part.start, part.stop, part.most)
        if part.moment is None:
            return self._connection.execute(statements.LIST, bounds).fetchall()
        return self._connection.execute(statements.LIST_AT, (*bounds, part.moment)).fetchall()

    def _rows(self, keys: Sequence[tuple[str, int]], moment: int | None) -> list[Entry]:
        """The rows that keys point to, those that end a life left out."""
        kept = self._reader.kept([revision for _, revision in keys])
        if moment is None and kept.count(None) > _FEW:
            bounds = (keys[0][0], keys[-1][0])
            rows = self._connection.execute(statements.ROWS, bounds).fetchall()
            found = [Entry(*row) for row in rows]
            self._keep(found)
            return found
        if moment is None and len(live := [row for row in kept if row]) == len(kept):
            return live
        found = [
            row or self._row(revision)
            for row, (_, revision) in zip(kept, keys, strict=True)
            if revision
        ]
        return [row for row in found if row.value is not None]

    def _row(self, revision: int) -> Entry:
        row = Entry(*self._connection.execute(statements.ROW, (revision,)).fetchone())
        self._keep((row,))
        return row

    def _keep(self, rows: Sequence[Entry]) -> None:
        if self._forgettings == self._reader.forgettings:
            self._reader.keep(rows)
