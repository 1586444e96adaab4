"""Quotas say how much there is."""

from __future__ import annotations

import pytest

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.reconcile.quotas import QUOTA
from slipcast.testing.world import CONFIG_MAP, POD, STREAM, World

pytestmark = pytest.mark.anyio

LEASE = kinds.require("coordination.k8s.io", "Lease")
STREAMS = "openshift.io/imagestreams"


async def a_quota(world: World, **hard: str) -> None:
    """A quota for streams, or other things."""
    spec = {"hard": hard or {STREAMS: "2"}}
    await world.create(QUOTA, {"metadata": {"name": "q"}, "spec": spec})
    await world.settle()


async def used(world: World) -> JSON:
    """What the quota says a moment later."""
    await world.settle()
    await world.later(seconds=1)
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

    assert await used(world) == {STREAMS: "1"}


async def test_a_quota_of_other_things_is_told_nothing(world: World):
    await world.create(QUOTA, {"metadata": {"name": "q"}, "spec": {"hard": {"example.com/a": "2"}}})

    await world.settle()

    (quota,) = await world.all(QUOTA)
    assert not quota.get("status", {}).get("used")


async def test_after_a_restart_it_is_counted_again(world: World):
    await a_quota(world)
    world.stop()
    await world.create(STREAM, {"metadata": {"name": "a"}})

    await world.restart()

    assert await used(world) == {STREAMS: "1"}


async def test_all_that_is_limited_is_told(world: World):
    hard = {
        "pods": "4",
        "limits.cpu": "2",
        "configmaps": "9",
        "count/leases.coordination.k8s.io": "1",
    }
    container = {"name": "main", "image": "x", "resources": {"limits": {"cpu": "500m"}}}
    await a_quota(world, **hard)

    await world.create(POD, {"metadata": {"name": "a"}, "spec": {"containers": [container]}})
    await world.create(CONFIG_MAP, {"metadata": {"name": "a"}})
    await world.create(LEASE, {"metadata": {"name": "a"}})

    told = {"pods": "1", "limits.cpu": "500m", "configmaps": "1"}
    assert await used(world) == {**told, "count/leases.coordination.k8s.io": "1"}


async def test_a_pod_that_ends_is_counted_no_more(world: World):
    await a_quota(world, pods="4")
    spec = {"containers": [{"name": "main", "image": "x"}]}
    await world.create(POD, {"metadata": {"name": "a"}, "spec": spec})
    await world.later(seconds=1)

    await world.change(POD, "a", {"status": {"phase": "Succeeded"}}, "status")

    assert await used(world) == {"pods": "0"}


async def test_a_quota_counts_itself(world: World):
    await a_quota(world, resourcequotas="4")

    assert await used(world) == {"resourcequotas": "1"}


async def test_a_build_waits_for_room_for_its_pod_bl_43(world: World):
    await a_quota(world, pods="0")
    name = await world.add(1)

    await world.settle()

    build = await world.build(name)
    assert build.status.phase == "New"
    assert build.status.reason == "CannotCreateBuildPod"
    assert "exceeded quota: q, requested: pods=1, used: pods=0, limited: pods=0" in (
        build.status.message
    )


async def test_what_comes_in_a_crowd_is_counted_once(world: World):
    await a_quota(world, configmaps="9")
    await world.create(CONFIG_MAP, {"metadata": {"name": "a"}})
    await world.create(CONFIG_MAP, {"metadata": {"name": "b"}})
    await world.settle()

    (before,) = await world.all(QUOTA)
    await world.later(seconds=1)
    (after,) = await world.all(QUOTA)

    assert before["status"]["used"] == {"configmaps": "0"}
    assert after["status"]["used"] == {"configmaps": "2"}
