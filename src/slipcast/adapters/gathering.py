"""Gathering: what is written to a connection piece by piece, sent at once.

An answer is a head and a body, and a watch is told of changes in swarms: over TLS each piece would
be a record of its own, and all that is done for one costs more than a small piece itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

from typing_extensions import override

MOST: Final = 64 * 1024
"""Bytes that wait for more; beyond, the transport decides whether its writer has to wait."""


class Gathered(asyncio.Transport):
    """A transport whose writes of one turn of the event loop are one."""

    __slots__ = ("_lent", "_loop", "_pieces", "_size", "_under", "_wanted")

    def __init__(self, under: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        """Gather for a transport."""
        super().__init__()
        self._under = under
        self._loop = loop
        self._pieces: list[bytes | bytearray | memoryview[Any]] = []
        self._size = 0
        self._lent = False
        self._wanted: list[Callable[[], None]] = []

    def lend(self) -> None:
        """Leave the connection to somebody else: what is done to it waits until it is back."""
        self._lent = True

    def take_back(self) -> None:
        """Do what has waited."""
        self._lent = False
        wanted, self._wanted = self._wanted, []
        for do in wanted:
            do()

    @override
    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        if not self._pieces:
            self._loop.call_soon(self._flush)
        self._pieces.append(data)
        self._size += len(data)
        if self._size >= MOST:
            self._flush()

    @override
    def close(self) -> None:
        if self._lent:
            self._wanted.append(self.close)
            return
        self._flush()
        self._under.close()

    @override
    def abort(self) -> None:
        if self._lent:
            self._wanted.append(self.abort)
            return
        self._pieces, self._size = [], 0
        self._under.abort()

    @override
    def is_closing(self) -> bool:
        return self._under.is_closing()

    @override
    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._under.get_extra_info(name, default)

    @override
    def get_write_buffer_size(self) -> int:
        return self._under.get_write_buffer_size() + self._size

    @override
    def pause_reading(self) -> None:
        if self._lent:
            self._wanted.append(self.pause_reading)
            return
        self._under.pause_reading()

    @override
    def resume_reading(self) -> None:
        if self._lent:
            self._wanted.append(self.resume_reading)
            return
        self._under.resume_reading()

    @override
    def is_reading(self) -> bool:
        return self._under.is_reading()

    def _flush(self) -> None:
        if self._lent:
            self._wanted.append(self._flush)
            return
        pieces, self._pieces, self._size = self._pieces, [], 0
        if not pieces or self._under.is_closing():
            return
        whole = memoryview(pieces[0] if len(pieces) == 1 else b"".join(pieces))
        # TLS makes of each piece a few copies, which are not to be larger than they have to.
        for start in range(0, len(whole), MOST):
            self._under.write(whole[start : start + MOST])
