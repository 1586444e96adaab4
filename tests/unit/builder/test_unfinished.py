"""Tags of images that are not finished."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from slipcast.builder import unfinished
from slipcast.testing.engine import FakeEngine
from slipcast.testing.objects import a_builder
from slipcast.values.faults import EngineFault

TAG = "localhost/shop/app-1:0a1b2c3d"


@pytest.fixture
def engine() -> FakeEngine:
    """An engine with an image that is not finished."""
    engine = FakeEngine()
    engine.add(TAG, a_builder())
    return engine


def killed(state: Path) -> None:
    """A builder that noted its tag and was killed."""
    child = os.fork()
    if child == 0:
        with unfinished.noted(state, TAG):
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)


def test_what_a_killed_builder_left_is_taken_away_once(tmp_path: Path, engine: FakeEngine):
    killed(tmp_path)

    swept = [unfinished.sweep(tmp_path, engine) for _ in range(2)]

    assert swept == [1, 0]
    assert engine.inspect(TAG) is None


def test_a_builder_that_lives_keeps_its_tag(tmp_path: Path, engine: FakeEngine):
    with unfinished.noted(tmp_path, TAG):
        swept = unfinished.sweep(tmp_path, engine)

    assert swept == 0
    assert engine.inspect(TAG) is not None


def test_a_builder_that_ended_leaves_no_note(tmp_path: Path):
    with unfinished.noted(tmp_path, TAG):
        pass

    assert list((tmp_path / "unfinished").iterdir()) == []


def test_what_cannot_be_taken_away_now_is_left_for_the_next(tmp_path: Path, engine: FakeEngine):
    killed(tmp_path)
    engine.fail("remove", EngineFault("busy"))

    swept = [unfinished.sweep(tmp_path, engine) for _ in range(2)]

    assert swept == [0, 1]


def test_where_nothing_was_ever_built_there_is_nothing_to_sweep(tmp_path: Path):
    assert unfinished.sweep(tmp_path, FakeEngine()) == 0
