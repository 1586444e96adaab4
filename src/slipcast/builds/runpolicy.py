"""The run policies: which of a BuildConfig's builds may start, and which are superseded.

Pure: sees builds, never queues. Cancelling superseded builds is decided here and carried out by
whoever asked.

Source: build-lifecycle.md section 3; build-api.md BA-503.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import msgspec

from slipcast.api.build import Build
from slipcast.builds import naming
from slipcast.builds.phases import Phase


class RunPolicy(StrEnum):
    """Which builds of a BuildConfig may run at the same time."""

    SERIAL = "Serial"
    SERIAL_LATEST_ONLY = "SerialLatestOnly"
    PARALLEL = "Parallel"


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """Whose turn it is: names of builds that start, and of those that are cancelled for newer ones.

    Shape:  unnumbered names the builds that keep all others waiting, since nobody knows their
            place (BL-30).
    """

    start: tuple[str, ...] = ()
    superseded: tuple[str, ...] = ()
    unnumbered: tuple[str, ...] = ()


ACTIVE: Final = frozenset({Phase.PENDING, Phase.RUNNING})
"""The phases in which a build holds others back."""


def policy_of(build: Build) -> RunPolicy:
    """The policy a build was made under; Serial when it says nothing that is known (BL-3)."""
    try:
        return RunPolicy(build.metadata.labels.get(naming.START_POLICY, ""))
    except ValueError:
        return RunPolicy.SERIAL


def next_builds(builds: Sequence[Build]) -> Turn:
    """Which builds start now and which are superseded.

    Shape:  builds of one BuildConfig, any order; at most one of those that start is not Parallel.
            A build that is New and cancelled keeps its place until it is Cancelled (BL-36).
    """
    waiting = [each for each in builds if _phase(each) == Phase.NEW]
    unnumbered = tuple(each.metadata.name for each in waiting if naming.number(each) is None)
    if unnumbered:
        return Turn(unnumbered=unnumbered)
    queue = sorted(waiting, key=_place)
    if not queue:
        return Turn()
    active = [each for each in builds if _phase(each) in ACTIVE]
    superseded = _superseded(queue, active)
    start = (name for name in _starting(queue, active) if name not in superseded)
    return Turn(start=tuple(start), superseded=superseded)


def _starting(queue: Sequence[Build], active: Sequence[Build]) -> tuple[str, ...]:
    """The builds that may start: the first in the queue, or all that run side by side."""
    first = queue[0]
    if policy_of(first) is not RunPolicy.PARALLEL and not active:
        return () if first.status.cancelled else (first.metadata.name,)
    if any(policy_of(each) is not RunPolicy.PARALLEL for each in active):
        return ()
    return tuple(
        each.metadata.name
        for each in queue
        if policy_of(each) is RunPolicy.PARALLEL and not each.status.cancelled
    )


def _superseded(queue: Sequence[Build], active: Sequence[Build]) -> tuple[str, ...]:
    """The builds that are cancelled for a newer one; what runs already is left alone (BL-32)."""
    wanted = [each for each in queue if not each.status.cancelled]
    latest = max(
        (_place(each) for each in wanted if policy_of(each) is RunPolicy.SERIAL_LATEST_ONLY),
        default=0,
    )
    pending = (each for each in active if _phase(each) == Phase.PENDING)
    wanted += [each for each in pending if not each.status.cancelled]
    older = (each for each in wanted if 0 < _place(each) < latest)
    return tuple(each.metadata.name for each in sorted(older, key=_place))


def _phase(build: Build) -> str:
    return build.status.phase or Phase.NEW


def _place(build: Build) -> int:
    return naming.number(build) or 0
