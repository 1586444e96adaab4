"""The very tar of a stored layer, put together from its tar-split and its unpacked files.

Source: vbatts/tar-split, tar/asm.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
from isal import igzip

_PIECE = 1 << 20
_SEGMENT = 2


class _Line(msgspec.Struct):
    type: int
    name: str = ""
    name_raw: bytes | None = None
    size: int = 0
    payload: bytes | None = None


def assembled(tar_split: Path, files: Path) -> Iterator[bytes]:
    """The tar's bytes, in pieces of about a megabyte.

    Shape:  files is the directory that the layer was unpacked to.
    Errors: OSError; ValueError when a file is shorter than it was.
    """
    waiting: list[bytes] = []
    size = 0
    for piece in _pieces(tar_split, os.fsencode(files)):
        waiting.append(piece)
        size += len(piece)
        if size >= _PIECE:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


def _pieces(tar_split: Path, files: bytes) -> Iterator[bytes]:
    decoder = msgspec.json.Decoder(_Line)
    with igzip.open(tar_split, "rb") as lines:  # type: ignore[no-untyped-call]  # its stub has gaps
        for text in lines:
            line = decoder.decode(text)
            if line.type == _SEGMENT:
                yield line.payload or b""
            elif line.size:
                name = line.name_raw if line.name_raw is not None else os.fsencode(line.name)
                yield from _content(files + b"/" + name, line.size)


def _content(path: bytes, size: int) -> Iterator[bytes]:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        left = size
        while left:
            piece = os.read(descriptor, min(left, _PIECE))
            if not piece:
                msg = f"{os.fsdecode(path)} is shorter than its layer says"
                raise ValueError(msg)
            left -= len(piece)
            yield piece
    finally:
        os.close(descriptor)
