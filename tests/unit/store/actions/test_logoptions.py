"""The options of logs in a query (BA-656 to BA-666)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from slipcast.api.build import BuildLogOptions
from slipcast.store.actions.logoptions import read, wanted
from slipcast.values.apifaults import BadRequest
from slipcast.values.logselection import Wanted

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def asked(**parameters: str) -> BuildLogOptions:
    """The options in a query."""
    return read(parameters, "BuildLogOptions", "build.openshift.io", "app-1")


@pytest.mark.parametrize("said", ["true", "1", "", "yes"])
def test_a_truth_is_true_unless_it_says_otherwise(said: str) -> None:
    assert asked(follow=said).follow


@pytest.mark.parametrize("said", ["false", "False", "0"])
def test_a_truth_that_says_otherwise_is_not(said: str) -> None:
    assert not asked(follow=said).follow


def test_what_nobody_knows_is_left_out() -> None:
    assert asked(path="", color="red", tailLines="") == BuildLogOptions()


@pytest.mark.parametrize("number", ["9" * 19, "1e3", "٣", "--1"])
def test_what_is_no_number_of_the_api_is_refused(number: str) -> None:
    with pytest.raises(BadRequest, match=r"strconv\.ParseInt"):
        asked(tailLines=number)


def test_seconds_are_counted_back_from_now() -> None:
    found = wanted(asked(sinceSeconds="60", limitBytes="10"), NOON)

    assert found == Wanted(since=b"2026-11-22T11:59:00.000000000Z", limit=10)


def test_a_time_may_be_said_in_any_zone() -> None:
    found = wanted(asked(sinceTime="2026-11-22T13:00:00+01:00"), NOON)

    assert found.since == b"2026-11-22T12:00:00.000000000Z"


def test_more_seconds_than_there_were_are_all_of_them() -> None:
    found = wanted(asked(sinceSeconds=str(2**62)), NOON)

    assert found.since < b"2026"
