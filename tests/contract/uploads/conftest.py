"""Every adapter that stores uploads."""

from __future__ import annotations

from pathlib import Path

import pytest

from slipcast.adapters.uploads import DirectoryUploads
from slipcast.testing.api import StandingClock


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "uploads"


@pytest.fixture
def uploads(place: Path, clock: StandingClock) -> DirectoryUploads:
    return DirectoryUploads(place, clock, largest=4_000_000)
