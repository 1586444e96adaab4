"""The Clock port: what time it is, and waiting until it is later. Asynchronous."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Time, always aware and in UTC."""

    def now(self) -> datetime:
        """What time it is."""
        ...

    async def until(self, moment: datetime) -> None:
        """Return when the moment has come; at once when it has passed."""
        ...
