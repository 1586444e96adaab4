"""Images of builds without an output: noted, and removed with their Build."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from slipcast.builder import nodeimages
from slipcast.builder.nodeimages import Note
from slipcast.ports.engine import ContainerSpec
from slipcast.ports.nodeimages import BuildKey
from slipcast.testing.engine import FakeEngine
from slipcast.testing.objects import a_builder
from slipcast.values.faults import EngineFault

IMAGE = "localhost/shop/app-1:latest"
FIRST = BuildKey(namespace="shop", name="app-1", uid="u-1")
SECOND = BuildKey(namespace="shop", name="app-1", uid="u-2")


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


def named(state: Path, engine: FakeEngine, build: BuildKey = FIRST) -> None:
    """A builder has named its image."""
    made = engine.add("localhost/shop/app-1:0a1b2c3d", a_builder())
    with nodeimages.noted(state, Note(build=build, image=IMAGE, id=made.id)):
        engine.tag(made.id, IMAGE)
    engine.remove("localhost/shop/app-1:0a1b2c3d")


def test_an_image_goes_with_its_build(tmp_path: Path, engine: FakeEngine):
    named(tmp_path, engine)
    before = nodeimages.listed(tmp_path)

    nodeimages.remove(tmp_path, FIRST, lambda: engine)

    assert before == (FIRST,)
    assert engine.inspect(IMAGE) is None
    assert nodeimages.listed(tmp_path) == ()


def test_an_image_that_a_container_uses_stays_and_is_known_of(tmp_path: Path, engine: FakeEngine):
    named(tmp_path, engine)

    with engine.container(ContainerSpec(image=IMAGE)), pytest.raises(EngineFault, match="in use"):
        nodeimages.remove(tmp_path, FIRST, lambda: engine)

    assert engine.inspect(IMAGE) is not None
    assert nodeimages.listed(tmp_path) == (FIRST,)


def test_an_image_that_a_later_build_of_the_name_made_stays(tmp_path: Path, engine: FakeEngine):
    named(tmp_path, engine, FIRST)
    named(tmp_path, engine, SECOND)

    nodeimages.remove(tmp_path, FIRST, lambda: engine)

    assert engine.inspect(IMAGE) is not None
    assert nodeimages.listed(tmp_path) == (SECOND,)


def test_what_somebody_else_gave_the_name_to_stays(tmp_path: Path, engine: FakeEngine):
    named(tmp_path, engine)
    theirs = engine.add("example/theirs", a_builder(files={"/theirs": b"1"}))
    engine.tag(theirs.id, IMAGE)

    nodeimages.remove(tmp_path, FIRST, lambda: engine)

    found = engine.inspect(IMAGE)
    assert found is not None
    assert found.id == theirs.id
    assert nodeimages.listed(tmp_path) == ()


def test_an_image_of_the_name_that_no_server_made_stays(tmp_path: Path, engine: FakeEngine):
    engine.add(IMAGE, a_builder())

    nodeimages.remove(tmp_path, FIRST, lambda: engine)

    assert engine.inspect(IMAGE) is not None


def test_a_builder_that_is_killed_while_it_names_leaves_no_more_than_a_note(
    tmp_path: Path, engine: FakeEngine
):
    child = os.fork()
    if child == 0:
        with nodeimages.noted(tmp_path, Note(build=FIRST, image=IMAGE, id="0")):
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    before = nodeimages.listed(tmp_path)

    nodeimages.remove(tmp_path, FIRST, lambda: engine)

    assert before == (FIRST,)
    assert nodeimages.listed(tmp_path) == ()


def test_a_note_that_is_none_is_nobodys(tmp_path: Path, engine: FakeEngine):
    named(tmp_path, engine)
    next((tmp_path / "nodeimages").glob("*.json")).write_text("{")

    nodeimages.remove(tmp_path, FIRST, lambda: engine)

    assert nodeimages.listed(tmp_path) == ()
    assert engine.inspect(IMAGE) is not None
