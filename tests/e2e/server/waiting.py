"""Waiting for a condition, with a deadline."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio

T = TypeVar("T")

LOOK = 0.05
PATIENCE = 60.0


def until(found: Callable[[], T], patience: float = PATIENCE) -> T:
    """What is found as soon as it is true."""
    limit = time.monotonic() + patience
    while True:
        answer = found()
        if answer or time.monotonic() > limit:
            assert answer, f"not within {patience:.0f} s: {answer!r}"
            return answer
        time.sleep(LOOK)


async def soon(found: Callable[[], Awaitable[T]], patience: float = PATIENCE) -> T:
    """As `until`, in a task."""
    limit = time.monotonic() + patience
    while True:
        answer = await found()
        if answer or time.monotonic() > limit:
            assert answer, f"not within {patience:.0f} s: {answer!r}"
            return answer
        await anyio.sleep(LOOK)
