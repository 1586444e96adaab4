"""The very tar of a stored layer, put together from its tar-split and its unpacked files.

Source: vbatts/tar-split, tar/asm.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
from isal import igzip

from slipcast.adapters.layers.shrinking import Content

_PIECE = 1 << 20
_ENTRY = 1
_SEGMENT = 2


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """What a layer holds: its files that have bytes, in order, and how many members it has."""

    files: tuple[Content, ...]
    members: int


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


def contents(tar_split: Path) -> Contents:
    """What a stored layer holds, by its tar-split alone.

    Errors: OSError.
    """
    entries = [line for line in _lines(tar_split) if line.type == _ENTRY]
    files = tuple(Content(_name(line), line.size) for line in entries if line.size)
    return Contents(files=files, members=len(entries))


def _pieces(tar_split: Path, files: bytes) -> Iterator[bytes]:
    for line in _lines(tar_split):
        if line.type == _SEGMENT:
            yield line.payload or b""
        elif line.size:
            yield from _content(files + b"/" + _name(line), line.size)


def _lines(tar_split: Path) -> Iterator[_Line]:
    decoder = msgspec.json.Decoder(_Line)
    with igzip.open(tar_split, "rb") as lines:  # type: ignore[no-untyped-call]  # its stub has gaps
        for text in lines:
            yield decoder.decode(text)


def _name(line: _Line) -> bytes:
    return line.name_raw if line.name_raw is not None else os.fsencode(line.name)


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
