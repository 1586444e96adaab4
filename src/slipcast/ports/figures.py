"""Figures: what those who run builds know of how many there are, for whoever shows them.

Who knows something puts it here, and takes it back when it knows it no more. Nothing is looked up
when figures are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import msgspec


class Sort(NamedTuple):
    """What builds are counted by: a phase, why it is so, a strategy; as the API has them."""

    phase: str
    reason: str
    strategy: str


class Going(msgspec.Struct, frozen=True, kw_only=True):
    """A build that waits or runs.

    Shape:  since is when it began, or, before that, was made; as the API has times.
    """

    namespace: str
    name: str
    sort: Sort
    since: str


class Builds(Protocol):
    """What is known of all builds."""

    def counts(self) -> Mapping[Sort, int]:
        """How many builds there are of each sort."""
        ...

    def going(self) -> Iterator[Going]:
        """Builds that wait or run; of very many, the first of each phase."""
        ...


Took = Callable[[str, str, float], None]
"""Is told of a build that has ended: its strategy, its phase, and how many seconds it took."""


def nobody_asks(strategy: str, phase: str, seconds: float) -> None:
    """Forget how long a build took."""
    del strategy, phase, seconds


class Pods(msgspec.Struct, frozen=True, kw_only=True):
    """How the pods of builds on one machine are doing, and how many run there at most."""

    running: int
    waiting: int
    limit: int


@dataclass(slots=True)
class Figures:
    """What is known now; None: not here. Who shows figures says whom it is told how builds end."""

    builds: Builds | None = None
    pods: Pods | None = None
    took: Took = nobody_asks
