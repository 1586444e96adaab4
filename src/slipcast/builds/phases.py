"""The phases of a build: which follow which, and what a build says when it enters one.

Why a build enters a phase is decided elsewhere.

Source: build-api.md sections 8.2 and 8.3, BA-596 to BA-604; build-lifecycle.md section 1, BL-78.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec.structs import replace

from slipcast.api.build import Build, BuildStatus
from slipcast.api.meta import Condition
from slipcast.values.apifaults import BadRequest
from slipcast.values.instant import SECOND, between, parse, to_text


class Phase(StrEnum):
    """How far a build is."""

    NEW = "New"
    PENDING = "Pending"
    RUNNING = "Running"
    COMPLETE = "Complete"
    FAILED = "Failed"
    ERROR = "Error"
    CANCELLED = "Cancelled"


TERMINAL: Final = frozenset({Phase.COMPLETE, Phase.FAILED, Phase.ERROR, Phase.CANCELLED})
"""The phases that a build never leaves."""


def is_terminal(phase: str) -> bool:
    """Whether a build in this phase is over."""
    return phase in TERMINAL


MOVES: Final[Mapping[str, frozenset[str]]] = {
    Phase.NEW: frozenset({Phase.NEW, Phase.PENDING, Phase.RUNNING, *TERMINAL}),
    Phase.PENDING: frozenset({Phase.PENDING, Phase.RUNNING, *TERMINAL}),
    Phase.RUNNING: frozenset({Phase.RUNNING, *TERMINAL}),
    Phase.COMPLETE: frozenset(),
    Phase.FAILED: frozenset({Phase.FAILED}),
    Phase.ERROR: frozenset(),
    Phase.CANCELLED: frozenset(),
}
"""THE TABLE of moves (BL-1): a build may go from the key to each of these."""

_NANOSECONDS: Final = 1_000_000_000


def may_move(was: str, now: str) -> bool:
    """Whether a build may go from one phase to another; none is New."""
    return now in MOVES.get(was or Phase.NEW, frozenset())


def entered(
    build: Build, phase: Phase, now: datetime, *, reason: str = "", message: str = ""
) -> Build:
    """The build in a phase, for a reason; the same build where it may not go there (BL-114).

    Shape:  timestamps, duration and conditions follow. A build that is cancelled before it ran has
            no start, every other end has one (BL-78).
    """
    was = build.status
    if not may_move(was.phase, phase):
        return build
    if (was.phase, was.reason, was.message) == (phase, reason, message) and was.conditions:
        return build
    status = replace(
        was,
        phase=phase,
        reason=reason,
        message=message,
        conditions=_conditions(was, phase, reason, message, to_text(now)),
    )
    if phase == Phase.RUNNING or phase in TERMINAL - {Phase.CANCELLED}:
        status = replace(status, start_timestamp=was.start_timestamp or to_text(now))
    if is_terminal(phase):
        status = ended(status, now)
    return replace(build, status=status)


def started(build: Build, at: str) -> Build:
    """The build with the time its pod started, if nobody said another (BA-596)."""
    if build.status.start_timestamp or not at:
        return build
    return replace(build, status=replace(build.status, start_timestamp=at))


def ended(status: BuildStatus, now: datetime) -> BuildStatus:
    """The status of a build that is over, with when and after how long (BA-597, BA-598)."""
    if status.completion_timestamp:
        return status
    duration = _lasted(status.start_timestamp, now)
    return replace(status, completion_timestamp=to_text(now), duration=duration)


def conditioned(build: Build, now: datetime) -> Build:
    """The build with the condition of its phase, which a builder that reports its end lacks."""
    status = build.status
    if any((each.type, each.status) == (status.phase, "True") for each in status.conditions):
        return build
    phase = Phase(status.phase)
    conditions = _conditions(status, phase, status.reason, status.message, to_text(now))
    return replace(build, status=replace(status, conditions=conditions))


def _lasted(start: str, now: datetime) -> int:
    """The nanoseconds since a start; 0 where it is not told, or no moment that exists."""
    try:
        passed = between(parse(start), now)
    except BadRequest:
        return 0
    return max(passed // SECOND, 0) * _NANOSECONDS


def _conditions(
    was: BuildStatus, phase: Phase, reason: str, message: str, now: str
) -> tuple[Condition, ...]:
    """One condition for each phase the build has been in; the one of now is True (BA-604)."""
    seen = {each.type: each for each in was.conditions}
    left = was.phase or Phase.NEW
    if left != phase:
        seen.setdefault(left, Condition(type=left, status="True"))
    for type_, condition in seen.items():
        if type_ != phase and condition.status != "False":
            seen[type_] = Condition(
                type=type_, status="False", last_update_time=now, last_transition_time=now
            )
    old = seen.get(phase)
    turned = now if old is None or old.status != "True" else old.last_transition_time
    seen[phase] = Condition(
        type=phase,
        status="True",
        last_update_time=now,
        last_transition_time=turned,
        reason=reason,
        message=message,
    )
    return tuple(seen.values())
