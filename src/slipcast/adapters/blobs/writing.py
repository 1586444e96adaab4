"""Writing: the file of an upload, from its first byte to the blob it becomes.

Done in threads: counting a digest and writing let others run meanwhile. Whoever has opened the
file has it alone among all processes; who finds that it was moved or removed before he had it has
found no upload.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import msgspec

from slipcast.adapters.blobs.places import is_at, no_upload, told
from slipcast.ports.blobs import NoRoom, WrongOffset

if TYPE_CHECKING:
    from hashlib import _Hash

USUAL: Final = "sha256"
BLOCK: Final = 1 << 20
"""Bytes that are written at once, at least; twice as much waits in memory, at most."""
EARLY: Final = 32 << 20
"""Bytes after which the disk begins to write, so that less is left to wait for at the end."""
MOST_PIECES: Final = 512
"""Pieces of any size that are written at once: so many does the system take."""


@dataclass(slots=True, kw_only=True)
class Counted:
    """How far the usual digest of an upload is counted."""

    digest: _Hash = field(default_factory=lambda: new_digest(USUAL))
    size: int = 0


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """What an upload may be, and what must stay free beside it.

    Units:  bytes.
    """

    largest: int
    reserve: int


class UploadFile:
    """The file of an upload, for one who goes on with it."""

    def __init__(self, path: Path, counted: Counted | None, room: Room) -> None:
        """Open it; counted is how far its digest is known, None when it is not.

        Errors: NoUpload; WrongOffset when somebody else goes on with it.
        """
        self._path = path
        self._room = room
        try:
            self._file = path.open("r+b", buffering=0)
        except FileNotFoundError as missing:
            raise no_upload(path.name) from missing
        try:
            self.size = self._taken()
        except BaseException:
            self._file.close()
            raise
        if counted is None and self.size == 0:
            counted = Counted()
        self.counted = counted if counted is not None and counted.size == self.size else None

    def _taken(self) -> int:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            raise WrongOffset(f"somebody goes on with the upload {self._path.name}") from busy
        if not is_at(self._path, os.fstat(self._file.fileno())):
            raise no_upload(self._path.name)
        return self._file.seek(0, os.SEEK_END)

    def write(self, pieces: Sequence[bytes]) -> None:
        """Go on with pieces.

        Errors: NoRoom; PortFault.
        """
        coming = sum(map(len, pieces))
        if self.size + coming > self._room.largest:
            most = self._room.largest
            raise NoRoom(f"more is sent than the {most} bytes that a blob may have")
        with told("an upload cannot be stored"):
            disk = os.fstatvfs(self._file.fileno())
            if disk.f_bavail * disk.f_frsize < self._room.reserve + coming:
                raise NoRoom("the disk is full", hint="Make room on it, or prune.", retryable=True)
            for start in range(0, len(pieces), MOST_PIECES):
                self._write(pieces[start : start + MOST_PIECES])

    def _write(self, pieces: Sequence[bytes]) -> None:
        size = sum(map(len, pieces))
        written = os.writev(self._file.fileno(), pieces)
        if written < size:
            # On a disk that is nearly full, the next one says why.
            rest = memoryview(b"".join(pieces))[written:]
            while rest:
                rest = rest[self._file.write(rest) :]
        self.size += size
        if self.counted is not None:
            for piece in pieces:
                self.counted.digest.update(piece)
            self.counted.size = self.size

    def hexdigest(self, algorithm: str) -> str:
        """The digest of all that has come; read again where it is not known."""
        if algorithm == USUAL and self.counted is not None:
            return self.counted.digest.hexdigest()
        with told("an upload cannot be read"):
            self._file.seek(0)
            return hashlib.file_digest(self._file, lambda: new_digest(algorithm)).hexdigest()

    def sync(self) -> None:
        """See to it that what has come is on the disk.

        Errors: OSError. The upload is gone then: asked again, the system would say that all is
                well with what it has lost.
        """
        self._synced(self._file.fileno())

    def early(self) -> Callable[[], None]:
        """What has the disk begin with what has come, for another thread."""
        # Opened anew: with the same, who ends before it would leave the file held.
        descriptor = os.open(f"/proc/self/fd/{self._file.fileno()}", os.O_RDONLY)

        def begin() -> None:
            try:
                # Whoever goes on with it finds that it is gone, and says so.
                with suppress(OSError):
                    self._synced(descriptor)
            finally:
                os.close(descriptor)

        return begin

    def _synced(self, descriptor: int) -> None:
        try:
            os.fsync(descriptor)
        except OSError:
            self._path.unlink(missing_ok=True)
            raise

    def touch(self, moment: int) -> None:
        """Let it be of a moment.

        Units:  nanoseconds.
        """
        os.utime(self._file.fileno(), ns=(moment, moment))

    def close(self) -> None:
        """Let others have it."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Pump:
    """What comes over the network, written behind the back of who sends it, block by block."""

    def __init__(self, file: UploadFile, begin: Callable[..., Future[None]]) -> None:
        """Write into a file, which is closed at the end; begin starts something in a thread."""
        self._file = file
        self._begin = begin
        self._pieces: list[bytes] = []
        self._size = 0
        self._writing: Future[None] | None = None
        self._syncing: Future[None] | None = None
        self._early = file.size

    async def take(self, piece: bytes) -> None:
        """Take a piece; wait when the disk is slower than the network.

        Errors: as `UploadFile.write`, of this piece or one before it.
        """
        if piece:
            self._pieces.append(piece)
            self._size += len(piece)
        if self._size >= BLOCK or len(self._pieces) >= MOST_PIECES:
            await self._next()

    async def flush(self) -> None:
        """Wait until all that was taken is written, and what the disk has begun with is on it.

        Errors: as `take`.
        """
        if self._pieces:
            await self._next()
        await self._settle()
        if self._syncing is not None:
            await asyncio.shield(asyncio.wrap_future(self._syncing))

    def close(self) -> None:
        """Let go of the file, as soon as nobody writes any more."""
        if self._writing is None:
            self._file.close()
        else:
            self._writing.add_done_callback(lambda _: self._file.close())

    async def _next(self) -> None:
        await self._settle()
        is_idle = self._syncing is None or self._syncing.done()
        if is_idle and self._file.size - self._early >= EARLY:
            self._early = self._file.size
            self._syncing = self._begin(self._file.early())
        pieces, self._pieces, self._size = self._pieces, [], 0
        self._writing = self._begin(self._file.write, pieces)

    async def _settle(self) -> None:
        if self._writing is not None:
            # Whoever is cancelled here does not cancel it: the file is still being written.
            await asyncio.shield(asyncio.wrap_future(self._writing))
            self._writing = None


def new_digest(algorithm: str) -> _Hash:
    """A digest of nothing yet."""
    return hashlib.new(algorithm, usedforsecurity=False)
