"""The real clock."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime


class SystemClock:
    """The time of this machine. Implements Clock."""

    def now(self) -> datetime:
        """What time it is."""
        return datetime.now(UTC)

    async def until(self, moment: datetime) -> None:
        """Return when the moment has come; at once when it has passed."""
        await asyncio.sleep(max(0.0, (moment - self.now()).total_seconds()))
