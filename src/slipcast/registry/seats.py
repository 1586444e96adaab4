"""Seats: how much is done at once, so that one who asks for much leaves some to others.

Nobody waits for a seat: who is refused comes again. When all are taken, who has less than a fair
share gets one nevertheless, so that whoever holds them for long holds up nobody else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from slipcast.registry.faults import TOOMANYREQUESTS, RegistryFault


@dataclass(slots=True)
class Seats:
    """The seats that are taken: of so many, and of each who takes them so many at most."""

    most: int
    each: int
    taken: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def seat(self, user: str) -> Iterator[None]:
        """While one is taken.

        Errors: RegistryFault TOOMANYREQUESTS.
        """
        mine = self.taken.get(user, 0)
        share = max(1, self.most // max(1, len(self.taken)))
        if mine >= self.each or (self.taken.total() >= self.most and mine >= share):
            raise RegistryFault(
                TOOMANYREQUESTS, "too much at once, try again later", headers={"retry-after": "1"}
            )
        self.taken[user] += 1
        try:
            yield
        finally:
            self.taken[user] -= 1
            if not self.taken[user]:
                del self.taken[user]
