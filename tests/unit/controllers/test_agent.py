"""The agent between the API and the runner of pods."""

from __future__ import annotations

from pathlib import Path

import pytest

from slipcast.api.pod import Pod
from slipcast.controllers.agent import PATIENCE
from slipcast.controllers.podmemory import TRIES
from slipcast.ports.api import DeleteOptions, Patch
from slipcast.testing.pods import runs, runs_and_succeeds
from slipcast.values.faults import PodFault, PortFault
from slipcast.values.logrecords import read
from unit.controllers.agency import NODE, PODS, SECRETS, Agency, an_agency, has_ended, secret

pytestmark = pytest.mark.anyio


@pytest.fixture
async def agency(tmp_path: Path) -> Agency:
    return await an_agency(tmp_path)


def waits(pod: Pod) -> bool:
    return any(each.state.waiting for each in pod.status.container_statuses)


def why_waiting(pod: Pod) -> tuple[str, str]:
    state = pod.status.container_statuses[0].state.waiting
    return (state.reason, state.message) if state is not None else ("", "")


def conditions(pod: Pod) -> dict[str, tuple[str, str]]:
    return {each.type: (each.status, each.reason) for each in pod.status.conditions}


async def test_a_pod_runs_to_its_end_and_its_log_is_kept(agency: Agency) -> None:
    agency.pods.behaves = runs_and_succeeds
    async with agency.agent():
        uid = await agency.create("app-1")
        pod = await agency.until("app-1", has_ended)
        await agency.pods.until(lambda: agency.pods.removed == [uid])

    assert (pod.spec.node_name, pod.status.phase) == (NODE, "Succeeded")
    assert [each.text for each in read(await agency.log("b-app-1"))] == [b"built"]
    assert agency.pods.started == [uid]


async def test_a_pod_that_runs_has_the_conditions_of_one_that_does(agency: Agency) -> None:
    agency.pods.behaves = runs
    async with agency.agent():
        await agency.create("app-1")
        pod = await agency.until("app-1", lambda pod: pod.status.phase == "Running")

    assert conditions(pod) == {
        "Initialized": ("True", ""),
        "Ready": ("True", ""),
        "ContainersReady": ("True", ""),
        "PodScheduled": ("True", ""),
    }
    assert pod.status.start_time == "2026-11-22T12:00:00Z"


async def test_a_pod_that_ended_has_the_conditions_of_one_that_did(agency: Agency) -> None:
    agency.pods.behaves = lambda pods, uid: pods.run_out_of_memory(uid)
    async with agency.agent():
        await agency.create("app-1")
        pod = await agency.until("app-1", has_ended)

    end = pod.status.container_statuses[0].state.terminated
    assert conditions(pod)["Ready"] == ("False", "PodFailed")
    assert end is not None
    assert (end.reason, end.exit_code) == ("OOMKilled", 137)


async def test_a_pod_that_is_no_builds_does_not_run_and_is_told_why(agency: Agency) -> None:
    async with agency.agent():
        await agency.create("web", owned=False)
        pod = await agency.until("web", lambda pod: bool(pod.status.conditions))

    assert conditions(pod) == {"PodScheduled": ("False", "Unschedulable")}
    assert "runs the pods of builds" in pod.status.conditions[0].message
    assert agency.pods.started == []


async def test_no_more_pods_run_than_the_node_takes(agency: Agency) -> None:
    async with agency.agent():
        uids = [await agency.create(f"app-{number}") for number in (1, 2, 3)]
        await agency.pods.until(lambda: len(agency.pods.started) == 2)
        first = list(agency.pods.started)
        agency.pods.succeed("app-1-build")
        await agency.pods.until(lambda: len(agency.pods.started) == 3)

    assert first == uids[:2]
    assert agency.pods.started == uids


async def test_a_pod_waits_for_the_secret_that_is_missing(agency: Agency) -> None:
    volume = {"name": "push", "secret": {"secretName": "push"}}
    async with agency.agent():
        await agency.create("app-1", volumes=[volume])
        pod = await agency.until("app-1", waits)
        await agency.api.create(SECRETS, secret("push", password="x"))
        await agency.wait(seconds=3)
        await agency.pods.until(lambda: len(agency.pods.started) == 1)

    assert pod.status.phase == "Pending"
    assert why_waiting(pod) == ("CreateContainerConfigError", 'secret "push" not found')


async def test_a_pod_that_can_never_start_has_failed(agency: Agency) -> None:
    agency.pods.refusal = PodFault("no host paths here", reason="InvalidPodSpec")
    async with agency.agent():
        await agency.create("app-1")
        pod = await agency.until("app-1", has_ended)

    assert (pod.status.phase, pod.status.reason) == ("Failed", "InvalidPodSpec")
    assert pod.status.message == "no host paths here"


