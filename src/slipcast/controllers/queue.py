"""The queue of a controller: keys that are to be looked at, each in one hand at a time.

A key that is woken again while it waits is looked at once, and once more if it is woken while it
is in hand. Keys that must not be looked at side by side share a lane.

Source: the work queues of Kubernetes.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Final

from slipcast.ports.clock import Clock

Key = tuple[str, str]
"""What is looked at: a namespace, and a name in it."""

Lane = Callable[[Key], Hashable]

SHORTEST: Final = timedelta(milliseconds=20)
"""Until a key that failed is tried again; each further failure doubles it."""
LONGEST: Final = timedelta(minutes=2)
_DOUBLINGS: Final = 13


def own(key: Key) -> Hashable:
    """A lane for each key."""
    return key


class Queue:
    """Keys to be looked at, those that wait longest first."""

    def __init__(self, clock: Clock, lane: Lane = own) -> None:
        self._clock = clock
        self._lane = lane
        self._lanes: dict[Key, Hashable] = {}
        self._free: dict[Hashable, dict[Key, None]] = {}
        self._held: dict[Hashable, dict[Key, None]] = {}
        self._later: list[tuple[datetime, Key]] = []
        self._due: dict[Key, datetime] = {}
        self._failures: dict[Key, int] = {}
        self._news = asyncio.Event()

    def add(self, key: Key) -> None:
        """Have a key looked at."""
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = self._lane(key)
        waiting = self._held if lane in self._held else self._free
        waiting.setdefault(lane, {})[key] = None
        self._news.set()

    def add_at(self, key: Key, moment: datetime) -> None:
        """Have a key looked at when a moment has come, unless it is looked at before."""
        due = self._due.get(key)
        if due is not None and due <= moment:
            return
        self._due[key] = moment
        heapq.heappush(self._later, (moment, key))
        self._news.set()

    def failed(self, key: Key) -> datetime:
        """Have a key looked at again, later with every failure; when."""
        times = self._failures.get(key, 0)
        self._failures[key] = times + 1
        wait: timedelta = min(SHORTEST * 2 ** min(times, _DOUBLINGS), LONGEST)
        moment = self._clock.now() + wait
        self.add_at(key, moment)
        return moment

    def succeeded(self, key: Key) -> None:
        """Forget how often a key failed."""
        self._failures.pop(key, None)

    def take(self) -> Key | None:
        """The next key, which is in hand until it is `done`; None when there is none by now."""
        self._come_due()
        lane = next(iter(self._free), None)
        if lane is None:
            return None
        waiting = self._free.pop(lane)
        key = next(iter(waiting))
        del waiting[key]
        self._held[lane] = waiting
        self._due.pop(key, None)
        return key

    def done(self, key: Key) -> None:
        """Let go of a key."""
        lane = self._lanes[key]
        waiting = self._held.pop(lane)
        if key not in waiting:
            del self._lanes[key]
        if waiting:
            self._free[lane] = waiting
            self._news.set()

    @property
    def due(self) -> datetime | None:
        """When the next key is to be looked at that is not yet; None when there is none."""
        return self._later[0][0] if self._later else None

    @property
    def is_empty(self) -> bool:
        """Whether no key waits or is in hand by now."""
        return not self._lanes

    async def next(self) -> Key:
        """The next key, when there is one."""
        while (key := self.take()) is None:
            self._news.clear()
            due = self.due
            wait = None if due is None else max((due - self._clock.now()).total_seconds(), 0)
            try:
                async with asyncio.timeout(wait):
                    await self._news.wait()
            except TimeoutError:
                continue
        if self._free:
            # There is more, for others who wait.
            self._news.set()
        return key

    def _come_due(self) -> None:
        if not self._later:
            return
        now = self._clock.now()
        while self._later and self._later[0][0] <= now:
            moment, key = heapq.heappop(self._later)
            if self._due.get(key) == moment:
                self.add(key)
