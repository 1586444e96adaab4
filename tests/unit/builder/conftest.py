"""A bench whose engine is in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from slipcast.testing.engine import FakeEngine
from slipcast.testing.objects import a_builder
from workbench import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench[FakeEngine]:
    """A source with one file, and a builder image that moves the source."""
    bench = Bench(FakeEngine(), source=tmp_path / "source", state=tmp_path / "state")
    bench.put("app.txt", "hello")
    bench.engine.add("example/builder", a_builder())
    return bench
