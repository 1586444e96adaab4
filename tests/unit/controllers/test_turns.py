"""Whose turn it is: the run policies over a store, and the line that goes on (BL-500 to BL-506)."""

from __future__ import annotations

import pytest

from slipcast.testing.world import BUILD, BUILD_CONFIG, PULLED, World

pytestmark = pytest.mark.anyio

LATEST = "SerialLatestOnly"


async def with_one_running(world: World, policy: str) -> None:
    await world.add(1, policy)
    await world.reaches("app-1", "Running")


async def end(world: World, name: str) -> None:
    await world.ends(name)
    await world.settle()


async def phases(world: World) -> list[str]:
    """The phases of all builds, by their numbers."""
    return list((await world.phases()).values())


async def test_serial_builds_run_one_after_another_bl_500(world: World) -> None:
    await with_one_running(world, "Serial")
    await world.add(2)
    await world.add(3)
    await world.settle()
    assert await phases(world) == ["Running", "New", "New"]

    await end(world, "app-1")

    assert await phases(world) == ["Complete", "Pending", "New"]


async def test_the_latest_supersedes_those_that_wait_bl_501(world: World) -> None:
    await with_one_running(world, LATEST)
    await world.add(2, LATEST)
    await world.settle()

    await world.add(3, LATEST)
    await world.settle()
    assert await phases(world) == ["Running", "Cancelled", "New"]

    await end(world, "app-1")
    assert await phases(world) == ["Complete", "Cancelled", "Pending"]


async def test_the_latest_supersedes_one_that_has_not_begun_bl_502(world: World) -> None:
    await world.add(1, LATEST)
    await world.settle()

    await world.add(2, LATEST)
    await world.settle()

    assert await phases(world) == ["Cancelled", "Pending"]


async def test_serial_waits_for_parallel_bl_503(world: World) -> None:
    await with_one_running(world, "Parallel")

    await world.add(2, "Serial")
    await world.settle()

    assert await phases(world) == ["Running", "New"]


async def test_parallel_waits_for_serial_and_starts_together_bl_504(world: World) -> None:
    await with_one_running(world, "Serial")
    await world.add(2, "Parallel")
    await world.add(3, "Parallel")
    await world.settle()
    assert await phases(world) == ["Running", "New", "New"]

    await end(world, "app-1")

    assert await phases(world) == ["Complete", "Pending", "Pending"]


async def test_parallel_overtakes_serial_bl_505(world: World) -> None:
    await with_one_running(world, "Parallel")
    await world.add(2, "Serial")
    await world.settle()

    await world.add(3, "Parallel")
    await world.settle()

    assert await phases(world) == ["Running", "New", "Pending"]


async def test_in_a_mixed_line_the_lowest_number_is_next_bl_506(world: World) -> None:
    await with_one_running(world, "Serial")
    await world.add(3, "Parallel")
    await world.add(2, "Serial")
    await world.settle()

    await end(world, "app-1")
    assert await phases(world) == ["Complete", "Pending", "New"]

    await world.reaches("app-2", "Running")
    await end(world, "app-2")
    assert await phases(world) == ["Complete", "Complete", "Pending"]


async def test_a_cancelled_build_lets_the_line_go_on_bl_36_bl_96(world: World) -> None:
    await with_one_running(world, "Serial")
    await world.add(2)
    await world.settle()

    await world.cancel("app-1")
    await world.settle()

    assert await phases(world) == ["Cancelled", "Pending"]


async def test_a_deleted_build_lets_the_line_go_on_bl_111(world: World) -> None:
    await with_one_running(world, "Serial")
    await world.add(2)
    await world.settle()

    await world.delete(BUILD, "app-1")
    await world.settle()

    assert await phases(world) == ["Pending"]


async def test_other_configs_do_not_wait_bl_3(world: World) -> None:
    await with_one_running(world, "Serial")
    await world.add(1, config="other")
    await world.add(1, config="x" * 63 + "a")
    await world.add(1, config="x" * 63 + "b")

    await world.settle()

    assert set(await phases(world)) == {"Running", "Pending"}


async def test_two_made_at_once_in_the_wrong_order_do_not_run_together_bl_115(
    world: World,
) -> None:
    await world.add(2)
    await world.settle()

    await world.add(1)
    await world.settle()

    assert await phases(world) == ["New", "Pending"]


async def test_a_new_config_is_built_once_tr_110(world: World) -> None:
    await world.create(BUILD_CONFIG, a_config(triggers=[{"type": "ConfigChange"}]))

    await world.settle()
    await world.restart()
    await world.settle()

    assert await world.phases() == {"app-1": "Pending"}


async def test_a_first_build_that_cannot_be_made_is_told_bl_590(world: World) -> None:
    tag = {"kind": "ImageStreamTag", "name": "none:latest"}
    strategy = {"sourceStrategy": {"from": tag}}
    triggers = [{"type": "ConfigChange"}]

    await world.create(BUILD_CONFIG, a_config(triggers=triggers, strategy=strategy))
    await world.settle()

    assert set(await world.events("app")) == {"BuildConfigInstantiateFailed"}


async def test_builds_past_the_limits_go_bl_130(world: World) -> None:
    limits = {"successfulBuildsHistoryLimit": 1, "failedBuildsHistoryLimit": 0}
    await world.create(BUILD_CONFIG, a_config(**limits))

    for number, code in [(1, 0), (2, 1), (3, 0), (4, 0)]:
        name = await world.add(number)
        await world.reaches(name, "Running")
        await world.ends(name, code=code)
        await world.later(seconds=1)

    assert await world.phases() == {"app-4": "Complete"}


async def test_a_limit_that_comes_later_counts_too_bl_130(world: World) -> None:
    await world.create(BUILD_CONFIG, a_config())
    for number in (1, 2):
        name = await world.add(number)
        await world.reaches(name, "Running")
        await end(world, name)

    await world.change(BUILD_CONFIG, "app", {"spec": {"successfulBuildsHistoryLimit": 1}})
    await world.settle()

    assert await world.phases() == {"app-2": "Complete"}


def a_config(**spec: object) -> dict[str, object]:
    strategy = {"sourceStrategy": {"from": PULLED}}
    return {"metadata": {"name": "app"}, "spec": {"strategy": strategy, **spec}}
