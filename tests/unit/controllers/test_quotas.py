"""Quotas say how much there is."""

from __future__ import annotations

import pytest

from slipcast.api.document import JSON
from slipcast.reconcile.quotas import QUOTA
from slipcast.testing.world import STREAM, World

pytestmark = pytest.mark.anyio

STREAMS = "openshift.io/imagestreams"


async def a_quota(world: World) -> None:
    """A quota for streams."""
    await world.create(QUOTA, {"metadata": {"name": "q"}, "spec": {"hard": {STREAMS: "2"}}})
    await world.settle()


async def used(world: World) -> JSON:
    """What the quota says."""
    (quota,) = await world.all(QUOTA)
    told: JSON = quota["status"]["used"]
    return told


async def test_a_new_quota_counts_what_there_is(world: World):
    await world.create(STREAM, {"metadata": {"name": "a"}})

    await a_quota(world)

    assert await used(world) == {STREAMS: "1"}


async def test_streams_that_come_and_go_are_counted(world: World):
    await a_quota(world)
    await world.create(STREAM, {"metadata": {"name": "a"}})
    await world.create(STREAM, {"metadata": {"name": "b"}})
    await world.delete(STREAM, "a")

    await world.settle()

    assert await used(world) == {STREAMS: "1"}


async def test_a_quota_of_other_things_is_told_nothing(world: World):
    await world.create(QUOTA, {"metadata": {"name": "q"}, "spec": {"hard": {"pods": "2"}}})

    await world.settle()

    (quota,) = await world.all(QUOTA)
    assert not quota.get("status", {}).get("used")


async def test_after_a_restart_it_is_counted_again(world: World):
    await a_quota(world)
    world.stop()
    await world.create(STREAM, {"metadata": {"name": "a"}})

    await world.restart()
    await world.settle()

    assert await used(world) == {STREAMS: "1"}
