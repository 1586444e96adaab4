"""Watches go on when the server ends them, and lose nothing between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from slipcast.api import kinds
from slipcast.api.document import Document
from slipcast.cli.resources import Wanted
from slipcast.cli.selection import Selection
from slipcast.cli.toolbox import Connection, ServerFlags
from slipcast.cli.watching import Watch
from slipcast.ports.api import Api, Resource
from slipcast.store.watching import Pace
from slipcast.testing.api import MemoryServer
from slipcast.testing.toolbox import FakeToolbox
from slipcast.values.apifaults import NotFound
from slipcast.values.faults import UsageFault

CONFIG_MAP = kinds.require(kinds.CORE, "ConfigMap")
WHERE = Resource(CONFIG_MAP, "default")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def connection(toolbox: FakeToolbox) -> AsyncIterator[Connection]:
    """A connection to a server that ends every watch almost at once."""
    toolbox.server = MemoryServer(pace=Pace(bookmarks=0.001, longest=0.001))
    async with toolbox.connect(ServerFlags()) as connected:
        yield connected


def a_watch(connection: Connection, *wanted: Wanted) -> Watch:
    return Watch(connection=connection, selection=Selection(wanted=wanted, namespace="default"))


async def put(api: Api, name: str) -> None:
    await api.create(WHERE, {"metadata": {"name": name}})


@pytest.mark.anyio
async def test_a_watch_goes_on_over_many_and_tells_everything_once(connection: Connection) -> None:
    watch = a_watch(connection, Wanted(CONFIG_MAP))
    seen: asyncio.Queue[str] = asyncio.Queue()

    def tell(event: str, document: Document) -> None:
        seen.put_nowait(f"{event} {document.names.name}")

    async with asyncio.TaskGroup() as tasks:
        following = tasks.create_task(watch.follow(await watch.start(), tell))
        told = [await next_of(connection.api, seen, number) for number in range(20)]
        following.cancel()

    assert told == [f"ADDED c{number}" for number in range(20)]
    assert seen.empty()


async def next_of(api: Api, seen: asyncio.Queue[str], number: int) -> str:
    """What is told next, when an object is made."""
    await put(api, f"c{number}")
    return await asyncio.wait_for(seen.get(), 60)


@pytest.mark.anyio
async def test_a_watch_is_of_one_type(connection: Connection) -> None:
    with pytest.raises(UsageFault, match="single resource type"):
        await a_watch(connection, Wanted(CONFIG_MAP, "a"), Wanted(CONFIG_MAP, "b")).start()


@pytest.mark.anyio
async def test_a_watch_of_what_is_not_there_is_refused(connection: Connection) -> None:
    with pytest.raises(NotFound):
        await a_watch(connection, Wanted(CONFIG_MAP, "nope")).start()
