"""A fresh journal of each adapter in turn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest

from contract.journal import cluster
from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.adapters.journal.postgres import PostgresJournal
from slipcast.adapters.journal.sqlite import SqliteJournal
from slipcast.ports.journal import Journal

New = Callable[[], AbstractAsyncContextManager[Journal]]

PAUSE = 0.02


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgres() -> Iterator[cluster.Cluster]:
    """A PostgreSQL in a hurry: what it says to be on the disk is in memory."""
    why = cluster.missing()
    if why:
        pytest.skip(why)
    with cluster.started("fsync = off", "full_page_writes = off") as server:
        yield server


@pytest.fixture(scope="session")
def scratch(postgres: cluster.Cluster) -> str:
    """A database for one journal after the other: a new one takes a second."""
    url = postgres.new_database()

    async def prepare() -> None:
        await (await PostgresJournal.open(url)).close()

    asyncio.run(prepare())
    return url


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def new(request: pytest.FixtureRequest, tmp_path: Path) -> New:
    """Makes empty journals, which are closed when their context ends."""
    numbers = count()
    database = ""
    if request.param == "postgres":
        database = request.getfixturevalue("scratch")

    async def opened() -> Journal:
        if request.param == "memory":
            return MemoryJournal(pause=PAUSE)
        if request.param == "sqlite":
            return await SqliteJournal.open(tmp_path / f"{next(numbers)}.db", pause=PAUSE)
        with psycopg.connect(database, autocommit=True) as connection:
            # Much quicker than new tables.
            connection.execute("DELETE FROM journal")
            connection.execute("DELETE FROM newest")
            connection.execute("UPDATE mark SET revision = 0 WHERE name <> 'schema'")
        return await PostgresJournal.open(database, pause=PAUSE)

    @asynccontextmanager
    async def make() -> AsyncIterator[Journal]:
        journal = await opened()
        try:
            yield journal
        finally:
            await journal.close()

    return make


@pytest.fixture
async def journal(new: New) -> AsyncIterator[Journal]:
    """An empty journal."""
    async with new() as journal:
        yield journal
