"""Every adapter that keeps the logs of pods."""

from __future__ import annotations

from pathlib import Path

import pytest

from slipcast.adapters.podlogs import DirectoryLogs


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "logs"


@pytest.fixture
def logs(place: Path) -> DirectoryLogs:
    return DirectoryLogs(place, limit=4000, end=1000)
