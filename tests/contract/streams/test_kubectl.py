"""Logs and sources by the hand of kubectl."""

from __future__ import annotations

import asyncio
import shutil
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import msgspec
import pytest

from contract.api.conftest import BUILD_CONFIGS
from contract.streams.conftest import TIME, World

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.parametrize("world", ["client"], indirect=True),
    pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed"),
]

BELOW = "/apis/build.openshift.io/v1/namespaces/p"


class Ran(msgspec.Struct, frozen=True):
    """How kubectl ended."""

    code: int
    stdout: str
    stderr: str


async def begun(world: World, *words: str) -> Process:
    """kubectl on its way."""
    argv = ("kubectl", "--kubeconfig=/dev/null", f"--server={world.address}", "-n", "p", *words)
    return await asyncio.create_subprocess_exec(*argv, stdout=PIPE, stderr=PIPE)


async def kubectl(world: World, *words: str) -> Ran:
    """Run kubectl against the server."""
    child = await begun(world, *words)
    stdout, stderr = await child.communicate()
    assert child.returncode is not None
    return Ran(child.returncode, stdout.decode(), stderr.decode())


async def a_pod(world: World, *containers: str) -> None:
    """A pod that has said three lines."""
    await world.put_pod("web", *containers)
    world.pods.run("web")
    await world.tell("web")
    world.pods.say("web", "one\ntwo\nthree")


async def test_the_log_of_a_pod_is_printed(world: World) -> None:
    await a_pod(world, "main")

    ended = await kubectl(world, "logs", "pod/web")

    assert (ended.code, ended.stdout) == (0, "one\ntwo\nthree\n"), ended.stderr


async def test_what_is_asked_for_is_printed(world: World) -> None:
    await a_pod(world, "main")

    ended = await kubectl(world, "logs", "web", "--tail=2", "--timestamps", "--since=1h")

    assert ended.stdout == f"{TIME} two\n{TIME} three\n", ended.stderr


async def test_what_is_followed_is_printed_to_its_end(world: World) -> None:
    await a_pod(world, "main")

    child = await begun(world, "logs", "-f", "web", "--tail=1")
    assert child.stdout is not None
    first = await child.stdout.readline()
    world.pods.say("web", "four")
    world.pods.succeed("web")
    rest, _ = await child.communicate()

    assert (first, rest) == (b"three\n", b"four\n")


async def test_all_containers_are_printed(world: World) -> None:
    await a_pod(world, "a", "b")
    world.pods.say("web", "I am b", container="b")

    ended = await kubectl(world, "logs", "web", "--all-containers", "--prefix")

    assert "[pod/web/a] one" in ended.stdout, ended.stderr
    assert "[pod/web/b] I am b" in ended.stdout


async def test_a_container_that_waits_is_told(world: World) -> None:
    await world.put_pod("web", "main")
    await world.tell("web")

    ended = await kubectl(world, "logs", "web")

    assert ended.code == 1
    assert 'container "main" in pod "web" is waiting to start: PodInitializing' in ended.stderr


async def test_the_log_of_a_build_is_printed_raw(world: World) -> None:
    build = await world.begin(phase="Complete")
    await world.keep(build.metadata.uid, "docker-build", "pushed")

    ended = await kubectl(world, "get", "--raw", f"{BELOW}/builds/app-1/log")

    assert ended.stdout == "pushed\n", ended.stderr


async def test_a_file_is_sent_raw(world: World, tmp_path: Path) -> None:
    image = {"kind": "DockerImage", "name": "example.com/ruby"}
    spec = {"source": {"binary": {}}, "strategy": {"sourceStrategy": {"from": image}}}
    await world.api.create(BUILD_CONFIGS, {"metadata": {"name": "app"}, "spec": spec})
    (tmp_path / "app.war").write_bytes(b"war")
    target = f"{BELOW}/buildconfigs/app/instantiatebinary?asFile=app.war"

    ended = await kubectl(world, "create", "--raw", target, "-f", str(tmp_path / "app.war"))

    assert msgspec.json.decode(ended.stdout)["metadata"]["name"] == "app-1", ended.stderr
    (upload,) = await world.uploads.list()
    assert (await world.uploads.path(upload.id)).read_bytes() == b"war"
