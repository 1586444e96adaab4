"""Controllers that end at any moment and start again: what happened meanwhile is found out."""

from __future__ import annotations

import pytest

from slipcast.testing.world import BUILD, CONFIG_MAP, POD, World

pytestmark = pytest.mark.anyio


@pytest.fixture
async def away(world: World) -> World:
    """A world with a build that runs and one that waits, and nobody who controls it."""
    await world.add(1)
    await world.add(2)
    await world.reaches("app-1", "Running")
    world.stop()
    return world


async def back(world: World) -> dict[str, str]:
    """Somebody controls it again; the phases of all builds."""
    await world.restart()
    await world.settle()
    return await world.phases()


async def test_a_pod_that_ended_meanwhile_ends_its_build_bl_112(away: World) -> None:
    await away.ends("app-1")

    assert await back(away) == {"app-1": "Complete", "app-2": "Pending"}


async def test_a_pod_that_went_meanwhile_takes_its_build_along_bl_112(away: World) -> None:
    await away.delete(POD, "app-1-build")

    assert await back(away) == {"app-1": "Error", "app-2": "Pending"}


async def test_a_build_cancelled_meanwhile_is_cancelled_bl_75_bl_113(away: World) -> None:
    await away.cancel("app-1")
    await away.delete(POD, "app-1-build")

    assert await back(away) == {"app-1": "Cancelled", "app-2": "Pending"}


async def test_a_build_deleted_meanwhile_lets_the_line_go_on_bl_111_bl_112(away: World) -> None:
    await away.delete(BUILD, "app-1")

    assert await back(away) == {"app-2": "Pending"}


async def test_a_build_whose_builder_reported_meanwhile_is_completed_bl_79(away: World) -> None:
    status = {"phase": "Failed", "reason": "AssembleFailed", "message": "it did"}
    await away.change(BUILD, "app-1", {"status": status})

    assert await back(away) == {"app-1": "Failed", "app-2": "Pending"}
    assert (await away.build("app-1")).status.completion_timestamp


async def test_the_last_words_of_a_build_that_is_over_are_still_noticed_bl_80(world: World) -> None:
    await world.add(1)
    await world.reaches("app-1", "Running")
    said = {"phase": "Failed", "reason": "AssembleFailed", "message": "it did"}
    await world.change(BUILD, "app-1", {"status": said})
    await world.settle()
    world.stop()

    await world.ends("app-1", code=1, said="the last line")
    await back(world)

    assert (await world.build("app-1")).status.log_snippet == "the last line"


async def test_what_a_build_waits_for_may_come_meanwhile_bl_46(world: World) -> None:
    config = {"configMap": {"name": "m"}}
    await world.add(1, source={"configMaps": [config], "dockerfile": "FROM x"})
    await world.settle()
    world.stop()

    await world.create(CONFIG_MAP, {"metadata": {"name": "m"}})

    assert await back(world) == {"app-1": "Pending"}


@pytest.mark.parametrize("write", range(1, 5))
async def test_killed_while_a_build_starts_it_has_one_pod_bl_48(write: int) -> None:
    world = await World(mortality=write).begin()
    await world.add(1)

    await world.reaches("app-1", "Running")

    assert world.made == ["app-1-build"]
    assert await world.phase("app-1") == "Running"


async def test_an_event_is_counted_across_restarts(world: World) -> None:
    await world.add(1, serviceAccount="no/name")
    await world.settle()
    first = (await world.events("app-1"))["FailedCreate"]

    await back(world)

    assert (await world.events("app-1"))["FailedCreate"] == first + 1
