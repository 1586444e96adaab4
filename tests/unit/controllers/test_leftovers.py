"""Logs go with their Build, uploads when their Build is over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from slipcast.builder import nodeimages
from slipcast.builds.naming import UPLOAD
from slipcast.controllers.leftovers import Leftovers
from slipcast.ports.api import Patch
from slipcast.ports.engine import ContainerSpec
from slipcast.ports.nodeimages import BuildKey
from slipcast.ports.uploads import Upload
from slipcast.testing.objects import a_builder
from unit.controllers.agency import BUILDS, Agency, an_agency

pytestmark = pytest.mark.anyio

IMAGE = "localhost/shop/app-1:latest"


@pytest.fixture
async def agency(tmp_path: Path) -> Agency:
    return await an_agency(tmp_path)


@asynccontextmanager
async def sweeping(agency: Agency) -> AsyncGenerator[Leftovers, None]:
    """While what is left behind is removed."""
    leftovers = Leftovers(agency.api, agency.clock, agency.logs, agency.uploads, agency.images)
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        working = tasks.create_task(leftovers.run())
        await asyncio.wait_for(leftovers._is_listed.wait(), 60)
        yield leftovers
        working.cancel()


async def said(*records: bytes) -> AsyncGenerator[bytes, None]:
    for record in records:
        yield record


async def uploaded(agency: Agency) -> Upload:
    return await agency.uploads.receive(said(b"source"))


async def a_build(agency: Agency, upload: str = "") -> str:
    metadata = {"name": "app-1", "annotations": {UPLOAD: upload}}
    strategy = {"sourceStrategy": {"from": {"kind": "DockerImage", "name": "example/ruby"}}}
    content = {"metadata": metadata, "spec": {"strategy": strategy, "source": {"binary": {}}}}
    return (await agency.api.create(BUILDS, content)).document.names.uid


def named(agency: Agency, state: Path, uid: str) -> None:
    """The builder of a build without an output has named its image."""
    made = agency.engine.add(IMAGE, a_builder())
    build = BuildKey(namespace="shop", name="app-1", uid=uid)
    with nodeimages.noted(state, nodeimages.Note(build=build, image=IMAGE, id=made.id)):
        pass


async def becomes(agency: Agency, phase: str) -> None:
    patch = Patch(type="merge", body={"status": {"phase": phase}})
    await agency.api.patch(BUILDS.named("app-1"), patch)


async def until_empty(listed: Callable[[], Awaitable[tuple[object, ...]]]) -> None:
    """Return when nothing is listed; each look gives others their turn."""
    while await listed():
        pass


async def test_the_log_of_a_build_goes_with_it(agency: Agency) -> None:
    uid = await a_build(agency)
    await agency.logs.keep(uid, "main", said())
    async with sweeping(agency):
        await agency.api.delete(BUILDS.named("app-1"))
        await until_empty(agency.logs.list)


async def test_an_upload_goes_when_its_build_is_over(agency: Agency) -> None:
    upload = await uploaded(agency)
    await a_build(agency, upload.id)
    async with sweeping(agency):
        await becomes(agency, "Cancelled")
        await until_empty(agency.uploads.list)


async def test_a_log_whose_build_went_unseen_is_found(agency: Agency) -> None:
    await agency.logs.keep("gone", "main", said())
    async with sweeping(agency) as leftovers:
        await leftovers.sweep()
        await leftovers.sweep()

    assert await agency.logs.list() == ()


async def test_the_log_of_a_build_that_is_there_stays(agency: Agency) -> None:
    uid = await a_build(agency)
    await agency.logs.keep(uid, "main", said())
    async with sweeping(agency) as leftovers:
        await leftovers.sweep()
        await leftovers.sweep()

    assert await agency.logs.list() == (uid,)


async def test_an_upload_whose_build_ended_unseen_is_found(agency: Agency) -> None:
    upload = await uploaded(agency)
    await a_build(agency, upload.id)
    await becomes(agency, "Failed")
    async with sweeping(agency):
        await until_empty(agency.uploads.list)


async def test_an_upload_that_nobody_builds_goes_after_an_hour(agency: Agency) -> None:
    await uploaded(agency)
    async with sweeping(agency) as leftovers:
        await leftovers.sweep()
        before = await agency.uploads.list()
        agency.clock.move(hours=1)
        await leftovers.sweep()

    assert len(before) == 1
    assert await agency.uploads.list() == ()


async def test_an_upload_that_was_sent_to_a_server_before_goes_at_once(agency: Agency) -> None:
    await uploaded(agency)
    agency.clock.move(seconds=3)
    async with sweeping(agency):
        await until_empty(agency.uploads.list)


async def test_an_upload_whose_build_waits_stays(agency: Agency) -> None:
    upload = await uploaded(agency)
    await a_build(agency, upload.id)
    agency.clock.move(hours=5)
    async with sweeping(agency) as leftovers:
        await leftovers.sweep()

    assert await agency.uploads.list() == (upload,)


async def test_the_image_of_a_build_goes_with_it(agency: Agency, tmp_path: Path) -> None:
    named(agency, tmp_path, await a_build(agency))
    async with sweeping(agency):
        await agency.api.delete(BUILDS.named("app-1"))
        await until_empty(agency.images.list)

    assert agency.engine.inspect(IMAGE) is None


async def test_an_image_whose_build_went_unseen_is_found(agency: Agency, tmp_path: Path) -> None:
    named(agency, tmp_path, "gone")
    async with sweeping(agency) as leftovers:
        await leftovers.sweep()
        await leftovers.sweep()

    assert await agency.images.list() == ()
    assert agency.engine.inspect(IMAGE) is None


async def test_the_image_of_a_build_that_is_there_stays(agency: Agency, tmp_path: Path) -> None:
    named(agency, tmp_path, await a_build(agency))
    async with sweeping(agency) as leftovers:
        await leftovers.sweep()
        await leftovers.sweep()

    assert agency.engine.inspect(IMAGE) is not None


async def test_an_image_that_a_container_uses_goes_when_it_does_no_more(
    agency: Agency, tmp_path: Path
) -> None:
    named(agency, tmp_path, "gone")
    async with sweeping(agency) as leftovers:
        with agency.engine.container(ContainerSpec(image=IMAGE)):
            await leftovers.sweep()
            await leftovers.sweep()
            used = agency.engine.inspect(IMAGE)
        await leftovers.sweep()

    assert used is not None
    assert agency.engine.inspect(IMAGE) is None
