"""Turns: when work of which much may be due at once begins, so that it does not all begin at once.

Known to one process alone: who begins anew spreads everything anew.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from slipcast.controllers.queue import Key


class Turns:
    """Gives every key a moment, each a while after the one before."""

    def __init__(self, per_minute: int) -> None:
        self._gap = timedelta(minutes=1) / max(1, per_minute)
        self._last: datetime | None = None
        self._given: dict[Key, datetime] = {}

    def of(self, key: Key, now: datetime) -> datetime:
        """When it is a key's turn: the same moment until it has come, and then it is used up."""
        turn = self._given.pop(key, None) or self._next(now)
        if turn > now:
            self._given[key] = turn
        return turn

    def drop(self, key: Key) -> None:
        """Let go of the turn of a key that is not due any longer."""
        self._given.pop(key, None)

    def _next(self, now: datetime) -> datetime:
        turn = now if self._last is None else max(now, self._last + self._gap)
        self._last = turn
        return turn
