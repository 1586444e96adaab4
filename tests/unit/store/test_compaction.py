"""How much history is kept."""

from __future__ import annotations

import pytest

from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.ports.api import Api, ListOptions, WatchOptions
from slipcast.store.compaction import Compaction, Retention
from slipcast.values.apifaults import Expired
from unit.store.conftest import CONFIG_MAPS, Put, StandingClock

pytestmark = pytest.mark.anyio


async def changed(api: Api, times: int) -> list[str]:
    """Revisions of an object that was changed so many times."""
    versions = []
    for number in range(times):
        content = {"metadata": {"name": "a"}, "data": {"n": str(number)}}
        answer = await api.update(CONFIG_MAPS.named("a"), content)
        versions.append(str(answer.document.revision))
    return versions


async def test_history_younger_than_some_minutes_is_kept(
    journal: MemoryJournal, clock: StandingClock, put: Put, api: Api
):
    compaction = Compaction(journal, clock, Retention(minutes=5, revisions=0))
    await put("a")
    await changed(api, 3)
    await compaction.step()

    clock.move(minutes=4)

    assert await compaction.step() == 0


async def test_history_older_than_that_is_forgotten(
    journal: MemoryJournal, clock: StandingClock, put: Put, api: Api
):
    compaction = Compaction(journal, clock, Retention(minutes=5, revisions=0))
    await put("a")
    await changed(api, 3)
    await compaction.step()

    clock.move(minutes=5)

    assert await compaction.step() == 3


async def test_so_many_revisions_are_kept_however_old(
    journal: MemoryJournal, clock: StandingClock, put: Put, api: Api
):
    compaction = Compaction(journal, clock, Retention(minutes=5, revisions=1000))
    await put("a")
    await changed(api, 3)
    await compaction.step()

    clock.move(minutes=60)

    assert await compaction.step() == 0


async def test_a_list_of_forgotten_history_is_expired_and_says_what_to_do(
    journal: MemoryJournal, put: Put, api: Api
):
    await put("a")
    first, *_, last = await changed(api, 3)
    await journal.compact(int(last))

    with pytest.raises(Expired, match="too old") as caught:
        await api.list(CONFIG_MAPS, ListOptions(resource_version=first, match="Exact"))

    assert "list again" in caught.value.hint


async def test_a_watch_of_forgotten_history_is_expired(journal: MemoryJournal, put: Put, api: Api):
    await put("a")
    first, *_, last = await changed(api, 3)
    await journal.compact(int(last))
    events = await api.watch(CONFIG_MAPS, WatchOptions(resource_version=first))

    with pytest.raises(Expired):
        await anext(events)


async def test_a_page_of_forgotten_history_is_expired(journal: MemoryJournal, put: Put, api: Api):
    await put("a")
    await put("b")
    page = await api.list(CONFIG_MAPS, ListOptions(limit=1))
    await changed(api, 2)
    await journal.compact(await journal.head())

    with pytest.raises(Expired):
        await api.list(CONFIG_MAPS, ListOptions(limit=1, from_token=page.token))
