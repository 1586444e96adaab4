"""Events that nobody says any more."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.ports.api import Api, Patch, Resource
from slipcast.store.expiry import Expiry
from slipcast.store.store import Store
from unit.store.conftest import StandingClock, working

pytestmark = pytest.mark.anyio

EVENTS = Resource(kinds.require("", "Event"), "p")


@pytest.fixture
def expiry(api: Api, journal: MemoryJournal, clock: StandingClock) -> Expiry:
    return Expiry(api, journal, clock)


async def said(api: Api, name: str, **content: Any) -> None:
    about = {"kind": "Pod", "namespace": "p", "name": "x"}
    event: JSON = {"metadata": {"name": name}, "involvedObject": about, **content}
    await api.create(EVENTS, event)


async def again(api: Api, name: str, **content: Any) -> None:
    await api.patch(EVENTS.named(name), Patch(type="merge", body={"count": 2, **content}))


async def names(api: Api) -> list[str]:
    return [each.names.name for each in (await api.list(EVENTS)).documents]


async def test_an_event_goes_after_an_hour(api: Api, clock: StandingClock, expiry: Expiry):
    await said(api, "old", eventTime=None)
    clock.move(minutes=1)
    await said(api, "new")

    clock.move(minutes=59)
    await expiry.load()
    await expiry.step()

    assert await names(api) == ["new"]


@pytest.mark.parametrize(
    "content",
    [
        {"lastTimestamp": "2026-11-22T12:30:00Z"},
        {"eventTime": "2026-11-22T12:30:00.000000Z"},
        {"series": {"count": 2, "lastObservedTime": "2026-11-22T12:30:00.000000Z"}},
    ],
)
async def test_an_hour_is_counted_from_when_it_was_last_said(
    api: Api, clock: StandingClock, expiry: Expiry, content: JSON
):
    await said(api, "e", **content)

    clock.move(minutes=89)
    await expiry.load()
    early = await expiry.step()
    clock.move(minutes=1)

    assert (early, await expiry.step()) == (0, 1)


async def test_no_event_is_of_the_future(api: Api, clock: StandingClock, expiry: Expiry):
    await said(api, "e", lastTimestamp="2999-01-01T00:00:00Z")
    await expiry.load()

    clock.move(minutes=60)

    assert await expiry.step() == 1


async def test_an_event_that_is_said_again_meanwhile_stays(
    api: Api, clock: StandingClock, expiry: Expiry
):
    await said(api, "e")
    await expiry.load()
    clock.move(minutes=60)
    await again(api, "e")

    assert await expiry.step() == 0
    assert await names(api) == ["e"]


async def test_what_was_known_is_not_looked_into_again(
    api: Api, clock: StandingClock, expiry: Expiry
):
    await said(api, "e", lastTimestamp="2026-11-22T12:30:00Z")
    await expiry.load()

    clock.move(minutes=60)
    await expiry.load()

    assert await expiry.step() == 1


async def test_events_go_while_the_store_works(api: Api, clock: StandingClock, store: Store):
    async with working(store):
        await said(api, "e", lastTimestamp="1999-01-01T00:00:00Z")
        await asyncio.sleep(0)
        clock.move(minutes=60)
        await until_gone(api, clock)

    assert await names(api) == []


async def until_gone(api: Api, clock: StandingClock) -> None:
    async with asyncio.timeout(60):
        while await names(api):
            clock.move(minutes=1)
            await asyncio.sleep(0)
