"""The loop: what fails is put off and told, nothing else waits for it; all of it at work."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing
from datetime import datetime

import pytest
from msgspec.structs import replace

from slipcast.adapters.clock import SystemClock
from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api import kinds
from slipcast.api.document import Document
from slipcast.controllers.builtin import BUILDS, Row
from slipcast.controllers.controller import Controller, Controllers, Running
from slipcast.controllers.queue import Key
from slipcast.controllers.sight import Sight
from slipcast.ports.api import Api, Resource, WatchOptions
from slipcast.reconcile.actions import Action, Again
from slipcast.reconcile.views import BuildView
from slipcast.store.store import SERVER, Store
from slipcast.testing.api import StandingClock
from slipcast.testing.world import BUILD, CLUSTER, NAMESPACE, PULLED, SOURCE, SPACE
from slipcast.values.apifaults import Unavailable
from slipcast.values.instant import SECOND

pytestmark = pytest.mark.anyio

KEY = (SPACE, "app-1")


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
async def api(clock: StandingClock) -> Api:
    api = Store(MemoryJournal(pause=0.01), clock).as_(SERVER)
    await api.create(Resource(NAMESPACE), {"metadata": {"name": SPACE}})
    return api


def a_controller(api: Api, clock: StandingClock, row: Row[BuildView]) -> Controller[BuildView]:
    def ignore(_: Document) -> None: ...

    return Controller(row, Sight(api, CLUSTER), clock, ignore)


async def looked(controller: Controller[BuildView]) -> None:
    """A look at one key."""
    controller.queue.add(KEY)
    controller.queue.take()
    await controller.look(KEY)


async def test_a_bug_is_told_with_its_trace_and_tried_again(
    api: Api, clock: StandingClock, caplog: pytest.LogCaptureFixture
) -> None:
    async def stumbles(_sight: Sight, _key: Key) -> BuildView | None:
        raise LookupError("nobody thought of that")

    controller = a_controller(api, clock, replace(BUILDS, gather=stumbles))

    await looked(controller)

    (record,) = caplog.records
    assert (record.msg, bool(record.exc_info)) == ("controller.failed", True)
    assert controller.queue.due is not None


async def test_what_is_away_for_now_is_tried_again_in_silence(
    api: Api, clock: StandingClock, caplog: pytest.LogCaptureFixture
) -> None:
    async def waits(_sight: Sight, _key: Key) -> BuildView | None:
        raise Unavailable("the disk is full")

    controller = a_controller(api, clock, replace(BUILDS, gather=waits))

    with caplog.at_level(logging.INFO):
        await looked(controller)

    assert not caplog.records
    assert controller.queue.due is not None


async def test_what_is_wanted_again_later_is_looked_at_then(api: Api, clock: StandingClock) -> None:
    async def sees(sight: Sight, _key: Key) -> BuildView | None:
        return BuildView(build=BUILD.type(), cluster=sight.cluster)  # type: ignore[arg-type]

    def wants(_view: BuildView, now: datetime) -> tuple[Action, ...]:
        return (Again(at=now + SECOND),)

    controller = a_controller(api, clock, replace(BUILDS, gather=sees, reconcile=wants))

    await looked(controller)

    assert controller.queue.due == clock.now() + SECOND


async def test_controllers_at_work_give_every_build_its_pod(api: Api) -> None:
    place = Resource(BUILD, SPACE)
    spec = {"strategy": {"sourceStrategy": {"from": PULLED}}, "source": SOURCE}
    content = {"spec": spec, "status": {"phase": "New"}}
    await api.create(place, {"metadata": {"name": "before"}, **content})

    async with asyncio.TaskGroup() as tasks, asyncio.timeout(60):
        running = tasks.create_task(Controllers(api, SystemClock(), Running(cluster=CLUSTER)).run())
        await reaches(api, "before", "Pending")
        await api.create(place, {"metadata": {"name": "meanwhile"}, **content})
        await reaches(api, "meanwhile", "Pending")
        running.cancel()

    pods = await api.list(Resource(kinds.require("", "Pod"), SPACE))
    assert [each.names.name for each in pods.documents] == ["before-build", "meanwhile-build"]


async def reaches(api: Api, name: str, phase: str) -> None:
    """Wait for a build to reach a phase."""
    async with aclosing(await api.watch(Resource(BUILD, SPACE, name), WatchOptions())) as events:
        async for event in events:
            if event.document.content["status"].get("phase") == phase:
                return
