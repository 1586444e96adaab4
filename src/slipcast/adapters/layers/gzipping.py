"""A gzip stream packed block by block on two threads; blocks that do not shrink are stored.

Archives, pictures, wheels and jars are packed already: packing them again takes most of the time
of a push and saves nothing. Every block is judged by itself, by samples, so that the same input
always gives the same bytes.

Source: RFC 1951, section 3.2.4; RFC 1952.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from isal import isal_zlib

_THREADS = 2
_LEVEL = 1
_BLOCK = 1 << 20
_STORED = 0xFFFF
_SAMPLES = 4
_SAMPLE = 8 << 10
_GAIN = 0.98
_RAW = -15
# No name, no time, an unknown system: nothing that differs between machines.
_HEAD = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
_LAST_BLOCK = b"\x03\0"


def packed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The gzip stream of the pieces, read a few megabytes ahead."""
    yield _HEAD
    checksum = size = 0
    with ThreadPoolExecutor(_THREADS) as pool:
        waiting: deque[Future[bytes]] = deque()
        try:
            for block in _blocks(pieces):
                checksum = isal_zlib.crc32(block, checksum)
                size += len(block)
                waiting.append(pool.submit(_block, block))
                if len(waiting) > 2 * _THREADS:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    yield _LAST_BLOCK + struct.pack("<II", checksum, size & 0xFFFFFFFF)


def _blocks(pieces: Iterable[bytes]) -> Iterator[memoryview]:
    """The pieces cut anew, so that how they came makes no difference to the result."""
    waiting: list[bytes | memoryview] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= _BLOCK:
            whole = memoryview(b"".join(waiting))
            end = size - size % _BLOCK
            for start in range(0, end, _BLOCK):
                yield whole[start : start + _BLOCK]
            waiting, size = [whole[end:]], size - end
    if size:
        yield memoryview(b"".join(waiting))


def _block(block: memoryview) -> bytes:
    if _shrinks(block):
        compressor = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _RAW)
        return compressor.compress(block) + compressor.flush(isal_zlib.Z_SYNC_FLUSH)
    parts: list[bytes | memoryview] = []
    for start in range(0, len(block), _STORED):
        part = block[start : start + _STORED]
        parts += [struct.pack("<BHH", 0, len(part), len(part) ^ 0xFFFF), part]
    return b"".join(parts)


def _shrinks(block: memoryview) -> bool:
    step = max(len(block) // _SAMPLES, 1)
    samples = b"".join(block[start : start + _SAMPLE] for start in range(0, len(block), step))
    return len(isal_zlib.compress(samples, _LEVEL)) < _GAIN * len(samples)
