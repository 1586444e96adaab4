"""Pieces of bytes as a file, and files in pieces: what arrives in parts."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator

from typing_extensions import override

_PIECE = 1 << 16


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


def descriptor_of(source: object) -> int | None:
    """The descriptor of a file that has one; None for anything else, such as a generator."""
    try:
        number: int = source.fileno()  # type: ignore[attr-defined]  # that is the question
    except (AttributeError, OSError, ValueError):
        return None
    return number


def pieces_of(source: Iterable[bytes]) -> Iterator[bytes]:
    """What comes out of a file or of an iterator, as it comes.

    Shape:  a file with a descriptor is read past its buffer, whose lock would be held while a
            thread waits in vain for more.
    """
    descriptor = descriptor_of(source)
    if descriptor is None:
        yield from source
        return
    while piece := os.read(descriptor, _PIECE):
        yield piece
