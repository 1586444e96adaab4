"""A container's own network reaches outward, is reached by nobody, and disturbs nothing."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from slipcast.adapters import argv
from slipcast.adapters.runc import network

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(not network.possible(), reason="needs root and slirp4netns"),
]


@pytest.fixture
def shared_namespace() -> Iterator[str]:
    """A network namespace mounted where podman keeps its own, seen by the whole host."""
    name = f"slipcast-test-{os.getpid()}"
    argv.check(["ip", "netns", "add", name])
    yield name
    argv.run(["ip", "netns", "del", name])


def inside(path: str, *words: str) -> argv.Ran:
    """Run a program in a network namespace."""
    return argv.run(["nsenter", f"--net={path}", *words], timeout=60)


def test_it_has_a_way_out() -> None:
    with network.outward() as path:
        routes = inside(path, "cat", "/proc/net/route").text

    assert "tap0\t00000000" in routes


def test_the_hosts_loopback_is_out_of_reach() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, network.outward() as path:
        port = server.getsockname()[1]
        connect = f"import socket; socket.create_connection(('10.0.2.2', {port}), 3)"
        ran = inside(path, "python3", "-c", connect)

    assert ran.code != 0


def test_nothing_of_it_is_left() -> None:
    before = open_files()

    with network.outward() as path:
        held = Path(path)

    assert not held.exists()
    assert open_files() <= before


def test_namespaces_of_others_stay_mounted(shared_namespace: str) -> None:
    with network.outward():
        pass

    mounted = Path("/proc/self/mountinfo").read_text()
    assert f"/run/netns/{shared_namespace} " in mounted


def open_files() -> set[str]:
    """The descriptors of this process."""
    return {path.name for path in Path("/proc/self/fd").iterdir()}
