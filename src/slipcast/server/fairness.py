"""Fairness: many clients share the server, and none of them can take it from the others.

Requests that last (watches, logs) are counted apart from those that are answered at once. When all
seats are taken, an actor who has more than a fair share of them is told to come again; one who has
less waits for a moment. Nothing queues without bound.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Final

from slipcast.values.apifaults import TooManyRequests

SEATS: Final = 400
"""Requests worked on at once."""
LONGEST_WAIT: Final = 5.0
"""Seconds a request waits for a seat."""
STREAMS: Final = 20_000
"""Watches and logs open at once."""
STREAMS_EACH: Final = 5_000
"""Watches and logs one actor may have open."""


class Fairness:
    """Counts who is being served."""

    def __init__(self, seats: int = SEATS, streams: int = STREAMS) -> None:
        self._seats = seats
        self._streams = streams
        self._taken: Counter[str] = Counter()
        self._watching: Counter[str] = Counter()
        self._free = asyncio.Condition()
        self._waiting = 0
        self.serving = 0
        self.streaming = 0

    def seat(self, actor: str) -> Seat:
        """A seat for a request that is answered at once, to be entered.

        Errors: TooManyRequests, on entering.
        """
        return Seat(self, actor)

    async def take(self, actor: str) -> None:
        """Take a seat.

        Errors: TooManyRequests.
        """
        if self.serving >= self._seats:
            await self._wait(actor)
        self.serving += 1
        self._taken[actor] += 1

    async def leave(self, actor: str) -> None:
        """Leave a seat to whoever waits for one."""
        self.serving -= 1
        self._left(self._taken, actor)
        if self._waiting:
            async with self._free:
                self._free.notify()

    def begin(self, actor: str) -> None:
        """Take room for a request that lasts.

        Errors: TooManyRequests.
        """
        if self.streaming >= self._streams or self._watching[actor] >= STREAMS_EACH:
            raise _too_many()
        self.streaming += 1
        self._watching[actor] += 1

    def end(self, actor: str) -> None:
        """Leave it."""
        self.streaming -= 1
        self._left(self._watching, actor)

    async def _wait(self, actor: str) -> None:
        share = max(1, self._seats // max(1, len(self._taken)))
        if self._taken[actor] >= share or self._waiting >= self._seats:
            raise _too_many()
        self._waiting += 1
        try:
            async with asyncio.timeout(LONGEST_WAIT), self._free:
                await self._free.wait_for(lambda: self.serving < self._seats)
        except TimeoutError as late:
            raise _too_many() from late
        finally:
            self._waiting -= 1

    @staticmethod
    def _left(counts: Counter[str], actor: str) -> None:
        counts[actor] -= 1
        if not counts[actor]:
            del counts[actor]


class Seat:
    """A seat being taken and left: each request has one, so it is no generator."""

    __slots__ = ("_actor", "_fairness")

    def __init__(self, fairness: Fairness, actor: str) -> None:
        self._fairness = fairness
        self._actor = actor

    async def __aenter__(self) -> None:
        """Take it."""
        await self._fairness.take(self._actor)

    async def __aexit__(self, *_: object) -> None:
        """Leave it."""
        await self._fairness.leave(self._actor)


def _too_many() -> TooManyRequests:
    return TooManyRequests("too many requests at once, please try again later", retry_after=1)
