"""A store that asks registries elsewhere."""

from __future__ import annotations

import pytest

from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.store.store import Setup, Store, Streaming
from slipcast.testing.registries import FakeRegistries
from unit.store.conftest import StandingClock


@pytest.fixture
def elsewhere() -> FakeRegistries:
    return FakeRegistries()


@pytest.fixture
def store(journal: MemoryJournal, clock: StandingClock, elsewhere: FakeRegistries) -> Store:
    return Store(
        journal, clock, Setup(streaming=Streaming(address="here:5000", distribution=elsewhere))
    )
