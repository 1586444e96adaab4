"""Images that are here already, for those who may have them."""

from __future__ import annotations

from slipcast.builder.presence import here
from slipcast.ports.engine import ANONYMOUS, PullSpec, RegistryAccess
from slipcast.testing.engine import FakeEngine, FakeImage

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
