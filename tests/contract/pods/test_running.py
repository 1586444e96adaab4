"""Pods run to their end, and what is told of them is what the API says."""

from __future__ import annotations

import pytest

from contract.pods.hosts import Host, state_of, with_env
from slipcast.api.env import ResourceRequirements
from slipcast.api.pod import PodStatus
from slipcast.api.volumes import EmptyDirVolumeSource, Volume, VolumeMount

pytestmark = pytest.mark.anyio


async def test_a_program_that_ends_well_makes_its_pod_succeed(any_host: Host) -> None:
    pod = any_host.pod("exit 0")

    status = await any_host.run(pod)

    end = state_of(status).terminated
    assert status.phase == "Succeeded"
    assert end is not None
    assert (end.exit_code, end.reason) == (0, "Completed")
    assert status.start_time <= end.started_at <= end.finished_at


async def test_a_program_that_fails_makes_its_pod_fail(host: Host) -> None:
    pod = host.pod("exit 3")

    status = await host.run(pod)

    end = state_of(status).terminated
    assert (status.phase, status.reason) == ("Failed", "")
    assert end is not None
    assert (end.exit_code, end.reason) == (3, "Error")


async def test_a_program_ended_by_a_signal_has_a_code_above_128(host: Host) -> None:
    pod = host.pod("kill -9 $$")

    status = await host.run(pod)

    end = state_of(status).terminated
    assert end is not None
    assert (end.exit_code, end.reason) == (137, "Error")


async def test_a_running_pod_says_since_when(any_host: Host) -> None:
    pod = any_host.pod("sleep 1000")

    await any_host.pods.start(pod, with_env())

    status = await any_host.until(pod, lambda status: status.phase == "Running")
    container = status.container_statuses[0]
    assert container.state.running is not None
    assert container.state.running.started_at >= status.start_time
    assert (container.ready, container.image) == (True, "example/main")


async def test_a_pod_is_told_of_by_uid_namespace_and_name(any_host: Host) -> None:
    pod = any_host.pod("exit 0")

    await any_host.pods.start(pod, with_env())

    observed = await any_host.observed(pod)
    assert (observed.uid, observed.namespace, observed.name) == (
        pod.metadata.uid,
        "somewhere",
        "a-pod",
    )


async def test_starting_again_leaves_a_pod_as_it_is(host: Host) -> None:
    pod = host.pod("echo once")

    await host.run(pod)
    await host.pods.start(pod, with_env())

    assert await host.said(pod) == "once\n"
    assert len(await host.pods.list()) == 1


async def test_a_program_is_given_the_variables_of_its_container(host: Host) -> None:
    pod = host.pod('echo "$SOURCE_REF" "$BUILD"')

    await host.run(pod, with_env(SOURCE_REF="main", BUILD='{"a": "b c"}'))

    assert await host.said(pod) == 'main {"a": "b c"}\n'


async def test_init_containers_run_one_after_another_before_the_rest(host: Host) -> None:
    inits = (host.container("echo 1", "one"), host.container("echo 2", "two"))
    pod = host.pod_of(host.container("echo 3"), init_containers=inits)

    status = await host.run(pod)

    first, second = (state_of(status, name).terminated for name in ("one", "two"))
    last = state_of(status).terminated
    assert first is not None
    assert second is not None
    assert last is not None
    assert first.finished_at <= second.started_at <= second.finished_at <= last.started_at
    assert status.phase == "Succeeded"


async def test_after_a_failed_init_container_nothing_else_runs(host: Host) -> None:
    inits = (host.container("exit 4", "one"), host.container("exit 0", "two"))
    pod = host.pod_of(host.container("exit 0"), init_containers=inits)

    status = await host.run(pod)

    assert status.phase == "Failed"
    assert state_of(status, "two").waiting is not None
    assert state_of(status).waiting is not None


async def test_containers_of_a_pod_run_at_the_same_time(host: Host) -> None:
    pod = host.pod_of(host.container("sleep 1000"), host.container("exit 1", "other"))

    await host.pods.start(pod, with_env())

    def both_have_begun(status: PodStatus) -> bool:
        other, main = state_of(status, "other"), state_of(status)
        return other.terminated is not None and main.running is not None

    assert (await host.until(pod, both_have_begun)).phase == "Running"


async def test_what_fails_is_started_again_where_that_is_wanted(host: Host) -> None:
    volume = Volume(name="shared", empty_dir=EmptyDirVolumeSource())
    mount = VolumeMount(name="shared", mount_path="/data")
    code = "mkdir ${SLIPCAST_ROOT:-}/data/again 2>/dev/null && exit 1; echo well"
    main = host.container(code, volume_mounts=(mount,))
    pod = host.pod_of(main, volumes=(volume,), restart_policy="OnFailure")

    status = await host.run(pod)

    assert status.phase == "Succeeded"
    assert status.container_statuses[0].restart_count == 1
    assert status.container_statuses[0].last_state.terminated is not None


async def test_nothing_is_left_running_of_a_container_that_has_ended(host: Host) -> None:
    pod = host.pod("setsid sleep 1000 & echo done")

    status = await host.run(pod)

    assert status.phase == "Succeeded"
    assert await host.said(pod) == "done\n"


async def test_a_pod_that_takes_too_long_is_ended(host: Host) -> None:
    pod = host.pod("exec sleep 1000", active_deadline_seconds=4)

    status = await host.run(pod)

    end = state_of(status).terminated
    assert (status.phase, status.reason) == ("Failed", "DeadlineExceeded")
    assert end is not None
    assert end.exit_code == 143


async def test_a_pod_whose_memory_ran_out_says_so(host: Host) -> None:
    limits = ResourceRequirements(limits={"memory": "24Mi"})
    eater = host.container("head -c 200m /dev/zero | tail -c 100m > /dev/null", resources=limits)

    status = await host.run(host.pod_of(eater))

    end = state_of(status).terminated
    assert end is not None
    assert (end.exit_code, end.reason) == (137, "OOMKilled")
