"""Pods as processes: what is killed, what is left, and what never runs on the host."""

from __future__ import annotations

import json
import os
import secrets
import select
import signal
import subprocess
import sys
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from contract.pods.hosts import NOTHING, Host, state_of, with_env
from slipcast.adapters.pods.process import ProcessPods, cgroups, processes, variables
from slipcast.adapters.pods.process.nursery import Nursery
from slipcast.adapters.pods.process.place import Place
from slipcast.api.container import Container
from slipcast.api.pod import Pod, PodStatus
from slipcast.ports.engine import Credential, RegistryAccess
from slipcast.ports.pods import Materials
from slipcast.values.faults import PodFault
from slipcast.values.sensitive import Sensitive

pytestmark = pytest.mark.anyio

PATIENCE = 60_000

SERVER = """
import asyncio, sys
from pathlib import Path
import msgspec
from slipcast.adapters.pods.process import ProcessPods
from slipcast.api.pod import Pod
from slipcast.ports.pods import Materials

async def main():
    pods = ProcessPods(Path(sys.argv[1]), ("/bin/sh", "-c"))
    await pods.start(msgspec.json.decode(sys.argv[2], type=Pod), Materials())
    print(pods.nursery.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.fixture
async def host(process_host: Host) -> AsyncIterator[Host]:
    yield process_host
    await process_host.clear()


def place_of(host: Host, pod: Pod) -> Place:
    return Place(host.directory / pod.metadata.uid)


def kill(pid: int) -> None:
    """Kill a process, and wait for its end."""
    with os.fdopen(os.pidfd_open(pid)) as process:
        os.kill(pid, signal.SIGKILL)
        assert has_ended(process.fileno())


def has_ended(process: int) -> bool:
    """Whether a process ends soon."""
    poll = select.poll()
    poll.register(process, select.POLLIN)
    return bool(poll.poll(PATIENCE))


def groups_of(pod: Pod) -> list[Path]:
    found = cgroups.look()
    roots = found.each if found is not None else ()
    return [path for root in roots for path in (root / cgroups.OURS).glob(f"{pod.metadata.uid}*")]


@contextmanager
def serving(directory: Path, pod: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server of its own that has started a pod, and its nursery."""
    argv = [sys.executable, "-c", SERVER, str(directory), pod]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        with os.fdopen(os.pidfd_open(int(server.stdout.readline()))) as nursery:
            yield server, nursery.fileno()


async def numbers_said(host: Host, pod: Pod, count: int) -> list[int]:
    """The process ids that a container has said."""
    await host.until_said(pod, "said")
    records = await host.pods.records(pod.metadata.uid, "main")
    text = b"".join([piece async for piece in records]).decode()
    return [int(line.split()[-1]) for line in text.splitlines()[:count]]


async def test_a_pod_survives_kill_9_of_its_server(host: Host) -> None:
    pod = host.pod("echo one; while [ ! -e go ]; do sleep 0.01; done; echo two; exit 7")
    document = json.dumps(
        {
            "metadata": {"uid": pod.metadata.uid, "name": "a-pod", "namespace": "somewhere"},
            "spec": {
                "restartPolicy": "Never",
                "containers": [{"name": "main", "command": pod.spec.containers[0].command}],
            },
        }
    )
    with serving(host.directory, document) as (server, nursery):
        await host.until_said(pod, "one")

        server.kill()

        assert has_ended(nursery)
    (place_of(host, pod).work / "go").touch()
    end = state_of(await host.end_of(pod)).terminated
    assert end is not None
    assert end.exit_code == 7
    assert await host.said(pod) == "one\ntwo\n"


async def test_pods_survive_kill_9_of_the_nursery_and_more_can_be_started(
    host: Host, nursery: Nursery
) -> None:
    before = host.pod("while [ ! -e go ]; do sleep 0.01; done; echo well")
    await host.pods.start(before, NOTHING)

    kill(nursery.pid)

    after = host.pod("echo as well")
    assert (await host.run(after)).phase == "Succeeded"
    (place_of(host, before).work / "go").touch()
    assert (await host.end_of(before)).phase == "Succeeded"


