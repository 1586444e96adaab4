"""Pods as containers: what is handed to them, what is killed, and what is left."""

from __future__ import annotations

import contextlib
import os
import secrets
import select
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import msgspec.structs
import pytest

import containers
from contract.pods.hosts import NOTHING, Host, state_of, with_env
from slipcast.adapters.pods.podman import Podman, PodmanPods
from slipcast.adapters.pods.podman.commandline import LABEL
from slipcast.adapters.pods.process import cgroups
from slipcast.adapters.pods.process.nursery import Nursery
from slipcast.adapters.pods.process.place import Place
from slipcast.api.container import Container
from slipcast.api.pod import Pod
from slipcast.api.volumes import EmptyDirVolumeSource, Volume, VolumeMount
from slipcast.ports.pods import Materials
from slipcast.values.faults import PodFault

pytestmark = [pytest.mark.anyio, pytest.mark.engine]

PATIENCE = 60_000


@pytest.fixture
async def host(podman_host: Host) -> AsyncIterator[Host]:
    yield podman_host
    await podman_host.clear()


def stranger(*args: str, **changes: object) -> Container:
    """A container of somebody's image."""
    fields = {"name": "main", "image": "example/main", "args": args, **changes}
    return msgspec.convert(fields, Container)


def containers_of(pod: Pod) -> str:
    """The containers of a pod that podman knows."""
    label = f"label={LABEL}={pod.metadata.uid}"
    return containers.podman("ps", "--all", "--quiet", f"--filter={label}")


def groups_of(pod: Pod) -> list[Path]:
    found = cgroups.look()
    roots = found.each if found is not None else ()
    return [path for root in roots for path in (root / cgroups.OURS).glob(f"{pod.metadata.uid}*")]


def command_lines() -> dict[int, str]:
    """What runs on this host, by process."""
    found: dict[int, str] = {}
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            found[int(path.name)] = (path / "cmdline").read_text(errors="replace")
    return found


def mounts() -> str:
    """What is mounted where."""
    return Path("/proc/self/mountinfo").read_text()


def kill(pid: int) -> None:
    """Kill a process, and wait for its end."""
    with os.fdopen(os.pidfd_open(pid)) as process:
        os.kill(pid, signal.SIGKILL)
        poll = select.poll()
        poll.register(process.fileno(), select.POLLIN)
        assert poll.poll(PATIENCE)


async def test_variables_of_any_kind_arrive(host: Host) -> None:
    pod = host.pod('printf "%s|%s|%s" "$KEY" "$LONG" "$ODD" | sha256sum')
    key, long, odd = "-----\nabc\r\n-----\n", "x" * 100_000, "# 'a' \"b\" $c = "

    await host.run(pod, with_env(KEY=key, LONG=long, ODD=odd))

    assert (await host.said(pod)).split()[0] == sha256(f"{key}|{long}|{odd}".encode()).hexdigest()


async def test_no_variable_stands_on_a_command_line(host: Host) -> None:
    pod, password = host.pod("echo ready; sleep 1000"), secrets.token_hex(8)
    await host.pods.start(pod, with_env(PASSWORD=password, KEY=f"{password}3\n{password}4"))
    await host.until_said(pod, "ready")

    lines = command_lines().values()

    assert [line for line in lines if pod.metadata.uid in line]
    assert [line for line in lines if password in line] == []


@pytest.mark.parametrize("name", ["LD_PRELOAD", "CONTAINERS_CONF", "PATH", "GODEBUG"])
async def test_no_variable_steers_podman(host: Host, name: str) -> None:
    with pytest.raises(PodFault) as caught:
        await host.pods.start(host.pod("exit 0"), with_env(**{name: "\n/x"}))

    assert not caught.value.retryable
    assert name in caught.value.message
    assert await host.pods.list() == ()


async def test_a_strangers_image_runs_what_its_pod_says(host: Host) -> None:
    container = stranger(
        "-c", 'id -u; pwd; echo "$LANG"; cat /proc/1/comm', command=["/bin/sh"],
        workingDir="/tmp", securityContext={"runAsUser": 1001},
    )  # fmt: skip

    pod = host.pod_of(container)

    await host.run(pod, with_env(LANG="here"))

    assert await host.said(pod) == "1001\n/tmp\nhere\nsh\n"


async def test_who_is_not_privileged_has_no_device_of_the_host(host: Host) -> None:
    usual = stranger("sh", "-c", "ls /dev | wc -l")
    privileged = stranger(
        "sh", "-c", "ls /dev | wc -l", name="all", securityContext={"privileged": True}
    )
    pod = host.pod_of(usual, privileged)

    await host.run(pod)

    assert int(await host.said(pod)) < int(await host.said(pod, "all"))


async def test_an_image_that_is_not_there_is_told(host: Host) -> None:
    container = stranger("x", image="localhost/no/such:1", imagePullPolicy="Never")

    status = await host.run(host.pod_of(container))

    end = state_of(status).terminated
    assert end is not None
    assert (end.exit_code, end.reason) == (125, "StartError")
    assert "localhost/no/such:1" in end.message


