"""Actions carried out: on what they were decided on, and on nothing else."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from slipcast.api.core import Event
from slipcast.api.lens import read
from slipcast.controllers.perform import Performer
from slipcast.controllers.recording import name_of
from slipcast.controllers.sight import Sight
from slipcast.ports.api import Resource
from slipcast.reconcile.actions import NORMAL, Change, Create, Record, Remove
from slipcast.testing.world import BUILD, CLUSTER, EVENT, POD, SPACE, World
from slipcast.values.apifaults import AlreadyExists, Conflict

pytestmark = pytest.mark.anyio


@pytest.fixture
def performer(world: World) -> Performer:
    return Performer(Sight(world.api, CLUSTER), world.clock, "build-controller")


async def cancelling(world: World) -> Change:
    """Cancelling a build as it is now."""
    await world.add(1)
    build = await world.build("app-1")
    after = replace(build, status=replace(build.status, cancelled=True))
    return Change(kind=BUILD, before=build, after=after)


def record(change: Change) -> Record:
    return Record(kind=BUILD, object=change.before, type=NORMAL, reason="Told", message="so it is")


async def test_a_change_leaves_what_nobody_knows(world: World, performer: Performer) -> None:
    await world.add(1)
    await world.change(BUILD, "app-1", {"spec": {"ours": {"deep": 1}}})
    build = await world.build("app-1")
    after = replace(build, status=replace(build.status, message="told"))

    document = await performer.perform(Change(kind=BUILD, before=build, after=after))

    assert document is not None
    assert document.content["spec"]["ours"] == {"deep": 1}
    assert document.content["status"]["message"] == "told"


async def test_a_change_decided_on_what_is_no_longer_so_is_not_made(
    world: World, performer: Performer
) -> None:
    change = await cancelling(world)
    await world.change(BUILD, "app-1", {"status": {"message": "somebody was here"}})

    with pytest.raises(Conflict):
        await performer.perform(change)


async def test_a_name_that_is_taken_is_told(world: World, performer: Performer) -> None:
    await world.add(1)
    await world.settle()
    pod = await world.pod("app-1")
    assert pod is not None

    same = replace(pod, metadata=replace(pod.metadata, resource_version=""))

    with pytest.raises(AlreadyExists):
        await performer.perform(Create(kind=POD, object=same))


async def test_what_is_gone_need_not_be_removed(world: World, performer: Performer) -> None:
    change = await cancelling(world)
    await world.delete(BUILD, "app-1")

    await performer.perform(Remove(kind=BUILD, object=change.before))

    assert await world.phases() == {}


async def test_another_of_the_same_name_is_not_removed(world: World, performer: Performer) -> None:
    change = await cancelling(world)
    await world.delete(BUILD, "app-1")
    await world.add(1)

    await performer.perform(Remove(kind=BUILD, object=change.before))

    assert await world.phases() == {"app-1": "New"}


async def test_what_is_said_again_is_counted(world: World, performer: Performer) -> None:
    told = record(await cancelling(world))

    await performer.perform(told)
    world.clock.moment = world.clock.moment.replace(minute=5)
    await performer.perform(told)

    place = Resource(EVENT, SPACE, name_of(told))
    event = read(await world.api.get(place), Event)
    assert (event.count, event.first_timestamp, event.last_timestamp) == (
        2,
        "2026-11-22T12:00:00Z",
        "2026-11-22T12:05:00Z",
    )
    assert (event.source.component, event.involved_object.name) == ("build-controller", "app-1")


async def test_who_cannot_be_told_keeps_nothing_from_being_done(
    world: World, performer: Performer, caplog: pytest.LogCaptureFixture
) -> None:
    told = record(await cancelling(world))
    elsewhere = replace(told.object, metadata=replace(told.object.metadata, namespace="none"))

    await performer.perform(replace(told, object=elsewhere))

    assert [each.msg for each in caplog.records] == ["event.lost"]


async def test_events_of_long_names_have_names_that_fit(world: World) -> None:
    told = record(await cancelling(world))
    metadata = replace(told.object.metadata, name="a" * 253)

    name = name_of(replace(told, object=replace(told.object, metadata=metadata)))

    assert len(name) == 253
