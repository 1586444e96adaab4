"""Each way to run pods in turn."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from contract.pods.hosts import Host
from slipcast.adapters.pods.process import ProcessPods
from slipcast.adapters.pods.process.nursery import Nursery
from slipcast.ports.pods import Pods
from slipcast.testing.pods import FakePods, runs, runs_and_succeeds


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=["process"])
async def host(request: pytest.FixtureRequest) -> AsyncIterator[Host]:
    """A host that runs pods, none of which is left behind."""
    chosen: Host = request.getfixturevalue(f"{request.param}_host")
    yield chosen
    await chosen.clear()


@pytest.fixture(params=["process", "fake"])
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
