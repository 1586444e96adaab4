"""Builds of source that is sent along (BA-125, SB-50, SB-51, UP-3, UP-13)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from contract.api.conftest import BUILD_CONFIGS, BUILDS
from contract.streams.conftest import LARGEST, World, pieces, upload_to, whole
from slipcast.api.document import JSON
from slipcast.values.apifaults import ApiFault, BadRequest, Invalid, NotFound, TooLarge

pytestmark = pytest.mark.anyio

UPLOAD = "build.slipcast.io/upload"


async def a_config(world: World, **metadata: Any) -> None:
    """A BuildConfig whose image nobody has to look up."""
    await a_config_of(world, {"kind": "DockerImage", "name": "example.com/ruby"}, **metadata)


async def a_config_of(world: World, image: JSON, **metadata: Any) -> None:
    """A BuildConfig whose builds begin with an image."""
    spec = {"source": {"binary": {}}, "strategy": {"sourceStrategy": {"from": image}}}
    content = {"metadata": {"name": "app", **metadata}, "spec": spec}
    await world.api.create(BUILD_CONFIGS, content)


async def sent(world: World, body: AsyncIterator[bytes], **parameters: str) -> JSON:
    """What sending a source is answered with."""
    stream = await world.api.open(upload_to("app"), parameters, body)
    answered: JSON = msgspec.json.decode(await whole(stream))
    return answered


async def broken_off() -> AsyncIterator[bytes]:
    """A body that ends in the middle."""
    yield b"half of it"
    raise ConnectionAbortedError


async def test_what_is_sent_becomes_a_build(world: World) -> None:
    await a_config(world)

    build = await sent(world, pieces(b"\x1f\x8b", b"tar"))

    assert (build["kind"], build["metadata"]["name"]) == ("Build", "app-1")
    assert (build["status"]["phase"], build["spec"]["source"]["binary"]) == ("New", {})
    stored = await world.uploads.path(build["metadata"]["annotations"][UPLOAD])
    assert stored.read_bytes() == b"\x1f\x8btar"


async def test_the_answer_is_the_build_as_it_is_kept(world: World) -> None:
    await a_config(world)

    build = await sent(world, pieces(b"tar"))

    kept = await world.api.get(BUILDS.named("app-1"))
    assert build["metadata"]["resourceVersion"] == str(kept.revision)


async def test_a_file_and_its_commit_are_recorded(world: World) -> None:
    await a_config(world)
    commit = {"revision.commit": "abc", "revision.message": "why", "revision.authorName": "Ada"}

    build = await sent(world, pieces(b"x"), asFile="/./app.war", **commit)

    assert build["spec"]["source"]["binary"] == {"asFile": "app.war"}
    git = build["spec"]["revision"]["git"]
    assert (git["commit"], git["message"], git["author"]) == ("abc", "why", {"name": "Ada"})


async def test_what_is_said_of_no_commit_is_not_recorded(world: World) -> None:
    await a_config(world)

    build = await sent(world, pieces(b"x"), **{"revision.message": "why"})

    assert "revision" not in build["spec"]


@pytest.mark.parametrize("name", ["a/b", "..", "../a", "a\\b"])
async def test_a_name_that_leads_elsewhere_is_refused(world: World, name: str) -> None:
    await a_config(world)

    with pytest.raises(Invalid) as caught:
        await sent(world, pieces(b"x"), asFile=name)

    assert [cause.field for cause in caught.value.causes] == ["spec.source.binary.asFile"]


async def test_what_is_said_of_the_build_is_in_it_up_13(world: World) -> None:
    await a_config(world)
    env = [{"name": "A", "value": "1 & ü"}]
    request = {"env": env, "sourceStrategyOptions": {"incremental": True}}

    build = await sent(world, pieces(b"x"), request=msgspec.json.encode(request).decode())

    strategy = build["spec"]["strategy"]["sourceStrategy"]
    assert (strategy["env"], strategy["incremental"]) == (env, True)
    assert build["spec"]["source"]["binary"] == {}


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ("{", "the parameter request is not valid JSON"),
        ("[" * 2000, "the parameter request is nested more than 300 levels"),
        ("[]", "the parameter request is no JSON object"),
        ('{"binary":{}}', "takes dockerStrategyOptions, env, sourceStrategyOptions, not .binary"),
        ('{"env":"A=1"}', "env"),
        ('{"dockerStrategyOptions":{"noCache":true}}', "not a Docker build"),
    ],
)
async def test_what_cannot_be_said_of_the_build_is_refused_up_13(
    world: World, request_: str, said: str
) -> None:
    await a_config(world)

    with pytest.raises(BadRequest, match=said):
        await sent(world, pieces(b"x"), request=request_)

    assert await world.uploads.list() == ()


async def test_there_must_be_a_configuration(world: World) -> None:
    with pytest.raises(NotFound, match='"app" not found'):
        await sent(world, pieces(b"x"))


async def test_a_configuration_that_is_paused_takes_no_source(world: World) -> None:
    await a_config(world, annotations={"openshift.io/build-config.paused": "true"})

    with pytest.raises(BadRequest, match="BuildConfig is paused"):
        await sent(world, pieces(b"x"))


async def test_an_image_that_is_not_there_is_told_at_once(world: World) -> None:
    await a_config_of(world, {"kind": "ImageStreamTag", "name": "ruby:2"})

    with pytest.raises(Invalid, match="Error resolving ImageStreamTag ruby:2"):
        await sent(world, pieces(b"x"))

    assert await world.uploads.list() == ()


async def test_what_is_refused_costs_no_number(world: World) -> None:
    await a_config(world)
    with pytest.raises(Invalid):
        await sent(world, pieces(b"x"), asFile="a/b")

    assert (await sent(world, pieces(b"x")))["metadata"]["name"] == "app-1"


async def test_more_than_may_be_is_refused_and_forgotten(world: World) -> None:
    await a_config(world)

    with pytest.raises(TooLarge):
        await sent(world, pieces(b"x" * LARGEST, b"x"))

    assert await world.uploads.list() == ()
    assert (await world.api.list(BUILDS)).documents == ()


async def test_what_breaks_off_leaves_nothing(world: World) -> None:
    await a_config(world)

    with pytest.raises((ConnectionAbortedError, ApiFault)):
        await sent(world, broken_off())

    assert await world.uploads.list() == ()
    assert (await world.api.list(BUILDS)).documents == ()


async def test_a_build_waits_for_no_other(world: World) -> None:
    await a_config(world)

    names = [(await sent(world, pieces(b"x")))["metadata"]["name"] for _ in range(3)]

    assert names == ["app-1", "app-2", "app-3"]
    assert len(await world.uploads.list()) == 3
