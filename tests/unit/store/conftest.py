"""A store over a journal in memory, with one namespace in it and a clock that stands still."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.ports.api import Api, Resource
from slipcast.store.store import Setup, Store
from slipcast.store.watching import Pace
from slipcast.values.actor import Actor

NAMESPACES = Resource(kinds.require("", "Namespace"))
CONFIG_MAPS = Resource(kinds.require("", "ConfigMap"), "p")
SECRETS = Resource(kinds.require("", "Secret"), "p")
PODS = Resource(kinds.require("", "Pod"), "p")
BUILDS = Resource(kinds.require("build.openshift.io", "Build"), "p")
BUILD_CONFIGS = Resource(kinds.require("build.openshift.io", "BuildConfig"), "p")
STREAMS = Resource(kinds.require("image.openshift.io", "ImageStream"), "p")

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)

Put = Callable[..., Awaitable[JSON]]


class StandingClock:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.moment = NOON
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        return self.moment

    async def until(self, moment: datetime) -> None:
        while self.moment < moment:
            await self._moved.wait()

    def move(self, **by: float) -> None:
        self.moment += timedelta(**by)
        self._moved.set()
        self._moved = asyncio.Event()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
async def journal() -> AsyncIterator[MemoryJournal]:
    journal = MemoryJournal(pause=0.02)
    yield journal
    await journal.close()


@pytest.fixture
def store(journal: MemoryJournal, clock: StandingClock) -> Store:
    return Store(journal, clock, Setup(pace=Pace(bookmarks=0.02, longest=600)))


@pytest.fixture
async def api(store: Store) -> Api:
    api = store.as_(Actor(name="ada"))
    await api.create(NAMESPACES, {"metadata": {"name": "p"}})
    return api


@pytest.fixture
def put(api: Api) -> Put:
    """Creates a ConfigMap of a name; its content as it was answered."""

    async def create(name: str, data: dict[str, str] | None = None, **metadata: Any) -> JSON:
        content = {"metadata": {"name": name, **metadata}, "data": data or {}}
        return (await api.create(CONFIG_MAPS, content)).document.content

    return create


@asynccontextmanager
async def working(store: Store) -> AsyncIterator[None]:
    """While the store does what it does beside requests."""
    async with asyncio.TaskGroup() as tasks:
        beside = [tasks.create_task(work) for work in store.background()]
        yield
        for task in beside:
            task.cancel()
