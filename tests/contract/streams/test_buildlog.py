"""Logs of builds: waited for, followed, kept (BA-150 to BA-155, LG-5, LG-6, LG-9, UP-28)."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from contract.api.conftest import BUILDS
from contract.streams.conftest import World, log_of, whole
from slipcast.values.apifaults import BadRequest, Invalid, NotFound, Timeout

pytestmark = pytest.mark.anyio


async def test_a_build_that_runs_tells_what_it_has_said(world: World) -> None:
    pod = await world.run(await world.begin(phase="Running"))
    world.pods.say(pod, "one\ntwo")

    assert await world.text(log_of("app-1")) == "one\ntwo\n"


async def test_who_follows_before_there_is_a_pod_gets_everything(
    world: World, tasks: asyncio.TaskGroup
) -> None:
    build = await world.begin()
    told = tasks.create_task(world.text(log_of("app-1"), follow="true"))

    pod = await world.run(build)
    world.pods.run(pod)
    world.pods.say(pod, "one")
    await world.become("app-1", "Running")
    world.pods.say(pod, "two")
    world.pods.succeed(pod)

    assert await told == "one\ntwo\n"


async def test_who_comes_again_gets_everything_again(world: World) -> None:
    pod = await world.run(await world.begin(phase="Running"))
    world.pods.run(pod)
    world.pods.say(pod, "one")

    async with aclosing(await world.api.open(log_of("app-1"), {"follow": "true"})) as broken:
        first = await anext(broken)
    again = await world.api.open(log_of("app-1"), {"follow": "true"})
    world.pods.say(pod, "two")
    world.pods.succeed(pod)

    assert (first, await whole(again)) == (b"one\n", "one\ntwo\n")


async def test_who_follows_the_last_lines_gets_all_that_come(
    world: World, tasks: asyncio.TaskGroup
) -> None:
    pod = await world.run(await world.begin(phase="Running"))
    world.pods.run(pod)
    world.pods.say(pod, "one\ntwo\nthree")
    parameters = {"follow": "true", "tailLines": "1"}
    async with aclosing(await world.api.open(log_of("app-1"), parameters)) as stream:
        first = await anext(stream)

        world.pods.say(pod, "four\nfive")
        world.pods.succeed(pod)
        rest = tasks.create_task(whole(stream))

        assert (first, await rest) == (b"three\n", "four\nfive\n")


async def test_what_is_followed_ends_with_the_build(world: World, tasks: asyncio.TaskGroup) -> None:
    pod = await world.run(await world.begin(phase="Running"))
    world.pods.run(pod)
    world.pods.say(pod, "one")
    told = tasks.create_task(world.text(log_of("app-1"), follow="true"))

    # Its container goes on, as far as anybody can see.
    await world.become("app-1", "Failed", "BuildPodDeleted", "The pod for this build was deleted.")

    assert await told == "one\n"


async def test_a_log_outlives_its_pod(world: World) -> None:
    build = await world.begin(phase="Complete")
    await world.run(build)
    await world.keep(build.metadata.uid, "docker-build", "pushed")
    world.pods.vanish("app-1-build")

    assert await world.text(log_of("app-1")) == "pushed\n"


async def test_a_log_outlives_even_what_the_api_knew_of_its_pod(world: World) -> None:
    build = await world.begin(phase="Complete")
    await world.keep(build.metadata.uid, "docker-build", "built")
    await world.keep(build.metadata.uid, "git-clone", "cloned")

    assert await world.text(log_of("app-1"), follow="true") == "cloned\nbuilt\n"


async def test_containers_are_told_in_their_order(world: World) -> None:
    pod = await world.run(await world.begin(phase="Complete"), "manage-dockerfile", "git-clone")
    world.pods.say(pod, "built")
    world.pods.say(pod, "cloned", container="git-clone")
    world.pods.say(pod, "managed", container="manage-dockerfile")

    assert await world.text(log_of("app-1")) == "managed\ncloned\nbuilt\n"


async def test_each_container_tells_its_last_lines(world: World) -> None:
    pod = await world.run(await world.begin(phase="Complete"), "git-clone")
    world.pods.say(pod, "a\nb", container="git-clone")
    world.pods.say(pod, "c\nd")

    told = await world.text(log_of("app-1"), tailLines="1", timestamps="true")

    assert told == "2026-11-22T12:00:00.000000000Z b\n2026-11-22T12:00:00.000000000Z d\n"


@pytest.mark.parametrize("follow", ["true", "false"])
async def test_a_build_that_never_said_anything_says_why_it_ended(
    world: World, follow: str
) -> None:
    await world.begin()
    await world.become("app-1", "Error", "CannotCreateBuildPod", "pods are forbidden")

    told = await world.text(log_of("app-1"), follow=follow)

    assert told == "build app-1 encountered an error: CannotCreateBuildPod: pods are forbidden\n"


async def test_who_followed_a_build_that_never_ran_is_told_why(
    world: World, tasks: asyncio.TaskGroup
) -> None:
    await world.begin()
    told = tasks.create_task(world.text(log_of("app-1"), follow="true"))

    await world.become("app-1", "Cancelled", "CancelledBuild", "The build was cancelled.")

    assert await told == "build app-1 was cancelled: CancelledBuild: The build was cancelled.\n"


async def test_who_followed_a_build_that_was_deleted_is_told_so(world: World) -> None:
    await world.begin()
    stream = await world.api.open(log_of("app-1"), {"follow": "true"})

    await world.api.delete(BUILDS.named("app-1"))

    assert await whole(stream) == "build app-1 was deleted before it started\n"


async def test_a_build_that_has_not_started_is_asked_again_later(world: World) -> None:
    await world.begin()

    with pytest.raises(Timeout, match="build app-1 to start after 10s") as caught:
        await world.text(log_of("app-1"))

    assert caught.value.retry_after == 1


async def test_who_does_not_wait_gets_nothing_of_a_build_that_has_not_started(
    world: World,
) -> None:
    await world.begin(phase="Pending")

    assert await world.text(log_of("app-1"), nowait="true", follow="true") == ""


async def test_a_log_that_is_lost_is_told_by_its_pod(world: World) -> None:
    await world.begin(phase="Complete")

    with pytest.raises(NotFound, match='pods "app-1-build" not found'):
        await world.text(log_of("app-1"))


async def test_a_build_that_nobody_knows_has_no_log(world: World) -> None:
    with pytest.raises(NotFound, match='"app-1" not found'):
        await world.text(log_of("app-1"))


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"tailLines": "-1"}, "tailLines"),
        ({"limitBytes": "0"}, "limitBytes"),
        ({"sinceSeconds": "0"}, "sinceSeconds"),
        ({"version": "0"}, "version"),
        ({"version": "1", "previous": "true"}, "previous"),
        ({"sinceSeconds": "1", "sinceTime": "2026-11-22T12:00:00Z"}, ""),
    ],
)
async def test_wrong_options_are_told_by_their_names(
    world: World, parameters: dict[str, str], field: str
) -> None:
    await world.begin(phase="Complete")

    with pytest.raises(Invalid) as caught:
        await world.text(log_of("app-1"), **parameters)

    assert caught.value.plural == "BuildLogOptions"
    assert [cause.field for cause in caught.value.causes] == [field]


@pytest.mark.parametrize("wrong", [{"tailLines": "many"}, {"sinceTime": "noon"}])
async def test_what_is_no_number_or_time_is_refused(world: World, wrong: dict[str, str]) -> None:
    await world.begin(phase="Complete")

    with pytest.raises(BadRequest):
        await world.text(log_of("app-1"), **wrong)


async def test_the_build_before_is_that_of_the_number_before(world: World) -> None:
    before = await world.begin("app-1", "Complete")
    await world.keep(before.metadata.uid, "docker-build", "first")
    annotations = {"openshift.io/build.number": "2", "openshift.io/build-config.name": "app"}
    await world.begin("app-2", annotations=annotations)

    assert await world.text(log_of("app-2"), previous="true") == "first\n"


async def test_before_the_first_build_was_none(world: World) -> None:
    annotations = {"openshift.io/build.number": "1", "openshift.io/build-config.name": "app"}
    await world.begin("app-1", annotations=annotations)

    with pytest.raises(NotFound, match='"app-0" not found'):
        await world.text(log_of("app-1"), previous="true")


async def test_a_pipeline_has_no_pod_that_could_say_anything(world: World) -> None:
    pipeline = {"jenkinsPipelineStrategy": {"jenkinsfile": "node {}"}}
    content = {"metadata": {"name": "app-1"}, "spec": {"strategy": pipeline}}
    await world.api.create(BUILDS, content)

    with pytest.raises(NotFound, match='pods "app-1-build" not found'):
        await world.text(log_of("app-1"))
