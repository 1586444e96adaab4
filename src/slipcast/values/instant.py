"""Moments as they are written on the wire: RFC 3339, in UTC, whole seconds.

Moments between seconds are kept where the API has them (leases, managed fields do not): `to_micro`.
Values are aware datetimes; there are no naive ones.

Source: API conventions of Kubernetes (Time, MicroTime).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from slipcast.values import patterns
from slipcast.values.apifaults import BadRequest
from slipcast.values.causes import shown

SECOND: Final = timedelta(seconds=1)
_FORM: Final = patterns.lazy(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)", re.ASCII
)


def to_text(moment: datetime) -> str:
    """The moment as the wire has it, cut to whole seconds: `2026-11-22T18:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def to_micro(moment: datetime) -> str:
    """The moment with six digits of its second: `2026-11-22T18:00:00.000000Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse(text: str) -> datetime:
    """The moment a text names, in UTC; digits beyond microseconds are dropped.

    Errors: BadRequest, in the words clients know.
    """
    match = _FORM.fullmatch(text)
    if match is None:
        raise _unreadable(text)
    whole, fraction, zone = match.groups()
    micros = (fraction or "")[:6].ljust(6, "0")
    offset = "+00:00" if zone == "Z" else zone
    try:
        return datetime.fromisoformat(f"{whole}.{micros}{offset}").astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _unreadable(text) from error


def between(earlier: datetime, later: datetime) -> timedelta:
    """How long it is from one moment to another, both cut to whole seconds (BA-598)."""
    return later.replace(microsecond=0) - earlier.replace(microsecond=0)


def _unreadable(text: str) -> BadRequest:
    form = '"2006-01-02T15:04:05Z07:00"'
    return BadRequest(f"parsing time {shown(text)} as {form}: cannot parse {shown(text)}")
