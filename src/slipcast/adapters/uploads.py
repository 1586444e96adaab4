"""Uploads in a directory, a file each; the name says when it was received. Implements Uploads."""

from __future__ import annotations

import asyncio
import os
import re
import uuid
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final

from slipcast.adapters.aside import Aside, told
from slipcast.ports.clock import Clock
from slipcast.ports.uploads import Upload
from slipcast.values.faults import NotFound, PortFault

LARGEST: Final = 1 << 30
"""Units: bytes."""

_PIECE: Final = 1 << 20
_FORM: Final = "%Y%m%dT%H%M%SZ"
_ID: Final = re.compile(r"(\d{8}T\d{6}Z)-[0-9a-f]{32}", re.ASCII)


class DirectoryUploads:
    """Implements Uploads."""

    def __init__(self, directory: Path, clock: Clock, *, largest: int = LARGEST) -> None:
        """Store uploads in a directory, which is this process's alone.

        Units:  largest in bytes: what an upload may be at most.
        Errors: PortFault.
        """
        self._directory = directory
        self._aside = Aside(directory)
        self._clock = clock
        self._largest = largest

    async def receive(self, body: AsyncIterator[bytes]) -> Upload:
        """See the port."""
        path = self._aside.new()
        try:
            size = await self._written(path, body)
            received = self._clock.now().astimezone(UTC).replace(microsecond=0)
            name = f"{received.strftime(_FORM)}-{uuid.uuid4().hex}"
            with told("an upload cannot be stored"):
                await asyncio.to_thread(self._aside.put, path, self._directory / name)
        finally:
            await asyncio.to_thread(path.unlink, missing_ok=True)
        return Upload(id=name, size=size, received=received)

    async def path(self, upload: str) -> Path:
        """See the port."""
        path = self._directory / upload
        if not _ID.fullmatch(upload) or not await asyncio.to_thread(path.is_file):
            raise NotFound(f"there is no upload {upload!r}")
        return path

    async def list(self) -> tuple[Upload, ...]:
        """See the port."""
        return await asyncio.to_thread(self._listed)

    async def remove(self, upload: str) -> None:
        """See the port."""
        if _ID.fullmatch(upload):
            with told(f"the upload {upload} cannot be removed"):
                await asyncio.to_thread(self._aside.discard, self._directory / upload)

    async def _written(self, path: Path, body: AsyncIterator[bytes]) -> int:
        # Not in a thread: who is cancelled while it opens would never close.
        with told("an upload cannot be stored"):
            file = path.open("xb")
        with file:
            size, waiting = 0, bytearray()
            async for piece in body:
                size += len(piece)
                if size > self._largest:
                    raise PortFault(
                        f"more is sent than the {self._largest} bytes that an upload may be",
                        reason="TooLarge",
                        hint="Leave out what the build does not need; ignore files help.",
                    )
                waiting += piece
                if len(waiting) >= _PIECE:
                    await _flush(file, waiting)
            await _flush(file, waiting)
            with told("an upload cannot be stored"):
                await asyncio.to_thread(_sync, file)
        return size

    def _listed(self) -> tuple[Upload, ...]:
        found: list[Upload] = []
        with told(f"{self._directory} cannot be read"):
            for entry in os.scandir(self._directory):
                match = _ID.fullmatch(entry.name)
                if match is None:
                    continue
                received = datetime.strptime(match[1], _FORM).replace(tzinfo=UTC)
                # One that is removed meanwhile is not there.
                with suppress(FileNotFoundError):
                    size = entry.stat(follow_symlinks=False).st_size
                    found.append(Upload(id=entry.name, size=size, received=received))
        return tuple(found)


async def _flush(file: IO[bytes], waiting: bytearray) -> None:
    data = bytes(waiting)
    waiting.clear()
    with told("an upload cannot be stored"):
        await asyncio.to_thread(file.write, data)


def _sync(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())
