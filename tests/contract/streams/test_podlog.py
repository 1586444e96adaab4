"""Logs of pods, as Kubernetes answers."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from contract.api.conftest import PODS
from contract.streams.conftest import World, pod_log
from slipcast.values.apifaults import BadRequest, Invalid, NotFound

pytestmark = pytest.mark.anyio


async def test_a_container_that_runs_tells_what_it_has_said(world: World) -> None:
    await world.put_pod("web", "main")
    world.pods.run("web")
    await world.tell("web")
    world.pods.say("web", "one\ntwo")

    assert await world.text(pod_log("web"), tailLines="1") == "two\n"


async def test_who_follows_gets_what_comes(world: World, tasks: asyncio.TaskGroup) -> None:
    await world.put_pod("web", "main")
    world.pods.run("web")
    await world.tell("web")
    told = tasks.create_task(world.text(pod_log("web"), follow="true"))

    world.pods.say("web", "one")
    world.pods.succeed("web")

    assert await told == "one\n"


async def test_one_of_several_containers_must_be_named(world: World) -> None:
    await world.put_pod("web", "a", "b", inits=("first",))

    with pytest.raises(BadRequest) as caught:
        await world.text(pod_log("web"))

    assert caught.value.message == (
        "a container name must be specified for pod web, choose one of: [a b]"
        " or one of the init containers: [first]"
    )


async def test_the_container_that_is_named_is_told(world: World) -> None:
    await world.put_pod("web", "a", "b")
    world.pods.run("web")
    await world.tell("web")
    world.pods.say("web", "I am b", container="b")

    assert await world.text(pod_log("web"), container="b") == "I am b\n"


async def test_a_container_that_is_not_there_is_not_valid(world: World) -> None:
    await world.put_pod("web", "a")

    with pytest.raises(BadRequest, match="container nope is not valid for pod web"):
        await world.text(pod_log("web"), container="nope")


async def test_a_container_that_waits_says_so(world: World) -> None:
    await world.put_pod("web", "a")
    await world.tell("web")

    with pytest.raises(BadRequest) as caught:
        await world.text(pod_log("web"))

    assert caught.value.message == (
        'container "a" in pod "web" is waiting to start: PodInitializing'
    )


async def test_no_container_was_there_before(world: World) -> None:
    await world.put_pod("web", "a")
    world.pods.run("web")
    await world.tell("web")

    with pytest.raises(BadRequest, match='previous terminated container "a" in pod "web"'):
        await world.text(pod_log("web"), previous="true")


async def test_a_pod_that_is_on_no_node_has_said_nothing(world: World) -> None:
    spec: Any = {"containers": [{"name": "a", "image": "example.com/a"}]}
    await world.api.create(PODS, {"metadata": {"name": "web"}, "spec": spec})

    assert await world.text(pod_log("web"), follow="true") == ""


async def test_a_log_outlives_what_ran_the_pod(world: World) -> None:
    await world.put_pod("web", "a")
    world.pods.succeed("web")
    await world.tell("web")
    await world.keep(world.pods.uid("web"), "a", "kept")
    world.pods.vanish("web")

    assert await world.text(pod_log("web")) == "kept\n"


async def test_a_log_that_is_lost_is_missed(world: World) -> None:
    await world.put_pod("web", "a")
    world.pods.succeed("web")
    await world.tell("web")
    world.pods.vanish("web")

    with pytest.raises(NotFound, match='the log of container "a" in pod "web" is gone'):
        await world.text(pod_log("web"))


async def test_a_pod_that_nobody_knows_has_no_log(world: World) -> None:
    with pytest.raises(NotFound, match='pods "web" not found'):
        await world.text(pod_log("web"))


async def test_wrong_options_are_told_by_their_names(world: World) -> None:
    await world.put_pod("web", "a")

    with pytest.raises(Invalid, match='PodLogOptions "web" is invalid: tailLines'):
        await world.text(pod_log("web"), tailLines="-1")