async def test_a_program_that_is_not_there_is_told(host: Host) -> None:
    status = await host.run(host.pod_of(stranger(command=["/no/such/program"])))

    end = state_of(status).terminated
    assert end is not None
    assert (end.exit_code, end.reason) == (127, "StartError")
    assert "/no/such/program" in end.message


async def test_a_code_of_podmans_may_be_that_of_the_program(host: Host) -> None:
    status = await host.run(host.pod("exit 125"))

    end = state_of(status).terminated
    assert end is not None
    assert (end.exit_code, end.reason) == (125, "Error")


async def test_nothing_is_left_of_a_removed_pod(host: Host) -> None:
    volume = Volume(name="shared", empty_dir=EmptyDirVolumeSource())
    mount = VolumeMount(name="shared", mount_path="/data", sub_path="below")
    code = "trap '' TERM; echo ready; setsid sleep 1000 & while :; do sleep 1000; done"
    pod = host.pod_of(host.container(code, volume_mounts=(mount,)), volumes=(volume,))
    await host.pods.start(pod, NOTHING)
    await host.until_said(pod, "ready")
    await host.pods.stop(pod.metadata.uid, 0)
    await host.end_of(pod)

    await host.pods.remove(pod.metadata.uid)

    assert [path.name for path in host.directory.iterdir()] == ["events"]
    assert containers_of(pod) == ""
    assert groups_of(pod) == []
    assert pod.metadata.uid not in mounts()


async def test_a_pod_whose_supervisor_was_killed_is_lost_and_leaves_nothing(host: Host) -> None:
    pod = host.pod("setsid sleep 1000 & echo ready; sleep 1000")
    await host.pods.start(pod, NOTHING)
    await host.until_said(pod, "ready")

    kill(Place(host.directory / pod.metadata.uid).holder())

    status = await host.end_of(pod)
    assert (status.phase, status.reason) == ("Failed", "Lost")
    assert groups_of(pod) == []
    await host.pods.remove(pod.metadata.uid)
    assert containers_of(pod) == ""


async def test_a_container_whose_monitor_was_killed_has_ended(host: Host) -> None:
    pod = host.pod("echo ready; exec sleep 1000")
    await host.pods.start(pod, NOTHING)
    await host.until_said(pod, "ready")
    named = f"--name=slipcast-{pod.metadata.uid}-main"

    kill(next(pid for pid, line in command_lines().items() if named in line))

    assert (await host.end_of(pod)).phase == "Failed"


FORGETFUL = """#!/bin/sh
case "$*" in *" rm "*) mkdir "$0.once" && echo "Error: no monitor" >&2 && exit 125;; esac
exec podman "$@"
"""
"""A podman that finds only at the second try that a monitor was killed."""


def has_failed(forgetful: Path) -> bool:
    """Whether the podman above was asked, and has failed."""
    return forgetful.with_suffix(".once").exists()


async def test_a_removal_that_fails_once_is_tried_again(
    host: Host, podman: Podman, nursery: Nursery, tmp_path: Path
) -> None:
    pod = host.pod("echo ready; exec sleep 1000")
    forgetful = tmp_path / "podman"
    forgetful.write_text(FORGETFUL)
    forgetful.chmod(0o755)
    words = (str(forgetful), *podman.words[1:])
    pods = PodmanPods(host.directory, msgspec.structs.replace(podman, words=words), nursery=nursery)
    await host.pods.start(pod, NOTHING)
    await host.pods.stop(pod.metadata.uid, 0)
    await host.end_of(pod)

    await pods.remove(pod.metadata.uid)

    assert has_failed(forgetful)
    assert containers_of(pod) == ""


async def test_a_link_in_a_volume_leads_nowhere(host: Host) -> None:
    volume = Volume(name="shared", empty_dir=EmptyDirVolumeSource())
    whole = VolumeMount(name="shared", mount_path="/all")
    part = VolumeMount(name="shared", mount_path="/part", sub_path="below")
    bad = host.container(
        "mv /all/below /all/aside; ln -s /etc /all/below", "bad", volume_mounts=(whole,)
    )
    main = host.container("ls /part; echo end", volume_mounts=(part,))
    pod = host.pod_of(main, init_containers=(bad,), volumes=(volume,))

    await host.run(pod)

    assert await host.said(pod) == "end\n"


async def test_a_path_that_podman_would_take_apart_is_refused(host: Host) -> None:
    volume = Volume(name="shared", empty_dir=EmptyDirVolumeSource())
    mount = VolumeMount(name="shared", mount_path="/data:/etc")
    pod = host.pod_of(host.container("x", volume_mounts=(mount,)), volumes=(volume,))

    with pytest.raises(PodFault):
        await host.pods.start(pod, NOTHING)


async def test_podman_that_is_not_there_is_told(host: Host, nursery: Nursery) -> None:
    pods = PodmanPods(host.directory, Podman(words=("/no/such/podman",)), nursery=nursery)

    status = await replace(host, pods=pods).run(host.pod("x"), Materials())

    end = state_of(status).terminated
    assert end is not None
    assert end.reason == "StartError"
