"""Moments as the wire has them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from slipcast.values.apifaults import BadRequest
from slipcast.values.instant import between, parse, to_micro, to_text

NOON = datetime(2026, 11, 22, 12, 0, 0, 250_000, tzinfo=UTC)


def test_a_moment_is_written_in_whole_seconds_of_utc() -> None:
    moment = NOON.astimezone(timezone(timedelta(hours=2)))

    assert to_text(moment) == "2026-11-22T12:00:00Z"


def test_a_moment_between_seconds_has_six_digits() -> None:
    assert to_micro(NOON) == "2026-11-22T12:00:00.250000Z"


@pytest.mark.parametrize(
    "text",
    ["2026-11-22T12:00:00.25Z", "2026-11-22T14:00:00.250+02:00", "2026-11-22T12:00:00.250000999Z"],
)
def test_a_moment_is_read_in_any_zone_and_with_any_digits(text: str) -> None:
    assert parse(text) == NOON


@pytest.mark.parametrize(
    "text",
    [
        *("", "today", "2026-11-22", "2026-11-22T12:00Z", "2026-11-22T12:00:00"),
        *("2026-11-22 12:00:00Z", "2026-11-22t12:00:00z", "2026-11-22T12:00:00Z\n"),
        *("2026-02-30T00:00:00Z", "0001-01-01T00:00:00+23:59"),
    ],
)
def test_a_text_that_is_no_moment_is_refused_in_known_words(text: str) -> None:
    with pytest.raises(BadRequest, match=r'^parsing time ".*" as "2006-01-02T15:04:05Z07:00"'):
        parse(text)


def test_durations_are_of_whole_seconds_ba_598() -> None:
    assert between(NOON, NOON + timedelta(seconds=1.8)) == timedelta(seconds=2)
