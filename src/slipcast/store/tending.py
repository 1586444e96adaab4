"""Tending: work beside requests goes on whatever happens to it.

A bug in it is told in the log, with its trace, and the work begins anew from what there is.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from slipcast.ports.clock import Clock
from slipcast.values.faults import PortFault

log = logging.getLogger("slipcast.store.tending")

PAUSE: Final = timedelta(seconds=1)


async def tended(name: str, work: Callable[[], Awaitable[None]], clock: Clock) -> None:
    """Do work that goes on for ever; begin it anew when it fails, end when it ends."""
    while True:
        try:
            await work()
        except PortFault as fault:
            log.warning("work.interrupted", extra={"fields": {"work": name, "why": fault.message}})
            await clock.until(clock.now() + PAUSE)
        except Exception:
            log.exception("work.failed", extra={"fields": {"work": name}})
            await clock.until(clock.now() + PAUSE)
        else:
            return
