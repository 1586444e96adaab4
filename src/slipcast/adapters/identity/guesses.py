"""Guesses: how often somebody may be wrong with a password before nobody listens any more.

Counted for each user at each address, and for each address as a whole, so that nobody can lock out
somebody who is elsewhere.
"""

from __future__ import annotations

from collections import deque
from ipaddress import ip_address, ip_network
from typing import Final

from slipcast.ports.clock import Clock
from slipcast.values.apifaults import TooManyRequests

WINDOW: Final = 300.0
"""Seconds for which a wrong password is held against somebody."""
EACH: Final = 10
"""Wrong passwords for one user from one address."""
ADDRESS: Final = 100
"""Wrong passwords from one address."""
MOST: Final = 50_000
"""Users and addresses remembered."""


class Guesses:
    """Counts wrong passwords."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wrong: dict[tuple[str, str], deque[float]] = {}

    def check(self, user: str, address: str) -> None:
        """Nothing, when there may be another try.

        Errors: TooManyRequests.
        """
        now = self._clock.now().timestamp()
        for key, most in _keys(user, address):
            times = self._recent(key, now)
            if len(times) >= most:
                wait = max(1, int(times[0] + WINDOW - now) + 1)
                raise TooManyRequests("too many wrong passwords", retry_after=wait)

    def wrong(self, user: str, address: str) -> None:
        """The password was wrong."""
        now = self._clock.now().timestamp()
        if len(self._wrong) >= MOST:
            self._sweep(now)
        for key, _ in _keys(user, address):
            self._wrong.setdefault(key, deque()).append(now)

    def right(self, user: str, address: str) -> None:
        """The password was right: what was held against the user there is forgotten."""
        own, _ = _keys(user, address)
        self._wrong.pop(own[0], None)

    def _recent(self, key: tuple[str, str], now: float) -> deque[float]:
        times = self._wrong.get(key, deque())
        while times and times[0] <= now - WINDOW:
            times.popleft()
        return times

    def _sweep(self, now: float) -> None:
        for key in [*self._wrong]:
            if not self._recent(key, now):
                del self._wrong[key]
        while len(self._wrong) >= MOST:
            # The oldest: somebody spreads guesses over so many names that none is worth it.
            del self._wrong[next(iter(self._wrong))]


def _keys(user: str, address: str) -> tuple[tuple[tuple[str, str], int], ...]:
    place = _place(address)
    return ((place, f"={user}"), EACH), ((place, ""), ADDRESS)


def _place(address: str) -> str:
    """Whose an address is: with IPv6, everybody has a network of them."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return address if found.version == 4 else str(ip_network((found, 64), strict=False))  # noqa: PLR2004
