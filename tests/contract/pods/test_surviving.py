"""What was started goes on when its server ends, and is found again by whoever comes next."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace

import pytest

from contract.pods.hosts import NOTHING, Host

pytestmark = pytest.mark.anyio


async def test_pods_are_found_again(any_host: Host) -> None:
    pod = any_host.pod("sleep 1000")
    await any_host.pods.start(pod, NOTHING)
    await any_host.until(pod, lambda status: status.phase == "Running")

    (found,) = await any_host.again().list()

    assert found == await any_host.observed(pod)


async def test_a_pod_found_again_can_be_ended_and_removed(host: Host) -> None:
    pod = host.pod("echo begun; exec sleep 1000")
    await host.pods.start(pod, NOTHING)
    await host.until_said(pod, "begun")
    after = replace(host, pods=host.again())

    await after.pods.stop(pod.metadata.uid, 60)
    await after.end_of(pod)
    await after.pods.remove(pod.metadata.uid)

    assert await after.pods.list() == await host.pods.list() == ()


async def test_changes_are_told_as_they_happen(any_host: Host) -> None:
    pod = any_host.pod("exit 0")
    changes = await any_host.pods.changes()

    await any_host.pods.start(pod, NOTHING)

    async with aclosing(changes):
        assert await anext(changes) == pod.metadata.uid


async def test_everyone_who_listens_is_told(any_host: Host) -> None:
    pod = any_host.pod("exit 0")
    one, other = await any_host.pods.changes(), await any_host.pods.changes()

    await any_host.pods.start(pod, NOTHING)

    async with aclosing(one), aclosing(other):
        assert await anext(one) == await anext(other) == pod.metadata.uid