async def test_a_pod_that_is_deleted_has_time_to_end(agency: Agency) -> None:
    agency.pods.behaves = runs
    async with agency.agent():
        uid = await agency.create("app-1")
        await agency.until("app-1", lambda pod: pod.status.phase == "Running")
        grace = agency.pods.pods[uid].asked_to_end
        await agency.api.delete(PODS.named("app-1-build"), DeleteOptions(grace=20))
        await agency.until_gone("app-1")
        await agency.pods.until(lambda: agency.pods.removed == [uid])

    assert [round(each / 10) for each in grace] == [2]
    assert await agency.logs.containers("b-app-1") == ("main",)


async def test_a_pod_that_is_gone_at_once_is_stopped_and_removed(agency: Agency) -> None:
    agency.pods.behaves = runs
    async with agency.agent():
        uid = await agency.create("app-1")
        await agency.until("app-1", lambda pod: pod.status.phase == "Running")
        await agency.api.delete(PODS.named("app-1-build"), DeleteOptions(grace=0))
        await agency.pods.until(lambda: agency.pods.removed == [uid])

    assert await agency.logs.containers("b-app-1") == ("main",)


async def test_another_pod_of_the_name_is_another_pod(agency: Agency) -> None:
    agency.pods.behaves = runs
    async with agency.agent():
        first = await agency.create("app-1")
        await agency.until("app-1", lambda pod: pod.status.phase == "Running")
        await agency.api.delete(PODS.named("app-1-build"), DeleteOptions(grace=0))
        second = await agency.create("app-1")
        await agency.pods.until(lambda: agency.pods.started == [first, second])
        await agency.pods.until(lambda: agency.pods.removed == [first])

    assert not agency.pods.pods[second].asked_to_end


async def test_the_next_agent_adopts_what_runs(agency: Agency) -> None:
    agency.pods.behaves = runs
    async with agency.agent():
        uid = await agency.create("app-1")
        await agency.until("app-1", lambda pod: pod.status.phase == "Running")
    agency.pods.say(uid, "went on")
    agency.pods.succeed(uid)

    async with agency.agent():
        await agency.until("app-1", has_ended)
        await agency.pods.until(lambda: agency.pods.removed == [uid])

    assert agency.pods.started == [uid]
    assert b"went on" in await agency.log("b-app-1")


async def test_a_pod_of_which_the_host_knows_nothing_is_lost(agency: Agency) -> None:
    agency.pods.behaves = runs
    async with agency.agent():
        await agency.create("app-1")
        await agency.until("app-1", lambda pod: pod.status.phase == "Running")
    agency.pods.vanish("app-1-build")

    async with agency.agent():
        pod = await agency.until("app-1", has_ended)

    assert (pod.status.phase, pod.status.reason) == ("Failed", "Lost")
    assert len(agency.pods.started) == 1


async def test_a_log_that_was_kept_is_not_kept_again(agency: Agency) -> None:
    agency.pods.behaves = runs
    async with agency.agent():
        uid = await agency.create("app-1")
        await agency.until("app-1", lambda pod: pod.status.phase == "Running")
    agency.pods.say(uid, "whole")
    agency.pods.succeed(uid)
    agency.pods.stubborn = True
    records = await agency.pods.records(uid, "main")
    await agency.logs.keep("b-app-1", "main", records)
    agency.pods.pods[uid].said.clear()
    status = {"status": {"phase": "Succeeded"}}
    place = PODS.named("app-1-build")
    await agency.api.patch(
        type(place)(place.kind, "shop", place.name, "status"), Patch(type="merge", body=status)
    )

    async with agency.agent():
        await agency.pods.until(lambda: agency.pods.removed == [uid])

    assert b"whole" in await agency.log("b-app-1")


async def test_a_runner_that_does_not_answer_is_asked_again(agency: Agency) -> None:
    agency.pods.fault = PortFault("the runner is down", retryable=True)
    agency.pods.behaves = runs_and_succeeds
    async with agency.agent():
        await agency.create("app-1")
        await agency.pods.until(lambda: agency.pods.asked_in_vain > 1)
        agency.pods.fault = None
        await agency.wait(seconds=3)
        await agency.until("app-1", has_ended)

    assert len(agency.pods.started) == 1


