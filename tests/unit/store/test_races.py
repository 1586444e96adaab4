"""Others who are faster, and a journal that takes nothing more."""

from __future__ import annotations

import asyncio

import pytest
from typing_extensions import override

from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.ports.api import Api, Patch, Resource
from slipcast.ports.journal import Entry, JournalFull, Stale
from slipcast.store.keys import Place
from slipcast.store.namespaces import Namespaces
from slipcast.store.rows import Rows
from slipcast.store.writing import NAMES, TRIES
from slipcast.values.apifaults import AlreadyExists, Conflict, Unavailable
from unit.store.conftest import CONFIG_MAPS, NAMESPACES, Put

pytestmark = pytest.mark.anyio

PATCH = Patch(type="merge", body={"data": {"mine": "1"}})


class ContendedJournal(MemoryJournal):
    """A journal in which somebody else is faster, so many times, or which is full."""

    def __init__(self) -> None:
        super().__init__(pause=0.02)
        self.faster = 0
        self.is_full = False

    @override
    async def append(
        self, key: str, value: bytes | None, *, expected: int, forget: bool = False
    ) -> Entry:
        if self.is_full:
            raise JournalFull("no space left")
        if self.faster:
            self.faster -= 1
            raise Stale("somebody was faster")
        return await super().append(key, value, expected=expected, forget=forget)


@pytest.fixture
async def journal() -> ContendedJournal:
    return ContendedJournal()


async def test_a_patch_is_decided_anew_when_somebody_was_faster(
    api: Api, put: Put, journal: ContendedJournal
):
    await put("a")
    journal.faster = TRIES - 1

    answer = await api.patch(CONFIG_MAPS.named("a"), PATCH)

    assert answer.document.content["data"] == {"mine": "1"}


async def test_a_patch_gives_up_in_the_end(api: Api, put: Put, journal: ContendedJournal):
    await put("a")
    journal.faster = TRIES

    with pytest.raises(Conflict, match="the object has been modified"):
        await api.patch(CONFIG_MAPS.named("a"), PATCH)


async def test_an_update_that_names_its_revision_is_not_tried_again(
    api: Api, put: Put, journal: ContendedJournal
):
    content = await put("a")
    journal.faster = 1

    with pytest.raises(Conflict):
        await api.update(CONFIG_MAPS.named("a"), {**content, "data": {"mine": "1"}})


async def test_a_delete_is_decided_anew(api: Api, put: Put, journal: ContendedJournal):
    await put("a")
    journal.faster = TRIES - 1

    assert (await api.delete(CONFIG_MAPS.named("a"))).gone


async def test_a_generated_name_that_is_taken_is_made_anew(api: Api, journal: ContendedJournal):
    journal.faster = NAMES - 1

    answer = await api.create(CONFIG_MAPS, {"metadata": {"generateName": "a-"}})

    assert answer.created


async def test_generating_names_ends_at_some_time(api: Api, journal: ContendedJournal):
    journal.faster = NAMES

    with pytest.raises(AlreadyExists):
        await api.create(CONFIG_MAPS, {"metadata": {"generateName": "a-"}})


async def test_a_full_disk_is_told_and_reading_goes_on(
    api: Api, put: Put, journal: ContendedJournal, caplog: pytest.LogCaptureFixture
):
    await put("a")
    journal.is_full = True

    with pytest.raises(Unavailable, match="reading goes on, writing does not") as caught:
        await put("b")

    assert caught.value.retry_after > 0
    assert "journal.full" in caplog.messages
    assert (await api.get(CONFIG_MAPS.named("a"))).names.name == "a"


async def test_when_there_is_room_again_writing_goes_on(put: Put, journal: ContendedJournal):
    journal.is_full = True
    with pytest.raises(Unavailable):
        await put("a")

    journal.is_full = False

    assert (await put("a"))["metadata"]["name"] == "a"


async def test_who_creates_waits_while_the_namespace_is_written(api: Api, journal: MemoryJournal):
    namespaces = Namespaces(Rows(journal))
    waiting: asyncio.Task[None]

    async with asyncio.TaskGroup() as tasks:
        with namespaces.changing(Place(NAMESPACES.kind, "", "p")):
            waiting = tasks.create_task(namespaces.check(Resource(CONFIG_MAPS.kind, "p")))
            await api.get(NAMESPACES.named("p"))
            was_waiting = not waiting.done()

    assert was_waiting
    assert waiting.done()


async def test_writers_at_the_same_time_each_have_their_say(put: Put, api: Api):
    await put("a")
    patches = [Patch(type="merge", body={"data": {str(n): "1"}}) for n in range(20)]

    async with asyncio.TaskGroup() as tasks:
        for patch in patches:
            tasks.create_task(told(api, patch))

    content = (await api.get(CONFIG_MAPS.named("a"))).content
    assert content["data"] == {str(n): "1" for n in range(20)}


async def told(api: Api, patch: Patch) -> None:
    await api.patch(CONFIG_MAPS.named("a"), patch)
