"""Compaction: history is kept for a while, then forgotten.

Watches and paged lists go on from revisions of the recent past; older ones are told to begin anew.
"""

from __future__ import annotations

import logging
from collections import deque
from datetime import datetime, timedelta
from typing import Final

import msgspec

from slipcast.ports.clock import Clock
from slipcast.ports.journal import Journal
from slipcast.values.faults import PortFault

log = logging.getLogger("slipcast.store.compaction")


class Retention(msgspec.Struct, frozen=True, kw_only=True):
    """How much history is kept: both, whichever is more.

    Units:  minutes is a time, revisions a number of rows; every is the seconds between looks.
    """

    minutes: float = 5
    revisions: int = 10_000
    every: float = 30


KEPT: Final = Retention()


class Compaction:
    """Forgets what is older than it needs to be."""

    def __init__(self, journal: Journal, clock: Clock, kept: Retention = KEPT) -> None:
        self._journal = journal
        self._clock = clock
        self._kept = kept
        self._seen: deque[tuple[datetime, int]] = deque()
        self._old = 0
        self._done = 0

    async def run(self) -> None:
        """Look every now and then, for ever."""
        while True:
            await self._clock.until(self._clock.now() + timedelta(seconds=self._kept.every))
            try:
                await self.step()
            except PortFault as fault:
                log.warning("compaction.failed", extra={"fields": {"fault": fault.message}})

    async def step(self) -> int:
        """Forget what is too old by now; the number of rows removed."""
        now, head = self._clock.now(), await self._journal.head()
        self._seen.append((now, head))
        limit = now - timedelta(minutes=self._kept.minutes)
        while self._seen and self._seen[0][0] <= limit:
            self._old = self._seen.popleft()[1]
        mark = min(self._old, head - self._kept.revisions)
        if mark <= self._done:
            return 0
        self._done = mark
        return await self._journal.compact(mark)
