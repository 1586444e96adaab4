"""FakePods behaves as a host would."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from slipcast.api.pod import Pod
from slipcast.ports.pods import Materials, Pods
from slipcast.testing.pods import FakePods, runs_and_succeeds
from slipcast.values.faults import NotFound, PodFault

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


POD = msgspec.convert(
    {
        "metadata": {"name": "app-1-build", "namespace": "shop", "uid": "u-1"},
        "spec": {"initContainers": [{"name": "git"}], "containers": [{"name": "sti-build"}]},
    },
    Pod,
)


@pytest.fixture
async def pods() -> FakePods:
    pods = FakePods()
    await pods.start(POD, Materials())
    return pods


async def _phase(pods: Pods) -> str:
    return (await pods.list())[0].status.phase


async def test_a_started_pod_waits_for_the_test(pods: FakePods) -> None:
    await pods.start(POD, Materials())

    assert await _phase(pods) == "Pending"
    assert pods.started == ["u-1"]


async def test_a_pod_is_moved_through_its_phases(pods: FakePods) -> None:
    pods.run("app-1-build")
    running = await _phase(pods)
    pods.run_out_of_memory("app-1-build")

    status = (await pods.list())[0].status
    ends = [each.state.terminated for each in status.container_statuses]
    assert (running, status.phase) == ("Running", "Failed")
    assert [(end.reason, end.exit_code) for end in ends if end] == [("OOMKilled", 137)]


async def test_a_log_is_followed_to_its_end(pods: FakePods) -> None:
    pods.run("app-1-build")
    pods.say("app-1-build", "one")
    records = await pods.records("u-1", "sti-build", follow=True)
    first = await anext(records)
    pods.say("app-1-build", "two")
    pods.succeed("app-1-build")

    rest = [piece async for piece in records]

    assert first.endswith(b" stdout F one\n")
    assert b"".join(rest).endswith(b" stdout F two\n")


async def test_what_has_ended_can_be_forgotten_and_else_not(pods: FakePods) -> None:
    with pytest.raises(PodFault):
        await pods.remove("u-1")
    await pods.stop("u-1", 3)
    await pods.remove("u-1")

    assert await pods.list() == ()


async def test_of_what_nobody_started_there_is_no_log(pods: FakePods) -> None:
    with pytest.raises(NotFound):
        await pods.records("u-2", "sti-build")


async def test_changes_are_told(pods: FakePods) -> None:
    changes = await pods.changes()
    pods.run("app-1-build")

    async with asyncio.timeout(60):
        assert await anext(changes) == "u-1"


async def test_a_behaviour_ends_pods_at_once() -> None:
    pods = FakePods(behaves=runs_and_succeeds)

    await pods.start(POD, Materials())

    assert await _phase(pods) == "Succeeded"