async def test_a_pod_whose_supervisor_was_killed_is_lost_and_leaves_nothing(host: Host) -> None:
    hidden = "setsid env -i sh -c 'echo $$; echo said; sleep 1000; :'"
    pod = host.pod(f"echo $$; {hidden} & wait")
    await host.pods.start(pod, NOTHING)
    pids = await numbers_said(host, pod, 2)
    left = [os.pidfd_open(pid) for pid in pids]

    kill(place_of(host, pod).holder())

    status = await host.end_of(pod)
    assert (status.phase, status.reason) == ("Failed", "Lost")
    assert "killed" in status.message
    assert [has_ended(process) for process in left] == [True, True]
    assert groups_of(pod) == []
    for process in left:
        os.close(process)


async def test_what_nobody_told_is_found_out(host: Host, nursery: Nursery) -> None:
    pods = ProcessPods(host.directory, (), nursery=nursery, again=0.05)
    pod = host.pod("sleep 1000")
    await host.pods.start(pod, NOTHING)
    await host.until(pod, lambda status: status.phase == "Running")
    changes = await pods.changes()
    place = place_of(host, pod)

    place.tell(PodStatus(phase="Running", message="told to nobody"), bell=False)

    assert await anext(changes) == pod.metadata.uid
    await changes.aclose()


async def test_a_pod_of_another_version_can_be_ended_and_removed(host: Host) -> None:
    pod = host.pod("sleep 1000")
    await host.pods.start(pod, NOTHING)
    (host.directory / pod.metadata.uid / "pod.json").write_text("[]")

    await host.pods.stop(pod.metadata.uid, 0)
    await host.end_of(pod)
    await host.pods.remove(pod.metadata.uid)

    assert await host.pods.list() == ()


async def test_a_variable_may_hold_what_is_no_text(host: Host) -> None:
    pod = host.pod('printf %s "$BUILD" | od -An -tx1')

    await host.run(pod, with_env(BUILD=b"\xff\xfe".decode("utf-8", "surrogateescape")))

    assert (await host.said(pod)).split() == ["ff", "fe"]


async def test_a_killed_container_has_failed(host: Host) -> None:
    pod = host.pod("echo $$; echo said; sleep 1000; :")
    await host.pods.start(pod, NOTHING)
    (pid,) = await numbers_said(host, pod, 1)

    os.kill(pid, signal.SIGKILL)

    end = state_of(await host.end_of(pod)).terminated
    assert end is not None
    assert (end.exit_code, end.reason) == (137, "Error")


async def test_nothing_is_left_of_a_removed_pod(host: Host) -> None:
    # A number of seconds that nothing else on this host sleeps for.
    asleep = f"sleep {10_000_000 + secrets.randbelow(80_000_000)}"
    pod = host.pod(f"setsid {asleep} & setsid env -i {asleep} & exit 0")
    await host.run(pod)
    supervisor = place_of(host, pod).holder()

    await host.pods.remove(pod.metadata.uid)

    assert [path.name for path in host.directory.iterdir()] == ["events"]
    assert groups_of(pod) == []
    every = processes.table()
    assert processes.descendants(every, (supervisor,)) == set()
    assert [pid for pid in every if commands(pid).strip() == asleep] == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount")
