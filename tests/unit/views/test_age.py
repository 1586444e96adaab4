"""Durations as people read them."""

from datetime import UTC, datetime, timedelta

import pytest

from slipcast.views.age import age, ago, human, took, words

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (119, "119s"),
        (120, "2m"),
        (200, "3m20s"),
        (660, "11m"),
        (3 * 3600, "3h"),
        (3 * 3600 + 600, "3h10m"),
        (9 * 3600 + 600, "9h"),
        (50 * 3600, "2d2h"),
        (30 * 86400, "30d"),
        (3 * 365 * 86400 + 86400, "3y1d"),
        (-10, "<invalid>"),
    ],
)
def test_an_age_has_two_units_while_both_matter(seconds: int, text: str) -> None:
    assert human(timedelta(seconds=seconds)) == text


def test_an_object_without_a_time_has_no_known_age() -> None:
    assert age(None, NOW) == "<unknown>"
    assert age("yesterday", NOW) == "<unknown>"


def test_a_moment_is_told_in_words() -> None:
    assert ago("2026-11-22T11:57:00Z", NOW) == "3 minutes ago"
    assert ago("2026-11-22T11:59:00Z", NOW) == "About a minute ago"
    assert ago("2026-11-19T11:00:00Z", NOW) == "3 days ago"
    assert ago(None, NOW) == ""


@pytest.mark.parametrize(
    ("nanoseconds", "text"), [(0, ""), (None, ""), (72 * 10**9, "1m12s"), (3601 * 10**9, "1h0m1s")]
)
def test_a_build_took_some_time_gt_3(nanoseconds: object, text: str) -> None:
    assert took(nanoseconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "Less than a second"),
        (1, "1 second"),
        (59, "59 seconds"),
        (61, "About a minute"),
        (600, "10 minutes"),
        (3700, "About an hour"),
        (40 * 3600, "40 hours"),
        (72 * 3600, "3 days"),
        (20 * 86400, "2 weeks"),
        (100 * 86400, "3 months"),
        (800 * 86400, "2 years"),
    ],
)
def test_spans_are_told_in_words(seconds: int, text: str) -> None:
    assert words(timedelta(seconds=seconds)) == text
