"""Pruning beside others who write: what is used meanwhile stays (image-streams.md IS-133)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from slipcast.api import kinds
from slipcast.cli.output.form import Form
from slipcast.cli.streams import pruning
from slipcast.cli.streams.pruning import Done
from slipcast.cli.telling import Telling
from slipcast.cli.toolbox import ServerFlags
from slipcast.images.prune import Keeping
from slipcast.ports.api import Api, DeleteOptions, ListOptions, Resource
from slipcast.testing.toolbox import FakeConnection, FakeToolbox

pytestmark = pytest.mark.anyio

STREAM = Resource(kinds.require(kinds.IMAGE, "ImageStream"), "default", "app")
STATUS = Resource(kinds.require(kinds.IMAGE, "ImageStream"), "default", "app", "status")
IMAGE = Resource(kinds.require(kinds.IMAGE, "Image"))
POD = Resource(kinds.require(kinds.CORE, "Pod"), "default")
ONE = Keeping(revisions=1)

Deed = Callable[[Api], Awaitable[object]]


def name(letter: str) -> str:
    """The name of an image."""
    return "sha256:" + letter * 64


def spec(letter: str) -> str:
    """Where an image is pulled."""
    return f"r.example.com/default/app@{name(letter)}"


async def tagged(api: Api, tag: str, letters: str) -> None:
    """Give a tag of the stream a history."""
    content = (await api.get(STREAM)).content
    others = [each for each in content["status"].get("tags", ()) if each["tag"] != tag]
    items = [
        {"created": "2026-11-22T12:00:00Z", "image": name(each), "dockerImageReference": spec(each)}
        for each in letters
    ]
    status = {**content["status"], "tags": [*others, {"tag": tag, "items": items}]}
    await api.update(STATUS, {**content, "status": status})


async def started(api: Api, letter: str) -> None:
    """Start a pod from an image."""
    containers = [{"name": "c", "image": spec(letter)}]
    await api.create(POD, {"metadata": {"name": "web"}, "spec": {"containers": containers}})


async def left(api: Api) -> str:
    """The images that are there, by letter."""
    listing = await api.list(IMAGE, ListOptions())
    return "".join(each.names.name[-1] for each in listing.documents)


class LateTag:
    """An Api beside which somebody tags an image in the moment before it is deleted."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def __getattr__(self, verb: str) -> Any:
        """Every other verb is as it was."""
        return getattr(self._api, verb)

    async def delete(self, resource: Resource, options: DeleteOptions) -> object:
        """Tag it, and delete it."""
        await tagged(self._api, "late", resource.name[-1])
        return await self._api.delete(resource, options)


@pytest.fixture
def anyio_backend() -> str:
    """The event loop of the product."""
    return "asyncio"


@pytest.fixture
async def connection(tmp_path: Path) -> FakeConnection:
    """A server with images a, b and c, two hours old, all in the history of app:latest."""
    toolbox = FakeToolbox(directory=tmp_path)
    async with toolbox.connect(ServerFlags()) as connection:
        await connection.api.create(STREAM.named(""), {"metadata": {"name": "app"}})
        for letter in "abc":
            content = {"metadata": {"name": name(letter)}, "dockerImageReference": spec(letter)}
            await connection.api.create(IMAGE, content)
        await tagged(connection.api, "latest", "abc")
        toolbox.server.clock.moment += timedelta(hours=2)
    return connection


async def pruned_while(connection: FakeConnection, deed: Deed) -> Done:
    """Prune, with something done between looking and taking away."""
    looked = await pruning.look(connection, ONE)
    await deed(connection.api)
    return await pruning.take_away(connection, looked, ONE, Telling(Form(), connection.clock))


async def test_nothing_happens_meanwhile_and_all_goes(connection: FakeConnection) -> None:
    async def nothing(_: Api) -> None:
        return

    done = await pruned_while(connection, nothing)

    assert (done, await left(connection.api)) == (Done(images=2, items=2), "a")


async def test_an_image_that_is_tagged_meanwhile_stays(connection: FakeConnection) -> None:
    async def tag(api: Api) -> None:
        await tagged(api, "old", "c")

    done = await pruned_while(connection, tag)

    assert (done, await left(connection.api)) == (Done(images=1, items=2), "ac")


async def test_an_image_that_a_pod_uses_meanwhile_stays(connection: FakeConnection) -> None:
    async def start(api: Api) -> None:
        await started(api, "b")

    await pruned_while(connection, start)

    assert await left(connection.api) == "ab"


async def test_an_image_that_is_changed_meanwhile_stays(connection: FakeConnection) -> None:
    async def change(api: Api) -> None:
        document = await api.get(IMAGE.named(name("b")))
        metadata = {**document.content["metadata"], "labels": {"mine": "yes"}}
        await api.update(IMAGE.named(name("b")), {**document.content, "metadata": metadata})

    await pruned_while(connection, change)

    assert await left(connection.api) == "ab"


async def test_a_stream_that_is_deleted_meanwhile_has_nothing_to_lose(
    connection: FakeConnection,
) -> None:
    async def delete(api: Api) -> None:
        await api.delete(STREAM)

    done = await pruned_while(connection, delete)

    assert done == Done(images=2, items=0)


async def test_an_image_that_is_tagged_in_the_last_moment_is_made_again(
    connection: FakeConnection,
) -> None:
    looked = await pruning.look(connection, ONE)
    late = replace(connection, api=cast("Api", LateTag(connection.api)))

    await pruning.take_away(late, looked, ONE, Telling(Form(), connection.clock))

    assert await left(connection.api) == "ac"
