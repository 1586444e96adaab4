"""The server controls builds: killed it goes on where it was, and of two one controls at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from contract.journal import cluster
from e2e.server.process import Server
from e2e.server.waiting import until

PULLED = {"kind": "DockerImage", "name": "registry.example.com/ruby:1"}
LEASE = ("get", "lease", "slipcast-controllers", "--namespace", "kube-system", "--output", "json")


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Server, Server]]:
    """Two servers on one database, of which the first controls."""
    why = cluster.missing()
    if why:
        pytest.skip(why)
    with ExitStack() as stack:
        database = stack.enter_context(cluster.started("fsync = off", "full_page_writes = off"))
        environment = {"SLIPCAST_STORE": database.new_database()}
        one, other = (
            Server(state=tmp_path / name, log=tmp_path / f"{name}.log", environment=environment)
            for name in ("one", "other")
        )
        for server in (one, other):
            stack.callback(server.close)
        one.start()
        until(lambda: one.kubectl(*LEASE).code == 0)
        other.start()
        yield one, other


def ask(server: Server, name: str) -> None:
    """Ask for a build."""
    build = {
        "apiVersion": "build.openshift.io/v1",
        "kind": "Build",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {
            "strategy": {"sourceStrategy": {"from": PULLED}},
            "source": {"git": {"uri": "https://git.example.com/app.git"}},
        },
        "status": {"phase": "New"},
    }
    made = server.kubectl("create", "--filename", "-", stdin=json.dumps(build))
    assert made.code == 0, made.said


def pod_of(server: Server, name: str) -> dict[str, Any]:
    """The pod of a build; nothing, while there is none."""
    got = server.kubectl("get", "pods", f"{name}-build", "--output", "json")
    return dict(json.loads(got.stdout)) if got.code == 0 else {}


def holder(server: Server) -> str:
    """Who controls."""
    return str(json.loads(server.kubectl(*LEASE).stdout)["spec"].get("holderIdentity", ""))


def identity(server: Server) -> str:
    return (server.state / "server.id").read_text()


def test_a_server_that_was_killed_goes_on_with_builds_bl_113(tmp_path: Path) -> None:
    server = Server(state=tmp_path / "state", log=tmp_path / "log")
    try:
        server.start()
        ask(server, "before")
        before = until(lambda: pod_of(server, "before"))
        server.kill()
        server.start()
        ask(server, "after")

        assert until(lambda: pod_of(server, "after"))
        assert pod_of(server, "before")["metadata"]["uid"] == before["metadata"]["uid"]
    finally:
        server.close()


def test_when_the_one_that_controls_is_killed_the_other_does(pair: tuple[Server, Server]) -> None:
    one, other = pair
    ask(other, "before")
    until(lambda: pod_of(other, "before"))
    assert holder(other) == identity(one)

    one.kill()
    ask(other, "after")

    assert until(lambda: pod_of(other, "after"))
    assert holder(other) == identity(other)


def test_one_that_ends_in_order_is_not_waited_for(pair: tuple[Server, Server]) -> None:
    one, other = pair

    assert one.terminate() == 0
    assert holder(other) != identity(one)
    until(lambda: holder(other) == identity(other))

    ask(other, "after")
    assert until(lambda: pod_of(other, "after"))