async def test_what_is_mounted_in_a_removed_pod_is_not_removed(host: Host, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").touch()
    pod = host.pod(f"mkdir 'a b' && mount --bind {outside} 'a b' && ls 'a b'")
    await host.run(pod)
    assert await host.said(pod) == "precious\n"

    await host.pods.remove(pod.metadata.uid)

    assert (outside / "precious").exists()
    assert str(outside) not in mounts()


async def test_a_builder_that_is_loaded_beforehand_is_like_any_program(
    host: Host, tmp_path: Path
) -> None:
    tests = str(Path(__file__).parents[2])
    nursery = Nursery({"PYTHONPATH": tests}, entry="contract.pods.a_builder:main")
    pods = ProcessPods(host.directory, ("/no/such/program",), nursery=nursery)
    file = tmp_path / "upload"
    file.write_text("sent")
    host = replace(host, pods=pods)
    pod = host.pod_of(host.container("docker-build", args=("--loglevel=2",), stdin=True))

    status = await host.run(pod, Materials(input=file, env=with_env(BUILD="{}").env))

    text, *rest = sorted(line for line in (await host.said(pod)).splitlines())[::-1]
    found, end = json.loads(text), state_of(status).terminated
    place = place_of(host, pod)
    assert found.pop("env") == {
        "BUILD": "{}",
        "PATH": variables.PATH,
        "HOME": f"{place.path}/home",
        "TMPDIR": f"{place.path}/tmp",
        "SLIPCAST_ROOT": str(place.root("main")),
    }
    assert found == {
        "argv": ["slipcast-builder", "docker-build", "--loglevel=2"],
        "cwd": str(place.work),
        "descriptors": [0, 1, 2],
        "leads": True,
        "child": True,
        "interrupt": True,
        "read": "sent",
    }
    assert rest == ["from a thread", "error", "at exit"]
    assert end is not None
    assert end.exit_code == 5
    nursery.close()


async def test_a_builder_that_is_loaded_beforehand_reads_a_long_build_from_a_file(
    host: Host,
) -> None:
    tests = str(Path(__file__).parents[2])
    nursery = Nursery({"PYTHONPATH": tests}, entry="contract.pods.a_builder:main")
    host = replace(host, pods=ProcessPods(host.directory, ("/no/such/program",), nursery=nursery))
    pod = host.pod("docker-build")

    await host.run(pod, with_env(BUILD="x" * (300 << 10)))

    [told] = [line for line in (await host.said(pod)).splitlines() if line.startswith("{")]
    env = json.loads(told)["env"]
    assert "BUILD" not in env
    assert content_of(env["SLIPCAST_BUILD_FILE"]) == "x" * (300 << 10)
    nursery.close()


async def test_a_strangers_container_with_a_long_description_is_a_file(
    host: Host, nursery: Nursery
) -> None:
    builder = ("/bin/sh", "-c", 'cat "$SLIPCAST_CONTAINER_FILE"')
    host = replace(host, pods=ProcessPods(host.directory, builder, nursery=nursery))
    given = with_env(BUILD='"' * (100 << 10))

    pod = host.pod_of(Container(name="main", image="example/any"))
    await host.run(pod, given)

    [variable] = json.loads(await host.said(pod))["env"]
    assert variable == {"name": "BUILD", "value": '"' * (100 << 10)}


async def test_a_strangers_image_is_given_no_longer_variable_than_it_can_be(host: Host) -> None:
    pod = host.pod_of(Container(name="main", image="example/any"))

    with pytest.raises(PodFault, match="BUILD of container main is longer"):
        await host.pods.start(pod, with_env(BUILD="x" * (300 << 10)))


async def test_a_strangers_image_is_pulled_with_the_credentials_of_its_pod(
    host: Host, nursery: Nursery
) -> None:
    builder = ("/bin/sh", "-c", 'cat "$SLIPCAST_PULL_SECRET/.dockerconfigjson"')
    host = replace(host, pods=ProcessPods(host.directory, builder, nursery=nursery))
    credential = Credential(username="joe", password=Sensitive("secret"))
    pod = host.pod_of(Container(name="main", image="registry.example:5000/a/b"))

    await host.run(pod, Materials(access=RegistryAccess(credential=credential)))

    login = b64encode(b"joe:secret").decode()
    auths = {"registry.example:5000": {"auth": login}}
    assert json.loads(await host.said(pod)) == {"auths": auths}


async def test_a_strangers_image_is_pulled_with_any_of_the_credentials_of_its_pod(
    host: Host, nursery: Nursery
) -> None:
    builder = ("/bin/sh", "-c", 'cat "$SLIPCAST_PULL_SECRET/0/.dockerconfigjson"')
    host = replace(host, pods=ProcessPods(host.directory, builder, nursery=nursery))
    first, other = (
        Credential(username=name, password=Sensitive("secret")) for name in ("joe", "ann")
    )
    access = RegistryAccess(credential=first, others=(other,))
    pod = host.pod_of(Container(name="main", image="registry.example:5000/a/b"))

    await host.run(pod, Materials(access=access))

    login = b64encode(b"ann:secret").decode()
    auths = {"registry.example:5000": {"auth": login}}
    assert json.loads(await host.said(pod)) == {"auths": auths}


def mounts() -> str:
    """What is mounted where."""
    return Path("/proc/self/mountinfo").read_text()


def content_of(path: str) -> str:
    """What a file holds."""
    return Path(path).read_text()


def commands(pid: int) -> str:
    """The command line of a process; empty when it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


async def test_a_start_that_was_cut_off_is_none(host: Host) -> None:
    pod = host.pod("echo well")
    half = host.directory / f".new-{pod.metadata.uid}"
    (half / "volumes").mkdir(parents=True)

    status = await host.run(pod)

    assert status.phase == "Succeeded"
    assert not half.exists()


async def test_a_pod_that_was_laid_out_is_begun_by_whoever_comes_next(host: Host) -> None:
    pod = host.pod("echo well")
    pods = host.pods
    assert isinstance(pods, ProcessPods)
    pods.keeper.laid(pod, NOTHING)

    status = await host.end_of(pod)

    assert status.phase == "Succeeded"
    assert await host.said(pod) == "well\n"


async def test_a_pod_does_not_steer_programs_of_the_host(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSWORD_OF_THE_SERVER", "secret")
    pod = host.pod("env")
    given = with_env(LD_PRELOAD="/x.so", PYTHONPATH="/x", PATH="/x", HOME="/x", SOURCE_REF="y")

    await host.run(pod, given)

    said = dict(line.split("=", 1) for line in (await host.said(pod)).splitlines())
    place = place_of(host, pod).path
    assert said.keys() - {"PWD", "OLDPWD", "_", "SHLVL"} == {
        *("PATH", "HOME", "TMPDIR", "SLIPCAST_ROOT", "SOURCE_REF"),
    }
    assert "/x" not in said["PATH"]
    assert said["HOME"] == str(place / "home")


async def test_the_command_of_a_strangers_container_never_runs(
    host: Host, nursery: Nursery
) -> None:
    builder = ("/bin/sh", "-c", 'echo "$@"; env', "builder")
    host = replace(host, pods=ProcessPods(host.directory, builder, nursery=nursery))
    stranger = Container(name="main", image="a/b", command=("/bin/sh", "-c"), args=("echo bad",))
    pod = host.pod_of(stranger)

    await host.run(pod, with_env(LD_PRELOAD="/x.so", BUILD="{}"))

    role, *env = (await host.said(pod)).splitlines()
    told = next(line for line in env if line.startswith("SLIPCAST_CONTAINER="))
    container = json.loads(told.partition("=")[2])
    assert role == "custom-build"
    assert (container["image"], container["args"]) == ("a/b", ["echo bad"])
    assert {"name": "LD_PRELOAD", "value": "/x.so"} in container["env"]
    assert [line for line in env if line.startswith("LD_PRELOAD")] == []


async def test_a_program_that_is_not_there_is_told(host: Host, nursery: Nursery) -> None:
    pods = ProcessPods(host.directory, ("/no/such/program",), nursery=nursery)
    host = replace(host, pods=pods)

    status = await host.run(host.pod("x"))

    end = state_of(status).terminated
    assert end is not None
    assert (end.exit_code, end.reason) == (128, "StartError")
    assert "/no/such/program" in end.message


async def test_a_container_has_a_group_of_its_own(host: Host) -> None:
    found = cgroups.look()
    if found is None or found.unified:
        pytest.skip("written for a hierarchy for each controller")
    pod = host.pod("while read line; do echo $line; done < /proc/self/cgroup")

    await host.run(pod, Materials())

    groups = [line.split(":")[2] for line in (await host.said(pod)).splitlines()]
    assert f"/{cgroups.OURS}/{pod.metadata.uid}/main" in groups
