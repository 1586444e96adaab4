"""Logs of pods in a directory: one zstd file for each container below its key. Implements PodLogs.

A log that is longer than it may be keeps its first part and its end, with a record between them
that says how much was left out.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from typing import IO, Final

import zstandard

from slipcast.adapters.aside import Aside, told
from slipcast.values.faults import NotFound, PortFault
from slipcast.values.logrecords import written

LIMIT: Final = 64 << 20
END: Final = 1 << 20
"""Units: bytes of records, as that above: how much of a log is kept, and how much of its end."""

_PIECE: Final = 256 << 10
_LEVEL: Final = 3
_SUFFIX: Final = ".zst"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,199}", re.ASCII)


class DirectoryLogs:
    """Implements PodLogs."""

    def __init__(self, directory: Path, *, limit: int = LIMIT, end: int = END) -> None:
        """Keep logs below a directory, which is this process's alone.

        Errors: PortFault.
        """
        self._directory = directory
        self._aside = Aside(directory)
        self._first = max(0, limit - end)
        self._end = end

    async def keep(self, key: str, container: str, records: AsyncIterator[bytes]) -> None:
        """See the port."""
        if not (_NAME.fullmatch(key) and _NAME.fullmatch(container)):
            raise PortFault(f"{key!r} and {container!r} name no log", reason="BadName")
        log = _Writing(self._aside.new())
        try:
            log.begin()
            async for piece in _bounded(records, self._first, self._end):
                await log.take(piece)
            await log.end()
            await asyncio.to_thread(self._put, log.path, key, container)
        finally:
            await asyncio.to_thread(log.abandon)

    async def records(self, key: str, container: str) -> AsyncGenerator[bytes, None]:
        """See the port."""
        try:
            file = await asyncio.to_thread(self._open, key, container)
        except FileNotFoundError:
            raise NotFound(f"there is no log of {container!r} under {key!r}") from None
        return _pieces(file)

    async def containers(self, key: str) -> tuple[str, ...]:
        """See the port."""
        if not _NAME.fullmatch(key):
            return ()
        names = await asyncio.to_thread(_names, self._directory / key)
        return tuple(name.removesuffix(_SUFFIX) for name in names)

    async def list(self) -> tuple[str, ...]:
        """See the port."""
        names = await asyncio.to_thread(_names, self._directory)
        return tuple(name for name in names if _NAME.fullmatch(name))

    async def remove(self, key: str) -> None:
        """See the port."""
        if _NAME.fullmatch(key):
            with told(f"the logs of {key} cannot be removed"):
                await asyncio.to_thread(self._aside.discard, self._directory / key)

    def _put(self, path: Path, key: str, container: str) -> None:
        with told(f"the log of {container} cannot be kept"):
            place = self._directory / key
            place.mkdir(mode=0o700, exist_ok=True)
            self._aside.put(path, place / f"{container}{_SUFFIX}")

    def _open(self, key: str, container: str) -> IO[bytes]:
        if not (_NAME.fullmatch(key) and _NAME.fullmatch(container)):
            raise FileNotFoundError
        file = (self._directory / key / f"{container}{_SUFFIX}").open("rb")
        return zstandard.ZstdDecompressor().stream_reader(file, closefd=True)


class _Writing:
    """A log while it is written; larger pieces at a time, in a thread."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[bytes] | None = None
        self._waiting = bytearray()
        self._packer = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compressobj()

    def begin(self) -> None:
        # Not in a thread: who is cancelled while it opens would never close.
        with told("a log cannot be kept"):
            self._file = self.path.open("xb")

    async def take(self, piece: bytes) -> None:
        self._waiting += piece
        if len(self._waiting) >= _PIECE:
            await self._write(last=False)

    async def end(self) -> None:
        await self._write(last=True)

    def abandon(self) -> None:
        if self._file is not None:
            self._file.close()
        self.path.unlink(missing_ok=True)

    async def _write(self, *, last: bool) -> None:
        data = bytes(self._waiting)
        self._waiting.clear()
        with told("a log cannot be kept"):
            await asyncio.to_thread(self._pack, data, last=last)

    def _pack(self, data: bytes, *, last: bool) -> None:
        file = self._file
        assert file is not None  # noqa: S101 -- begun
        file.write(self._packer.compress(data))
        if last:
            file.write(self._packer.flush())
            file.flush()
            os.fsync(file.fileno())


async def _bounded(
    records: AsyncIterator[bytes], first: int, end: int
) -> AsyncGenerator[bytes, None]:
    """The records as they are kept: all, or the first and the last."""
    taken, last = 0, _Last(end)
    async for piece in records:
        if not last.records and taken + len(piece) <= first:
            taken += len(piece)
            yield piece
        else:
            last.take(piece)
    if last.left_out:
        yield last.gap()
    yield b"".join(last.records)


class _Last:
    """The last records of many.

    Units:  bytes of records.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._length = 0
        self._time = b""
        self.records: deque[bytes] = deque()
        self.left_out = 0

    def take(self, piece: bytes) -> None:
        """Take records in; the oldest make room for them."""
        for line in filter(None, piece.split(b"\n")):
            self.records.append(line + b"\n")
            self._length += len(line) + 1
        while self._length > self._room and self.records:
            gone = self.records.popleft()
            self._length -= len(gone)
            self.left_out += len(gone)
            self._time = gone.partition(b" ")[0]

    def gap(self) -> bytes:
        """The record that says what is missing, of the time of the last that is."""
        said = f"[{self.left_out} bytes of this log were left out]"
        return written(self._time, "stdout", said.encode())


async def _pieces(file: IO[bytes]) -> AsyncGenerator[bytes, None]:
    """What a file holds, in pieces that end at the end of a record."""
    rest = b""
    try:
        while data := await asyncio.to_thread(_read, file):
            whole, line_break, rest = (rest + data).rpartition(b"\n")
            if line_break:
                yield whole + line_break
        if rest:
            yield rest
    finally:
        file.close()


def _read(file: IO[bytes]) -> bytes:
    try:
        with told("a log cannot be read"):
            return file.read(_PIECE)
    except zstandard.ZstdError as error:
        raise PortFault("a log is damaged", hint="Its disk may be failing.") from error


def _names(directory: Path) -> tuple[str, ...]:
    try:
        return tuple(path.name for path in directory.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return ()
