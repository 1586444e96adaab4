"""Builds from New to their end, told over a store: what becomes of one, and who is told what."""

from __future__ import annotations

import base64
import json

import pytest

from slipcast.controllers.gathering import ACCOUNT
from slipcast.testing.world import (
    BUILD,
    CONFIG_MAP,
    EVENT,
    POD,
    PULLED,
    SECRET,
    SPACE,
    STREAM,
    World,
)

pytestmark = pytest.mark.anyio

TAG = {"to": {"kind": "ImageStreamTag", "name": "app:latest"}}


async def running(world: World, name: str) -> None:
    """Have a build run."""
    await world.settle()
    await world.runs(name)
    await world.settle()


async def test_a_build_runs_to_its_end_bl_45_bl_71_bl_72_bl_78(world: World) -> None:
    await world.add(1)

    await running(world, "app-1")
    await world.later(minutes=1)
    await world.ends("app-1")
    await world.settle()

    status = (await world.build("app-1")).status
    assert (status.phase, status.duration) == ("Complete", 60_000_000_000)
    assert await world.events("app-1") == {"BuildStarted": 1, "BuildCompleted": 1}


async def test_a_pod_that_fails_says_why_bl_73_bl_80(world: World) -> None:
    await world.add(1)

    await running(world, "app-1")
    await world.ends("app-1", code=1, said="no such package\n")
    await world.settle()

    status = (await world.build("app-1")).status
    assert (status.phase, status.reason) == ("Failed", "GenericBuildFailed")
    assert status.log_snippet == "no such package"


async def test_a_pod_that_takes_too_long_fails_its_build_bl_73(world: World) -> None:
    await world.add(1, completionDeadlineSeconds=30)

    await running(world, "app-1")
    await world.ends("app-1", code=1, reason="DeadlineExceeded")
    await world.settle()

    pod = await world.pod("app-1")
    assert pod is not None
    assert pod.spec.active_deadline_seconds == 30
    assert "completionDeadlineSeconds" in (await world.build("app-1")).status.message


async def test_what_the_builder_said_stays_said_bl_63_bl_79(world: World) -> None:
    await world.add(1)
    await running(world, "app-1")
    said = {"phase": "Failed", "reason": "AssembleFailed", "message": "it did"}

    await world.change(BUILD, "app-1", {"status": said})
    await world.settle()
    await world.ends("app-1", code=1, said="the last line")
    await world.settle()

    status = (await world.build("app-1")).status
    assert (status.phase, status.reason, status.message) == tuple(said.values())
    assert (bool(status.completion_timestamp), status.log_snippet) == (True, "the last line")
    assert await world.events("app-1") == {"BuildStarted": 1, "BuildFailed": 1}


async def test_a_pod_that_vanishes_takes_its_build_along_bl_74(world: World) -> None:
    await world.add(1)
    await running(world, "app-1")

    await world.delete(POD, "app-1-build")
    await world.settle()

    status = (await world.build("app-1")).status
    assert (status.phase, status.reason) == ("Error", "BuildPodDeleted")


async def test_the_pod_of_a_build_that_is_over_may_go_bl_116(world: World) -> None:
    await world.add(1)
    await running(world, "app-1")
    await world.ends("app-1")
    await world.settle()

    await world.delete(POD, "app-1-build")
    await world.later(minutes=5)

    assert await world.phase("app-1") == "Complete"


@pytest.mark.parametrize("phase", ["New", "Pending", "Running"])
async def test_a_build_is_cancelled_wherever_it_is_bl_91_bl_92(world: World, phase: str) -> None:
    await world.add(1)
    await world.reaches("app-1", phase)

    await world.cancel("app-1")
    await world.settle()

    status = (await world.build("app-1")).status
    assert (status.phase, status.reason) == ("Cancelled", "CancelledBuild")
    assert await world.pod("app-1") is None or (await world.is_leaving(POD, "app-1-build"))
    assert (await world.events("app-1"))["BuildCancelled"] == 1


async def test_a_build_that_is_over_cannot_be_cancelled_bl_93(world: World) -> None:
    await world.add(1)
    await running(world, "app-1")
    await world.ends("app-1")
    await world.settle()

    await world.cancel("app-1")
    await world.settle()

    assert await world.phase("app-1") == "Complete"


async def test_cancelled_between_pod_and_phase_the_pod_goes_too_bl_95(world: World) -> None:
    world.mortality = 1
    await world.add(1)
    await world.settle_until_death()

    await world.cancel("app-1")
    await world.settle()

    assert await world.phase("app-1") == "Cancelled"
    assert await world.pod("app-1") is None or (await world.is_leaving(POD, "app-1-build"))


async def test_a_pod_of_nobody_is_in_the_way_bl_44(world: World) -> None:
    container = {"name": "c", "image": "i"}
    pod = {"metadata": {"name": "app-1-build"}, "spec": {"containers": [container]}}
    await world.create(POD, pod)

    await world.add(1)
    await world.settle()

    status = (await world.build("app-1")).status
    assert (status.phase, status.reason) == ("Error", "BuildPodExists")


async def test_a_pod_of_another_build_is_waited_for_bl_44(world: World) -> None:
    await world.add(1)
    await world.settle()
    await world.delete(BUILD, "app-1")
    await world.add(1)
    await world.settle()
    assert (await world.build("app-1")).status.reason == "BuildPodExists"

    await world.delete(POD, "app-1-build")
    await world.settle()

    assert await world.phase("app-1") == "Pending"


