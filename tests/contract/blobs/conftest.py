"""Every adapter that keeps blobs and links."""

from __future__ import annotations

from pathlib import Path

import pytest

from slipcast.adapters.blobs import opened
from slipcast.ports.blobs import Blobs, Links
from slipcast.testing.api import StandingClock
from slipcast.testing.blobs import MemoryBlobs, MemoryLinks

LARGEST = 4_000_000


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "registry"


@pytest.fixture(params=["directory", "memory"])
def kept(request: pytest.FixtureRequest, place: Path, clock: StandingClock) -> tuple[Blobs, Links]:
    if request.param == "directory":
        return opened(place, clock, largest=LARGEST, reserve=0)
    blobs = MemoryBlobs(clock, largest=LARGEST)
    return blobs, MemoryLinks(clock, blobs)


@pytest.fixture
def blobs(kept: tuple[Blobs, Links]) -> Blobs:
    return kept[0]


@pytest.fixture
def links(kept: tuple[Blobs, Links]) -> Links:
    return kept[1]
