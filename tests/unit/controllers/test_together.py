"""Controllers and agent together: a Build becomes a pod, the pod runs, the Build is told so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest

from slipcast.adapters.clock import SystemClock
from slipcast.api.build import Build
from slipcast.api.lens import read
from slipcast.builds import naming
from slipcast.controllers.controller import Controllers, Running
from slipcast.ports.api import Patch, WatchOptions
from slipcast.testing.pods import FakePods
from slipcast.testing.world import CLUSTER, PULLED, SOURCE
from unit.controllers.agency import BUILDS, Agency, an_agency

pytestmark = pytest.mark.anyio


@pytest.fixture
async def agency(tmp_path: Path) -> Agency:
    return await an_agency(tmp_path)


@asynccontextmanager
async def working(agency: Agency) -> AsyncGenerator[None, None]:
    """While controllers and an agent work."""
    controllers = Controllers(agency.api, SystemClock(), Running(cluster=CLUSTER))
    async with agency.agent(), asyncio.TaskGroup() as tasks:
        controlling = tasks.create_task(controllers.run())
        yield
        controlling.cancel()


async def asked_for(agency: Agency, number: int) -> None:
    """Somebody asks for a build."""
    name = naming.build_name("app", number)
    metadata = {
        "name": name,
        "labels": dict(naming.config_labels("app", "Serial")),
        "annotations": dict(naming.config_annotations("app", number)),
    }
    spec = {"strategy": {"sourceStrategy": {"from": PULLED}}, "source": SOURCE}
    content = {"metadata": metadata, "spec": spec, "status": {"phase": "New"}}
    await agency.api.create(BUILDS, content)


async def reached(agency: Agency, number: int, phase: str) -> Build:
    """A build as it reaches a phase."""
    place = BUILDS.named(naming.build_name("app", number))
    async with aclosing(await agency.api.watch(place, WatchOptions())) as events:
        async for event in events:
            build = read(event.document, Build)
            if build.status.phase == phase:
                return build
    raise AssertionError("the watch has ended")


def at_once(pods: FakePods, uid: str) -> None:
    """A pod that has done its work as soon as it begins."""
    pods.run(uid)
    pods.say(uid, "done\n")
    pods.succeed(uid)


async def test_builds_are_run_one_after_another(agency: Agency) -> None:
    agency.pods.behaves = at_once
    await asked_for(agency, 1)

    async with working(agency):
        await asked_for(agency, 2)
        second = await reached(agency, 2, "Complete")
        first = await reached(agency, 1, "Complete")

    assert len(agency.pods.started) == 2
    assert b"done" in await agency.log(first.metadata.uid, "sti-build")
    assert b"done" in await agency.log(second.metadata.uid, "sti-build")


async def test_a_cancelled_build_ends_its_pod_and_the_next_begins(agency: Agency) -> None:
    agency.pods.behaves = FakePods.run
    await asked_for(agency, 1)
    await asked_for(agency, 2)

    async with working(agency):
        first = await reached(agency, 1, "Running")
        cancelled = Patch(type="merge", body={"status": {"cancelled": True}})
        await agency.api.patch(BUILDS.named(first.metadata.name), cancelled)
        await reached(agency, 1, "Cancelled")
        await reached(agency, 2, "Running")
        await agency.until_gone("app-1")


async def test_who_comes_after_a_crash_finds_what_ended_meanwhile(agency: Agency) -> None:
    agency.pods.behaves = FakePods.run
    await asked_for(agency, 1)
    async with working(agency):
        await reached(agency, 1, "Running")

    agency.pods.fail("app-1-build")
    async with working(agency):
        build = await reached(agency, 1, "Failed")

    assert build.status.reason == "GenericBuildFailed"
    assert len(agency.pods.started) == 1
