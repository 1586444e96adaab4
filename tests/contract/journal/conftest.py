"""A fresh journal of each adapter in turn."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import count
from pathlib import Path

import pytest

from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.adapters.journal.sqlite import SqliteJournal
from slipcast.ports.journal import Journal

New = Callable[[], AbstractAsyncContextManager[Journal]]

PAUSE = 0.02


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=["memory", "sqlite"])
def new(request: pytest.FixtureRequest, tmp_path: Path) -> New:
    """Makes empty journals, which are closed when their context ends."""
    numbers = count()

    @asynccontextmanager
    async def make() -> AsyncIterator[Journal]:
        journal: Journal
        if request.param == "memory":
            journal = MemoryJournal(pause=PAUSE)
        else:
            journal = await SqliteJournal.open(tmp_path / f"{next(numbers)}.db", pause=PAUSE)
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
