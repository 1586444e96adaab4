"""Imports at the same time into one stream: nothing that was found is lost."""

from __future__ import annotations

import asyncio

import pytest

from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.ports.api import Api, Resource
from slipcast.store.store import Setup, Store, Streaming
from slipcast.testing.registries import FakeRegistries
from unit.store.conftest import STREAMS, StandingClock

pytestmark = pytest.mark.anyio

IMPORTS = Resource(kinds.require(kinds.IMAGE, "ImageStreamImport"), "p")
WEB = "registry.example.com/acme/web"
TAGS = tuple(f"t{number}" for number in range(8))


@pytest.fixture
def elsewhere() -> FakeRegistries:
    elsewhere = FakeRegistries()
    for tag in TAGS:
        elsewhere.push(f"{WEB}:{tag}", {"User": tag})
    return elsewhere


@pytest.fixture
def store(journal: MemoryJournal, clock: StandingClock, elsewhere: FakeRegistries) -> Store:
    return Store(journal, clock, Setup(streaming=Streaming(distribution=elsewhere)))


def request(tag: str) -> JSON:
    """A request for a tag."""
    image = {"from": {"kind": "DockerImage", "name": f"{WEB}:{tag}"}, "to": {"name": tag}}
    return {"metadata": {"name": "web"}, "spec": {"import": True, "images": [image]}}


async def test_imports_side_by_side_are_all_taken_in(api: Api):
    await asyncio.gather(*(api.create(IMPORTS, request(tag)) for tag in TAGS))

    stream = (await api.get(STREAMS.named("web"))).content
    assert [each["tag"] for each in stream["status"]["tags"]] == list(TAGS)
    assert [each["name"] for each in stream["spec"]["tags"]] == list(TAGS)


async def test_each_import_has_a_generation_of_its_own(api: Api):
    await asyncio.gather(*(api.create(IMPORTS, request(tag)) for tag in TAGS))

    stream = (await api.get(STREAMS.named("web"))).content
    generations = {each["items"][0]["generation"] for each in stream["status"]["tags"]}
    assert generations == set(range(1, 9))
    assert stream["metadata"]["generation"] == 8


async def test_the_same_import_side_by_side_is_one(api: Api):
    await asyncio.gather(*(api.create(IMPORTS, request("t0")) for _ in range(4)))

    stream = (await api.get(STREAMS.named("web"))).content
    assert stream["metadata"]["generation"] == 1
    assert len(stream["status"]["tags"][0]["items"]) == 1
