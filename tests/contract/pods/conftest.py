"""Each way to run pods in turn."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

import containers
from contract.pods.hosts import Host
from slipcast.adapters.pods.podman import Podman, PodmanPods
from slipcast.adapters.pods.process import ProcessPods
from slipcast.adapters.pods.process.nursery import Nursery
from slipcast.ports.engine import BuildSpec
from slipcast.ports.pods import Pods
from slipcast.testing.pods import FakePods, runs, runs_and_succeeds

SHELL = "docker.io/example/main:latest"
"""The image `example/main` of the tests' containers."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


ADAPTERS = ["process", pytest.param("podman", marks=pytest.mark.engine)]


@pytest.fixture(params=ADAPTERS)
async def host(request: pytest.FixtureRequest) -> AsyncIterator[Host]:
    """A host that runs pods, none of which is left behind."""
    chosen: Host = request.getfixturevalue(f"{request.param}_host")
    yield chosen
    await chosen.clear()


@pytest.fixture(params=[*ADAPTERS, "fake"])
async def any_host(request: pytest.FixtureRequest) -> AsyncIterator[Host]:
    """The same, and the double, which knows two programs."""
    chosen: Host = request.getfixturevalue(f"{request.param}_host")
    yield chosen
    await chosen.clear()


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Where all supervisors come from."""
    nursery = Nursery({})
    yield nursery
    nursery.close()


@pytest.fixture
def process_host(tmp_path: Path, nursery: Nursery) -> Host:
    """Pods as processes; the role that a container names is taken as what a shell is to do."""
    directory = tmp_path / "pods"

    def again() -> Pods:
        return ProcessPods(directory, ("/bin/sh", "-c"), nursery=nursery)

    return Host(again(), again, as_role, directory)


@pytest.fixture(scope="session")
def shell_image() -> str:
    """The image that tests name, whose builder is a shell."""
    why = containers.missing()
    if why:
        pytest.skip(why)
    base = containers.base_image()
    with containers.locked("shell"):
        engine = containers.buildah_engine()
        if engine.inspect(SHELL) is None:
            context = containers.STATE / "shell"
            context.mkdir(parents=True, exist_ok=True)
            (context / "slipcast-builder").write_text('#!/bin/sh\nexec /bin/sh -c "$1"\n')
            recipe = f"FROM {base}\nCOPY --chmod=755 slipcast-builder /usr/bin/\n"
            (context / "Dockerfile").write_text(recipe)
            engine.build(BuildSpec(context=context, tag=SHELL, network="none"))
    return SHELL


@pytest.fixture(scope="session")
def podman() -> Podman:
    """Podman on the storage of all tests."""
    conf = containers.engine_env()["CONTAINERS_CONF"]
    words = ("podman", *containers.engine_flags())
    return Podman(words=words, env={"CONTAINERS_CONF": conf}, network="none")


@pytest.fixture
def podman_host(tmp_path: Path, nursery: Nursery, shell_image: str, podman: Podman) -> Host:
    """Pods as containers; the role that a container names is what a shell is to do."""
    assert shell_image
    directory = tmp_path / "pods"

    def again() -> Pods:
        return PodmanPods(directory, podman, nursery=nursery)

    return Host(again(), again, as_role, directory)


@pytest.fixture
def fake_host(tmp_path: Path) -> Host:
    """Pods in memory, whose programs end well or go on."""
    pods = FakePods(behaves=behave)
    return Host(pods, lambda: pods, as_role, tmp_path)


def as_role(code: str) -> tuple[str, ...]:
    """The command of a builder whose role is what is to be done."""
    return ("slipcast-builder", code)


def behave(pods: FakePods, uid: str) -> None:
    """Do what the programs of the tests do, as seen from outside."""
    code = pods.pods[uid].pod.spec.containers[0].command[-1]
    known = {"exit 0": runs_and_succeeds, "sleep 1000": runs}
    known[code](pods, uid)
