"""Pieces of bytes as a file: what arrives in parts, read as a stream."""

from __future__ import annotations

import io
from collections.abc import Iterator

from typing_extensions import override


class Pieces(io.RawIOBase):
    """An iterator of bytes, read as an unbuffered file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = memoryview(b"")

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed's WriteableBuffer has no public name
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count
