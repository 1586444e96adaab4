"""The lease: one leads, at once when nobody else does, and not for longer than is known."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api import kinds
from slipcast.controllers.lease import PLACE, Leadership, Terms
from slipcast.ports.api import Api, Resource
from slipcast.store.store import SERVER, Store
from slipcast.testing.api import NOON

pytestmark = pytest.mark.anyio


class PassingClock:
    """A clock that jumps to whatever is waited for."""

    def __init__(self) -> None:
        self.moment = NOON

    def now(self) -> datetime:
        return self.moment

    async def until(self, moment: datetime) -> None:
        self.moment = max(self.moment, moment)
        await asyncio.sleep(0)

    def move(self, **by: float) -> None:
        self.moment += timedelta(**by)


@pytest.fixture
def clock() -> PassingClock:
    return PassingClock()


@pytest.fixture
def journal() -> MemoryJournal:
    return MemoryJournal()


@pytest.fixture
async def api(clock: PassingClock, journal: MemoryJournal) -> Api:
    api = Store(journal, clock).as_(SERVER)
    namespace = Resource(kinds.require("", "Namespace"))
    await api.create(namespace, {"metadata": {"name": PLACE.namespace}})
    return api


async def held(api: Api) -> tuple[str | None, int]:
    """Who holds the lease, and how often it changed hands."""
    spec = (await api.get(PLACE)).content["spec"]
    return spec.get("holderIdentity"), spec["leaseTransitions"]


async def test_a_free_lease_is_taken_at_once(api: Api, clock: PassingClock) -> None:
    assert await Leadership(api, clock, "one").take()

    assert await held(api) == ("one", 1)


async def test_ones_own_lease_is_taken_at_once_after_a_restart(
    api: Api, clock: PassingClock
) -> None:
    await Leadership(api, clock, "one").take()

    assert await Leadership(api, clock, "one").take()
    assert await held(api) == ("one", 1)


async def test_anothers_lease_is_waited_for_while_it_is_renewed(
    api: Api, clock: PassingClock
) -> None:
    one, two = Leadership(api, clock, "one"), Leadership(api, clock, "two")
    await one.take()
    assert not await two.take()
    clock.move(seconds=14)
    await one.take()
    clock.move(seconds=14)

    assert not await two.take()


async def test_anothers_lease_is_taken_when_nothing_is_heard_of_it(
    api: Api, clock: PassingClock
) -> None:
    one, two = Leadership(api, clock, "one"), Leadership(api, clock, "two")
    await one.take()
    await two.take()

    clock.move(seconds=15)

    assert await two.take()
    assert not await one.take()
    assert await held(api) == ("two", 2)


async def test_a_lease_that_ended_long_ago_is_not_waited_for(api: Api, clock: PassingClock) -> None:
    await Leadership(api, clock, "one").take()
    clock.move(minutes=5)

    assert await Leadership(api, clock, "two").take()


async def test_a_lease_that_was_given_back_is_taken_at_once(api: Api, clock: PassingClock) -> None:
    one = Leadership(api, clock, "one")
    await one.take()

    await one.release()

    assert await Leadership(api, clock, "two").take()


async def test_who_leads_works_until_it_is_stopped_and_gives_the_lease_back(
    api: Api, clock: PassingClock
) -> None:
    began = asyncio.Event()

    async def work() -> None:
        began.set()
        await asyncio.Event().wait()

    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(Leadership(api, clock, "one").lead(work))
        await began.wait()
        task.cancel()

    assert await held(api) == (None, 1)


async def test_who_loses_the_lease_stops_working(api: Api, clock: PassingClock) -> None:
    stopped, began = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(Leadership(api, clock, "one").lead(work))
        await began.wait()
        content = (await api.get(PLACE)).content
        content["spec"]["holderIdentity"] = "two"
        await api.update(PLACE, content)
        await stopped.wait()
        task.cancel()

    assert (await held(api))[0] == "two"


async def test_who_cannot_renew_stops_before_another_may_begin(
    api: Api, clock: PassingClock, journal: MemoryJournal
) -> None:
    stopped: list[datetime] = []
    ended = asyncio.Event()

    async def work() -> None:
        await journal.close()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.append(clock.now())
            ended.set()

    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(Leadership(api, clock, "one").lead(work))
        await ended.wait()
        task.cancel()

    assert stopped[0] - NOON < Terms().lasts


async def test_another_lease_is_anothers(api: Api, clock: PassingClock) -> None:
    other = PLACE.named("another")

    await Leadership(api, clock, "one").take()

    assert await Leadership(api, clock, "two", place=other).take()
    assert await held(api) == ("one", 1)
