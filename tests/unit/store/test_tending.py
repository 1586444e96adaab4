"""Work beside requests goes on."""

from __future__ import annotations

from datetime import datetime

import pytest
from typing_extensions import override

from slipcast.store.tending import tended
from unit.store.conftest import NOON, StandingClock

pytestmark = pytest.mark.anyio


class HurryingClock(StandingClock):
    """A clock for which waiting takes no time."""

    @override
    async def until(self, moment: datetime) -> None:
        self.moment = moment


class Work:
    """Work that fails so many times."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.begun = 0

    async def __call__(self) -> None:
        self.begun += 1
        if self.begun <= self.failures:
            raise ZeroDivisionError


async def test_work_that_fails_is_begun_anew_and_its_trace_is_logged(
    caplog: pytest.LogCaptureFixture,
):
    work, clock = Work(failures=2), HurryingClock()

    await tended("sums", work, clock)

    assert work.begun == 3
    assert [record.message for record in caplog.records] == ["work.failed"] * 2
    assert "ZeroDivisionError" in caplog.text


async def test_between_two_tries_there_is_a_pause():
    clock = HurryingClock()

    await tended("sums", Work(failures=2), clock)

    assert (clock.moment - NOON).total_seconds() == 2


async def test_work_that_ends_is_not_begun_anew():
    work = Work(failures=0)

    await tended("sums", work, HurryingClock())

    assert work.begun == 1
