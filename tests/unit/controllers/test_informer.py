"""Informers: everything, then every change, through interruptions and forgotten history."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import pytest

from slipcast.adapters.clock import SystemClock
from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api import kinds
from slipcast.api.document import Document
from slipcast.api.kinds import Kind
from slipcast.controllers import informer
from slipcast.controllers.informer import Informer
from slipcast.ports.api import Api, Resource
from slipcast.store.store import SERVER, Setup, Store
from slipcast.store.watching import Pace

pytestmark = pytest.mark.anyio

CALM = Pace(bookmarks=600, longest=600)
MAPS = Resource(kinds.require("", "ConfigMap"), "shop")


class Ear:
    """A listener that remembers, and can be waited for."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.lists: list[set[tuple[str, str]] | None] = []
        self._news = asyncio.Event()

    def saw(self, document: Document) -> None:
        self._hear(f"+{document.names.name}")

    def lost(self, document: Document) -> None:
        self._hear(f"-{document.names.name}")

    def listed(self, kind: Kind, there: set[tuple[str, str]] | None, revision: int) -> None:
        assert kind is MAPS.kind
        assert revision
        self.lists.append(there)
        self._hear("listed")

    def reached(self, _kind: Kind, _revision: int) -> None:
        self._hear("reached")

    async def hears(self, what: str, times: int = 1) -> None:
        async with asyncio.timeout(60):
            while self.heard.count(what) < times:
                await self._news.wait()
                self._news.clear()

    def _hear(self, what: str) -> None:
        self.heard.append(what)
        self._news.set()


class ImpatientClock(SystemClock):
    """A clock for which everything is at once."""

    async def until(self, moment: datetime) -> None:  # type: ignore[explicit-override]
        del moment
        await asyncio.sleep(0)


class Story:
    """A store with maps in it, and somebody who listens to them."""

    def __init__(self, pace: Pace) -> None:
        self.journal = MemoryJournal(pause=0.01)
        self.ear = Ear()
        self.api: Api = Store(self.journal, SystemClock(), Setup(pace=pace)).as_(SERVER)

    async def put(self, *names: str) -> None:
        for name in names:
            await self.api.create(MAPS, {"metadata": {"name": name}})

    async def delete(self, name: str) -> None:
        await self.api.delete(MAPS.named(name))

    @asynccontextmanager
    async def listening(self, *, lists: bool = True) -> AsyncIterator[Ear]:
        listener = Informer(self.api, ImpatientClock(), MAPS.kind, self.ear, lists=lists)
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(listener.run())
            yield self.ear
            task.cancel()


Begin = Callable[..., Awaitable[Story]]


@pytest.fixture
def begin() -> Begin:
    async def begun(pace: Pace = CALM) -> Story:
        story = Story(pace)
        namespace = Resource(kinds.require("", "Namespace"))
        await story.api.create(namespace, {"metadata": {"name": "shop"}})
        return story

    return begun


async def test_what_there_is_and_what_changes_is_told_in_order(begin: Begin) -> None:
    story = await begin()
    await story.put("a", "b")

    async with story.listening() as ear:
        await ear.hears("listed")
        await story.put("c")
        await story.delete("a")
        await ear.hears("-a")

    assert ear.heard == ["+a", "+b", "listed", "+c", "-a"]
    assert ear.lists == [{("shop", "a"), ("shop", "b")}]


async def test_long_lists_come_in_pages(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(informer, "PAGE", 2)
    story = await begin()
    await story.put("a", "b", "c", "d", "e")

    async with story.listening() as ear:
        await ear.hears("listed")

    assert ear.heard == ["+a", "+b", "+c", "+d", "+e", "listed"]


async def test_who_only_follows_is_not_told_what_there_is(begin: Begin) -> None:
    story = await begin()
    await story.put("a")

    async with story.listening(lists=False) as ear:
        await ear.hears("listed")
        await story.put("b")
        await ear.hears("+b")

    assert (ear.heard, ear.lists) == (["listed", "+b"], [None])


async def test_a_watch_that_ends_goes_on_where_it_was(begin: Begin) -> None:
    story = await begin(Pace(bookmarks=0.01, longest=0.02))

    async with story.listening() as ear:
        await ear.hears("reached", times=3)
        await story.put("a")
        await ear.hears("+a")
        await ear.hears("reached", times=6)

    assert (ear.heard.count("listed"), ear.heard.count("+a")) == (1, 1)


async def test_forgotten_history_means_listing_anew(begin: Begin) -> None:
    story = await begin()
    await story.put("a", "b")
    listener = Informer(story.api, ImpatientClock(), MAPS.kind, story.ear)
    listener._revision = await listener.list()
    await story.delete("a")
    await story.journal.compact(await story.journal.head())

    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(listener.run())
        await story.ear.hears("listed", times=2)
        await story.put("c")
        await story.ear.hears("+c")
        task.cancel()

    assert story.ear.lists[-1] == {("shop", "b")}