async def test_who_waits_for_a_build_is_told_although_its_log_cannot_be_kept(
    agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object) -> None:
        raise PortFault("no room", retryable=True)

    monkeypatch.setattr(agency.logs, "keep", full)
    agency.pods.behaves = runs_and_succeeds
    async with agency.agent():
        await agency.create("app-1")
        pod = await agency.until("app-1", has_ended)

    assert pod.status.phase == "Succeeded"
    assert agency.pods.removed == []


async def test_a_pod_that_waits_for_its_turn_is_told_so_up_30(agency: Agency) -> None:
    agency.limit = 1
    async with agency.agent():
        await agency.create("app-1")
        await agency.pods.until(lambda: len(agency.pods.started) == 1)
        await agency.create("app-2")
        await agency.wait(seconds=3)
        pod = await agency.until("app-2", lambda pod: bool(pod.status.conditions))
        agency.pods.succeed("app-1-build")
        await agency.pods.until(lambda: len(agency.pods.started) == 2)
        after = await agency.until(
            "app-2", lambda pod: conditions(pod)["PodScheduled"][0] == "True"
        )

    assert conditions(pod) == {"PodScheduled": ("False", "Unschedulable")}
    assert pod.status.conditions[0].message == f"{NODE}: 1 of 1 builds run on this machine"
    assert after.spec.node_name == NODE


async def test_a_start_that_nobody_foresaw_is_tried_again_and_told_up_2(agency: Agency) -> None:
    agency.pods.refusal = RuntimeError("odd")
    async with agency.agent():
        await agency.create("app-1")
        pod = await agency.until("app-1", waits)
        agency.pods.refusal = None
        await agency.wait(seconds=3)
        await agency.pods.until(lambda: len(agency.pods.started) == 1)

    reason, message = why_waiting(pod)
    [event] = await agency.events()
    assert reason == "CreatePodError"
    assert "the server failed to start the pod" in message
    assert (event.reason, event.type, event.involved_object.name) == (
        *("FailedStart", "Warning"),
        "app-1-build",
    )


async def test_a_start_that_never_works_ends_the_pod_up_2(agency: Agency) -> None:
    agency.pods.refusal = PortFault("the disk is full", reason="NoSpace")
    async with agency.agent():
        await agency.create("app-1")
        await agency.refuse(TRIES)
        pod = await agency.until("app-1", has_ended)

    assert (pod.status.reason, pod.status.message) == ("NoSpace", "the disk is full")
    assert agency.pods.refused == TRIES


async def test_pods_are_told_when_nobody_knows_which_run_up_30(agency: Agency) -> None:
    agency.pods.fault = PortFault("the directory is gone")
    async with agency.agent():
        await agency.create("app-1")
        await agency.ask_in_vain(PATIENCE + 2)
        pod = await agency.until("app-1", lambda pod: bool(pod.status.conditions))

    assert "runs no pods now: the directory is gone" in pod.status.conditions[0].message


async def test_the_log_of_a_pod_that_went_while_no_agent_lived_is_kept(agency: Agency) -> None:
    agency.pods.behaves = runs
    async with agency.agent():
        uid = await agency.create("app-1")
        await agency.until("app-1", lambda pod: pod.status.phase == "Running")
    await agency.api.delete(PODS.named("app-1-build"), DeleteOptions(grace=0))

    async with agency.agent():
        await agency.pods.until(lambda: agency.pods.removed == [uid])

    assert await agency.logs.containers("b-app-1") == ("main",)


async def test_what_was_for_us_under_an_earlier_name_runs(agency: Agency) -> None:
    async with agency.agent():
        uid = await agency.create("app-1", nodeName="lost-name")
        await agency.pods.until(lambda: agency.pods.started == [uid])
        pod = await agency.until("app-1", lambda pod: bool(pod.status.start_time))

    assert pod.spec.node_name == "lost-name"


async def test_a_pod_for_another_server_is_left_to_it(agency: Agency) -> None:
    agency.others = lambda name: name == "there"
    async with agency.agent():
        await agency.create("app-1", nodeName="there")
        ours = await agency.create("app-2")
        await agency.pods.until(lambda: len(agency.pods.started) == 1)
        await agency.wait(minutes=2)

    assert agency.pods.started == [ours]
    assert (await agency.get("app-1")).spec.node_name == "there"


async def test_a_pod_for_a_server_that_is_gone_has_failed(agency: Agency) -> None:
    agency.others = lambda _: False
    async with agency.agent():
        await agency.create("app-1", nodeName="gone")
        pod = await agency.until("app-1", has_ended)

    assert agency.pods.started == []
    assert (pod.status.reason, pod.status.message) == (
        "Lost",
        "The server gone, which was to run it, is gone.",
    )
