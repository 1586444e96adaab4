"""Each way to run pods in turn."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from contract.pods.hosts import Host
from slipcast.adapters.pods.process import ProcessPods


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=["process"])
async def host(request: pytest.FixtureRequest) -> AsyncIterator[Host]:
    """A host that runs pods, none of which is left behind."""
    chosen: Host = request.getfixturevalue(f"{request.param}_host")
    yield chosen
    await chosen.clear()


@pytest.fixture
def process_host(tmp_path: Path) -> Iterator[Host]:
    """Pods as processes; the role that a container names is taken as what a shell is to do."""
    directory = tmp_path / "pods"

    def again() -> ProcessPods:
        made.append(ProcessPods(directory, ("/bin/sh", "-c")))
        return made[-1]

    made: list[ProcessPods] = []
    host = Host(again(), again, lambda code: ("slipcast-builder", code), directory)
    yield host
    for pods in made:
        pods.close()
