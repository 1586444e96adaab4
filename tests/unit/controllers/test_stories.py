"""Builds from New to their end, told over a store: who starts, who waits, who is told what."""

from __future__ import annotations

import pytest

from slipcast.testing.world import World

pytestmark = pytest.mark.anyio


async def test_a_build_runs_to_its_end(world: World) -> None:
    await world.add(1)

    await world.settle()
    assert await world.phase("app-1") == "Pending"
    await world.runs("app-1")
    await world.settle()
    assert await world.phase("app-1") == "Running"
    world.clock.moment = world.clock.moment.replace(minute=1)
    await world.ends("app-1")
    await world.settle()

    status = (await world.build("app-1")).status
    assert (status.phase, status.duration) == ("Complete", 60_000_000_000)
    assert await world.events("app-1") == {"BuildStarted": 1, "BuildCompleted": 1}