async def test_a_pod_of_another_build_that_stays_is_given_up_bl_44(world: World) -> None:
    await world.add(1)
    await world.settle()
    await world.delete(BUILD, "app-1")
    await world.add(1)
    await world.settle()

    await world.later(minutes=2)

    assert await world.phase("app-1") == "Error"


async def test_a_build_waits_for_its_secrets_bl_46(world: World) -> None:
    await world.add(1, source={"secrets": [{"secret": {"name": "s"}}], "dockerfile": "FROM x"})
    await world.settle()
    assert (await world.build("app-1")).status.message == (
        "These resources do not exist: Secrets [s]"
    )

    await world.create(SECRET, {"metadata": {"name": "s"}})
    await world.settle()

    assert await world.phase("app-1") == "Pending"


async def test_a_variable_of_a_config_map_waits_for_it_and_wants_its_key_bl_47(
    world: World,
) -> None:
    ref = {"configMapKeyRef": {"name": "m", "key": "k"}}
    strategy = {"from": PULLED, "env": [{"name": "A", "valueFrom": ref}]}
    await world.add(1, strategy={"sourceStrategy": strategy})
    await world.settle()
    assert await world.phase("app-1") == "New"

    await world.create(CONFIG_MAP, {"metadata": {"name": "m"}, "data": {"other": "1"}})
    await world.settle()

    status = (await world.build("app-1")).status
    assert (status.phase, status.reason) == ("Error", "UnresolvableEnvironmentVariable")
    assert "A refers to k of ConfigMap m" in status.message


async def test_what_is_optional_is_not_waited_for_bl_46(world: World) -> None:
    ref = {"secretKeyRef": {"name": "none", "key": "k", "optional": True}}
    strategy = {"from": PULLED, "env": [{"name": "A", "valueFrom": ref}]}

    await world.add(1, strategy={"sourceStrategy": strategy})
    await world.settle()

    assert await world.phase("app-1") == "Pending"


async def test_a_build_without_its_push_secret_says_so_bl_70(world: World) -> None:
    to = {"kind": "DockerImage", "name": "example.com/app"}
    await world.add(1, output={"to": to, "pushSecret": {"name": "p"}})
    await world.settle()

    status = (await world.build("app-1")).status
    assert (status.phase, status.reason) == ("Pending", "MissingPushSecret")

    await world.create(SECRET, {"metadata": {"name": "p"}})
    await world.settle()
    assert (await world.build("app-1")).status.reason == ""


async def test_a_build_waits_for_its_output_bl_40_bl_41(world: World) -> None:
    await world.add(1, output=TAG)
    await world.settle()
    assert (await world.build("app-1")).status.reason == "InvalidOutputReference"
    assert await world.events("app-1") == {"invalidOutput": 1}

    await world.create(STREAM, {"metadata": {"name": "app"}})
    await world.settle()

    build = await world.build("app-1")
    assert build.status.phase == "Pending"
    assert build.status.output_docker_image_reference == "registry:5000/shop/app:latest"
    assert build.spec.output.to is not None
    assert build.spec.output.to.kind == "ImageStreamTag"


async def test_a_build_that_came_before_its_stream_pushes_with_a_secret_bl_40(world: World) -> None:
    login = {"registry:5000": {"auth": base64.b64encode(b"builder:token").decode()}}
    content = base64.b64encode(json.dumps(login).encode()).decode()
    secret = {"metadata": {"name": "login"}, "type": "kubernetes.io/dockercfg"}
    await world.create(SECRET, {**secret, "data": {".dockercfg": content}})
    await world.create(ACCOUNT, {"metadata": {"name": "maker"}, "secrets": [{"name": "login"}]})
    await world.add(1, output=TAG, serviceAccount="maker")
    await world.settle()

    await world.create(STREAM, {"metadata": {"name": "app"}})
    await world.settle()

    pod = await world.pod("app-1")
    assert pod is not None
    assert "login" in {each.secret.secret_name for each in pod.spec.volumes if each.secret}


async def test_a_stream_without_repository_is_no_output_bl_40() -> None:
    world = await World(registry="").begin()
    await world.create(STREAM, {"metadata": {"name": "app"}})

    await world.add(1, output=TAG)
    await world.settle()

    (event,) = await world.all(EVENT)
    assert (await world.build("app-1")).status.reason == "InvalidOutputReference"
    assert event["message"].startswith(f"the referenced output image stream {SPACE}/app has no")


async def test_a_build_that_nobody_can_place_keeps_its_line_waiting_bl_30(world: World) -> None:
    await world.add(1)
    await world.change(
        BUILD, "app-1", {"metadata": {"annotations": {"openshift.io/build.number": None}}}
    )
    await world.add(2)
    await world.settle()
    assert await world.phases() == {"app-1": "New", "app-2": "New"}

    await world.delete(BUILD, "app-1")
    await world.settle()

    assert await world.phases() == {"app-2": "Pending"}


async def test_a_pipeline_is_left_to_others_bl_2(world: World) -> None:
    await world.add(1, strategy={"jenkinsPipelineStrategy": {"jenkinsfile": "node {}"}})

    await world.settle()

    assert await world.phase("app-1") == "New"
    assert await world.pod("app-1") is None


async def test_a_refused_pod_is_tried_again_bl_43(world: World) -> None:
    await world.add(1, serviceAccount="no/name")
    await world.settle()

    status = (await world.build("app-1")).status
    assert (status.phase, status.reason) == ("New", "CannotCreateBuildPod")
    before = (await world.events("app-1"))["FailedCreate"]
    await world.later(minutes=1)
    assert (await world.events("app-1"))["FailedCreate"] > before
