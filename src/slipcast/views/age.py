"""Durations as people read them: the age of an object, the time a build took.

Source: Kubernetes' human durations, which `kubectl get` prints; OpenShift's for builds.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from slipcast.values import instant
from slipcast.values.apifaults import BadRequest

UNKNOWN: Final = "<unknown>"
_MINUTE, _HOUR, _DAY, _YEAR = 60, 3600, 86400, 365 * 86400


def age(stamp: object, now: datetime) -> str:
    """How long ago a moment was, in at most two units: `45s`, `3m20s`, `5d`.

    Shape:  stamp as a document has it, RFC 3339.
    """
    since = elapsed(stamp, now)
    return UNKNOWN if since is None else human(since)


def elapsed(stamp: object, now: datetime) -> timedelta | None:
    """How long ago a moment was; None when there is none, or it cannot be read."""
    if not isinstance(stamp, str) or not stamp:
        return None
    try:
        return now - instant.parse(stamp)
    except BadRequest:
        return None


def human(span: timedelta) -> str:
    """A span as kubectl prints ages: the finer unit only where it still matters."""
    seconds = int(span.total_seconds())
    if seconds < -1:
        return "<invalid>"
    seconds = max(0, seconds)
    if seconds < 2 * _MINUTE:
        return f"{seconds}s"
    if seconds < 3 * _HOUR:
        minutes, rest = divmod(seconds, _MINUTE)
        return _two(minutes, "m", rest, "s", most=10)
    if seconds < 2 * _DAY:
        hours, rest = divmod(seconds, _HOUR)
        return _two(hours, "h", rest // _MINUTE, "m", most=8)
    if seconds < 2 * _YEAR:
        days, rest = divmod(seconds, _DAY)
        return _two(days, "d", rest // _HOUR, "h", most=8)
    years, rest = divmod(seconds, _YEAR)
    return _two(years, "y", rest // _DAY, "d", most=8)


def _two(large: int, unit: str, small: int, fine: str, *, most: int) -> str:
    return f"{large}{unit}{small}{fine}" if large < most and small else f"{large}{unit}"


def ago(stamp: object, now: datetime) -> str:
    """A moment in words: `3 minutes ago`; empty when there is none."""
    since = elapsed(stamp, now)
    return f"{words(since)} ago" if since is not None else ""


def words(span: timedelta) -> str:
    """A span in words, as docker and oc have it."""
    seconds = max(0, int(span.total_seconds()))
    if seconds <= 1:
        return "1 second" if seconds else "Less than a second"
    if seconds < 2 * _MINUTE:
        return f"{seconds} seconds" if seconds < _MINUTE else "About a minute"
    if seconds < 2 * _HOUR:
        return f"{seconds // _MINUTE} minutes" if seconds < _HOUR else "About an hour"
    hours = seconds // _HOUR
    for most, unit, size in ((48, "hours", 1), (336, "days", 24), (1440, "weeks", 168)):
        if hours < most:
            return f"{hours // size} {unit}"
    if hours < 2 * 365 * 24:
        return f"{hours // 24 // 30} months"
    return f"{hours // 24 // 365} years"


def took(nanoseconds: object) -> str:
    """How long a build took: `1m12s`; empty when it has not.

    Units:  nanoseconds, as status.duration has them.
    """
    if not isinstance(nanoseconds, int) or nanoseconds <= 0:
        return ""
    seconds = nanoseconds // 10**9
    hours, rest = divmod(seconds, _HOUR)
    minutes, seconds = divmod(rest, _MINUTE)
    if hours:
        return f"{hours}h{minutes}m{seconds}s"
    return f"{minutes}m{seconds}s" if minutes else f"{seconds}s"
