"""Sending a container its standard input through its pipe."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from pathlib import Path

_PIECE = 1 << 16


@contextmanager
def opened(pipe: Path) -> Generator[int]:
    """The writing end of a pipe.

    Errors: OSError when nobody reads it.
    """
    descriptor = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


async def send(pipe: int, body: AsyncIterator[bytes]) -> None:
    """Write all of the body into a pipe, at the pace of its reader.

    Errors: OSError when nobody reads any longer.
    """
    async for data in body:
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(pipe, rest[:_PIECE]) :]
            except BlockingIOError:
                await _writable(pipe)


async def _writable(descriptor: int) -> None:
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_writer(descriptor, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_writer(descriptor)
