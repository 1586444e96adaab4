"""Pods are asked to end, ended, and removed."""

from __future__ import annotations

import uuid

import pytest

from contract.pods.hosts import NOTHING, Host, state_of
from slipcast.values.faults import PodFault

pytestmark = pytest.mark.anyio

STUBBORN = "trap '' TERM; echo ready; while :; do sleep 1000; done"


async def test_a_pod_that_is_asked_to_end_may_do_so_in_its_own_way(host: Host) -> None:
    pod = host.pod("trap 'echo bye; exit 5' TERM; echo ready; while :; do sleep 0.01; done")
    await host.pods.start(pod, NOTHING)
    await host.until_said(pod, "ready")

    await host.pods.stop(pod.metadata.uid, 60)

    end = state_of(await host.end_of(pod)).terminated
    assert end is not None
    assert end.exit_code == 5
    assert await host.said(pod) == "ready\nbye\n"


async def test_a_pod_that_does_not_end_is_killed_after_its_grace(host: Host) -> None:
    pod = host.pod(STUBBORN)
    await host.pods.start(pod, NOTHING)
    await host.until_said(pod, "ready")

    await host.pods.stop(pod.metadata.uid, 0.1)

    status = await host.end_of(pod)
    end = state_of(status).terminated
    assert status.phase == "Failed"
    assert end is not None
    assert end.exit_code == 137


async def test_a_pod_that_is_asked_again_with_less_grace_has_less(host: Host) -> None:
    pod = host.pod(STUBBORN)
    await host.pods.start(pod, NOTHING)
    await host.until_said(pod, "ready")

    await host.pods.stop(pod.metadata.uid, 1000)
    await host.pods.stop(pod.metadata.uid, 0)

    assert (await host.end_of(pod)).phase == "Failed"


async def test_a_pod_asked_to_end_starts_nothing_more(host: Host) -> None:
    init = host.container("echo ready; sleep 1000", "first")
    pod = host.pod_of(host.container("exit 0"), init_containers=(init,))
    await host.pods.start(pod, NOTHING)
    await host.until_said(pod, "ready", "first")

    await host.pods.stop(pod.metadata.uid, 60)

    status = await host.end_of(pod)
    assert status.phase == "Failed"
    assert state_of(status).waiting is not None


async def test_stopping_what_is_not_there_or_has_ended_is_fine(any_host: Host) -> None:
    pod = any_host.pod("exit 0")
    await any_host.run(pod)

    await any_host.pods.stop(pod.metadata.uid, 0)
    await any_host.pods.stop(str(uuid.uuid4()), 0)

    assert (await any_host.status(pod)).phase == "Succeeded"


async def test_a_pod_that_runs_cannot_be_removed(any_host: Host) -> None:
    pod = any_host.pod("sleep 1000")
    await any_host.pods.start(pod, NOTHING)

    with pytest.raises(PodFault) as caught:
        await any_host.pods.remove(pod.metadata.uid)

    assert caught.value.retryable
    assert (await any_host.status(pod)).phase != "Failed"


async def test_a_removed_pod_is_forgotten(any_host: Host) -> None:
    pod = any_host.pod("exit 0")
    await any_host.run(pod)

    await any_host.pods.remove(pod.metadata.uid)
    await any_host.pods.remove(pod.metadata.uid)

    assert await any_host.pods.list() == ()


async def test_a_removed_pod_may_be_started_anew(host: Host) -> None:
    pod = host.pod("echo again")
    await host.run(pod)
    await host.pods.remove(pod.metadata.uid)

    await host.run(pod)

    assert await host.said(pod) == "again\n"
