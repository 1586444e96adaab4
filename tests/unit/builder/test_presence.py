"""Images that are here already, for those who may have them."""

from __future__ import annotations

import pytest

from slipcast.builder.presence import here, refuse_id
from slipcast.ports.engine import ANONYMOUS, PullSpec, RegistryAccess
from slipcast.testing.engine import FakeEngine, FakeImage
from slipcast.values.faults import EngineFault

IMAGE = "127.0.0.1:8443/shop/app:1"
GUARDED = RegistryAccess(guarded=True)


def test_an_image_that_is_here_is_used_as_it_is() -> None:
    engine = FakeEngine()
    facts = engine.add(IMAGE, FakeImage())

    assert here(engine, IMAGE, ANONYMOUS) == facts
    assert engine.given("pull") == []


def test_of_a_guarded_registry_it_is_the_engine_that_asks() -> None:
    engine = FakeEngine()
    facts = engine.add(IMAGE, FakeImage())

    assert here(engine, IMAGE, GUARDED) == facts
    assert engine.given("pull") == [PullSpec(image=IMAGE, access=GUARDED)]


def test_what_is_not_here_has_to_be_pulled() -> None:
    engine = FakeEngine()

    assert here(engine, IMAGE, GUARDED) is None
    assert engine.given("pull") == []


@pytest.mark.parametrize("cut", [3, 12, 64])
def test_an_image_of_others_is_not_had_by_its_id(cut: int) -> None:
    engine = FakeEngine()
    facts = engine.add(IMAGE, FakeImage())

    with pytest.raises(EngineFault, match="is the id of an image"):
        refuse_id(engine, facts.id[:cut])


@pytest.mark.parametrize("image", [IMAGE, "cafe", "docker.io/library/cafe:latest"])
def test_a_name_is_no_id(image: str) -> None:
    engine = FakeEngine()
    engine.add("docker.io/library/cafe:latest", FakeImage())
    engine.add(IMAGE, FakeImage())

    refuse_id(engine, image)

    assert engine.given("pull") == []
