"""Whether a layer shrinks when it is packed, judged by samples of its files.

Layers that do not shrink (archives, pictures, wheels, jars, models) travel as plain tars: their
digest is the diffID, which is known anyway, so nothing is packed, summed or hashed twice, neither
here nor where they are pulled. The judgement is a function of the layer alone, so that the same
layer always travels in the same way, whoever sends it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import NamedTuple

from isal import isal_zlib

from slipcast.adapters.layers.tar import BLOCK

# Below, packing takes no time worth saving.
LARGE = 8 << 20
_SAMPLES = 64
_SAMPLE = 8 << 10
_LEVEL = 1
_GAIN = 0.05


class Content(NamedTuple):
    """A file of a layer that has bytes."""

    path: bytes
    size: int


Read = Callable[[bytes, int, int], bytes]
"""The bytes of a path, from an offset, at most so many."""


def shrinks(contents: Sequence[Content], members: int, read: Read) -> bool:
    """Whether packing makes a layer smaller by a part that is worth it.

    Shape:  contents in the order of the tar; members counts everything in it.
    Errors: those of read.
    """
    total = sum(content.size for content in contents)
    if total < LARGE:
        return True
    samples = b"".join(_samples(contents, total, read))
    packed = len(isal_zlib.compress(samples, _LEVEL))
    # Headers and padding are as good as nothing once they are packed.
    blocks = members * BLOCK + sum(-content.size % BLOCK for content in contents)
    saved = blocks + total * max(1 - packed / max(len(samples), 1), 0)
    return saved >= _GAIN * (total + blocks)


def _samples(contents: Sequence[Content], total: int, read: Read) -> list[bytes]:
    """Pieces at even distances, as if the files were one."""
    taken: list[bytes] = []
    end = 0
    for content in contents:
        begin, end = end, end + content.size
        while len(taken) < _SAMPLES and (place := len(taken) * total // _SAMPLES) < end:
            taken.append(read(content.path, place - begin, _SAMPLE))
    return taken


def read_below(holder: int) -> Read:
    """Reads the files below an open directory, by paths relative to it."""

    def read(path: bytes, offset: int, count: int) -> bytes:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(path, flags, dir_fd=holder)
        try:
            return os.pread(descriptor, count, offset)
        finally:
            os.close(descriptor)

    return read
