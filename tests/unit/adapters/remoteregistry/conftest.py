"""A web of registries, and who reads from it."""

from __future__ import annotations

import pytest

from slipcast.adapters.remoteregistry.registries import RemoteRegistries
from slipcast.testing.api import StandingClock
from unit.adapters.remoteregistry.web import (
    Web,
    reading,
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def web() -> Web:
    return Web()


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def registries(web: Web, clock: StandingClock) -> RemoteRegistries:
    return reading(web, clock)
