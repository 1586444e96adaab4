"""What is written piece by piece, as it arrives."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from typing_extensions import override

from slipcast.adapters.gathering import MOST, Gathered

pytestmark = pytest.mark.anyio


class Wire(asyncio.Transport):
    """Keeps what was written, and whether it was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.closed = False

    @override
    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        self.written.append(bytes(data))

    @override
    def close(self) -> None:
        self.closed = True

    @override
    def is_closing(self) -> bool:
        return self.closed

    @override
    def get_write_buffer_size(self) -> int:
        return 0


def gathering() -> tuple[Wire, Gathered]:
    wire = Wire()
    return wire, Gathered(wire, asyncio.get_running_loop())


async def test_what_is_written_in_one_turn_is_sent_at_once():
    wire, gathered = gathering()

    gathered.write(b"head ")
    gathered.write(b"body")
    await asyncio.sleep(0)

    assert wire.written == [b"head body"]


async def test_what_is_written_in_another_turn_is_sent_by_itself():
    wire, gathered = gathering()

    gathered.write(b"one")
    await asyncio.sleep(0)
    gathered.write(b"two")
    await asyncio.sleep(0)

    assert wire.written == [b"one", b"two"]


async def test_much_does_not_wait():
    wire, gathered = gathering()

    gathered.write(b"x" * MOST)

    assert wire.written == [b"x" * MOST]


async def test_what_is_large_is_sent_in_pieces():
    wire, gathered = gathering()

    gathered.write(b"x" * (MOST + 1))

    assert wire.written == [b"x" * MOST, b"x"]


async def test_what_waits_counts_as_unsent():
    _, gathered = gathering()

    gathered.write(b"four")

    assert gathered.get_write_buffer_size() == 4


async def test_what_waits_is_sent_before_the_end():
    wire, gathered = gathering()

    gathered.write(b"last words")
    gathered.close()

    assert (wire.written, wire.closed) == ([b"last words"], True)
