"""Two servers on one PostgreSQL that run builds: each runs what was sent to it, both tell all."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from contract.journal import cluster
from e2e.server.process import Server
from e2e.server.waiting import until

CONFIGS = "/apis/build.openshift.io/v1/namespaces/default/buildconfigs"
BUILDS = "/apis/build.openshift.io/v1/namespaces/default/builds"
PODS = "/api/v1/namespaces/default/pods"
OVER = {"Complete", "Failed", "Error"}
BUILDER = 'echo "got $(cat) on {name}"; while [ ! -e {gate} ]; do sleep 0.05; done; echo done\n'

Pair = tuple[httpx.Client, httpx.Client]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where both servers have their files; builds wait for the file `gate` in it."""
    return tmp_path_factory.mktemp("peers")


@pytest.fixture(scope="module")
def servers(place: Path) -> Iterator[dict[str, Server]]:
    """Two servers; their builders say who they are and what they were sent."""
    why = cluster.missing()
    if why:
        pytest.skip(why)
    with cluster.started("fsync = off", "full_page_writes = off") as database, ExitStack() as stack:
        store, started = database.new_database(), {}
        for name in ("one", "other"):
            own = place / name
            own.mkdir()
            script = own / "builder"
            script.write_text(BUILDER.format(name=name, gate=place / "gate"))
            environment = {
                "SLIPCAST_STORE": store,
                "SLIPCAST_BUILDER_PROGRAM": shlex.join(["sh", str(script)]),
                "SLIPCAST_BUILDS_AT_ONCE": "4",
            }
            server = Server(state=own / "state", log=own / "log", environment=environment)
            stack.callback(server.close)
            started[name] = server.start()
        yield started


@pytest.fixture
def pair(servers: dict[str, Server]) -> Iterator[Pair]:
    """Clients of both."""
    with ExitStack() as stack:
        one, other = (stack.enter_context(each.client()) for each in servers.values())
        yield one, other


def a_config(client: httpx.Client, name: str) -> None:
    image = {"kind": "DockerImage", "name": "registry.example/builder:1"}
    spec = {
        "runPolicy": "Parallel",
        "source": {"type": "Binary", "binary": {}},
        "strategy": {"sourceStrategy": {"from": image}},
    }
    client.post(CONFIGS, json={"metadata": {"name": name}, "spec": spec}).raise_for_status()


def sent(client: httpx.Client, config: str, text: str) -> str:
    path = f"{CONFIGS}/{config}/instantiatebinary"
    answer = client.post(path, params={"asFile": "x"}, content=text.encode()).raise_for_status()
    name: str = answer.json()["metadata"]["name"]
    return name


def is_over(client: httpx.Client, build: str) -> bool:
    return client.get(f"{BUILDS}/{build}").json()["status"]["phase"] in OVER


def test_what_was_sent_to_a_server_is_built_there_and_told_by_both(pair: Pair, place: Path) -> None:
    (place / "gate").touch()
    one, _ = pair
    a_config(one, "sent")

    names = [sent(client, "sent", f"source {n}") for n, client in enumerate(pair * 2)]

    until(lambda: all(is_over(one, name) for name in names), patience=60)
    told = [[client.get(f"{BUILDS}/{name}/log").text for client in pair] for name in names]
    assert told == [
        [f"got source {n} on {name}\ndone\n"] * 2 for n, name in enumerate(["one", "other"] * 2)
    ]


def test_a_log_is_followed_on_the_other_server_while_it_is_written(pair: Pair, place: Path) -> None:
    (place / "gate").unlink(missing_ok=True)
    one, other = pair
    a_config(one, "followed")
    name = sent(one, "followed", "source")
    until(lambda: other.get(f"{BUILDS}/{name}").json()["status"]["phase"] == "Running")

    with other.stream("GET", f"{BUILDS}/{name}/log", params={"follow": "true"}) as answer:
        lines = answer.iter_lines()
        first = next(lines)
        (place / "gate").touch()
        rest = list(lines)

    assert (first, rest) == ("got source on one", ["done"])
    assert "on one" in other.get(f"{PODS}/{name}-build/log").text


def test_nobody_but_a_server_of_the_database_is_answered(pair: Pair) -> None:
    one, _ = pair

    answer = one.get("/peers/v1/records", params={"key": "x", "container": "y"})

    assert answer.status_code == 403
