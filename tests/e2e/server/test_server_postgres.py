"""The server over PostgreSQL: alone, two on one database, and while the database is away."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import anyio
import httpx
import pytest

from contract.journal import cluster
from e2e.server.conftest import New
from e2e.server.load import (
    MAPS,
    NAMESPACE,
    Acknowledged,
    Watcher,
    Writer,
    listed,
    writing,
    wrong,
)
from e2e.server.process import Server
from e2e.server.waiting import soon, until

pytestmark = pytest.mark.anyio

PASSWORD = "correct-horse-battery"
HERE = "/api/v1/namespaces/default/configmaps"
RBAC = "/apis/rbac.authorization.k8s.io/v1/namespaces/default"
MERGE = {"content-type": "application/merge-patch+json"}
ALICE = {"impersonate-user": "alice"}


def secretive(url: str) -> str:
    """The URL of a database, with a password in it."""
    return url.replace("slipcast@", f"slipcast:{PASSWORD}@")


@pytest.fixture(scope="module")
def postgres() -> Iterator[cluster.Cluster]:
    """A PostgreSQL in a hurry."""
    why = cluster.missing()
    if why:
        pytest.skip(why)
    with cluster.started("fsync = off", "full_page_writes = off") as database:
        yield database


@pytest.fixture
def own_postgres() -> Iterator[cluster.Cluster]:
    """A PostgreSQL that a test may stop, as careful as its defaults are."""
    why = cluster.missing()
    if why:
        pytest.skip(why)
    with cluster.started() as database:
        yield database


@pytest.fixture(scope="module")
def pair(
    postgres: cluster.Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, Server]]:
    """Two servers on one database."""
    place = tmp_path_factory.mktemp("pair")
    environment = {"SLIPCAST_STORE": secretive(postgres.new_database())}
    with ExitStack() as stack:
        one, other = (
            Server(state=place / name, log=place / f"{name}.log", environment=environment)
            for name in ("one", "other")
        )
        for server in (one, other):
            stack.callback(server.close)
            server.start()
        yield one, other


@pytest.fixture
def clients(pair: tuple[Server, Server]) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    """Clients of two servers on one database."""
    with ExitStack() as stack:
        one, other = (stack.enter_context(server.client()) for server in pair)
        yield one, other


def a_map(name: str, text: str) -> str:
    head = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}
    return json.dumps({**head, "data": {"text": text}})


def test_kubectl_works_over_postgresql_and_nobody_is_shown_its_password(
    postgres: cluster.Cluster, new: New
) -> None:
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not installed")
    url = secretive(postgres.new_database())
    server = new(environment={"SLIPCAST_STORE": url}).start()

    made = server.kubectl("create", "-f", "-", stdin=a_map("m", "one"))
    applied = server.kubectl("apply", "--server-side", "-f", "-", stdin=a_map("n", "two"))
    waited = server.kubectl("wait", "--for=create", "configmap/n", "--timeout=100s")
    patched = server.kubectl("patch", "configmap/m", "-p", '{"data":{"text":"three"}}')
    read = server.kubectl("get", "configmap", "m", "n", "-o", "jsonpath={.items[*].data.text}")
    deleted = server.kubectl("delete", "configmap", "m", "n", "--wait=true")

    for ran in (made, applied, waited, patched, deleted):
        assert ran.code == 0, ran.said
    assert read.stdout == "three two"
    assert PASSWORD not in Path(f"/proc/{server.said['pid']}/cmdline").read_text()
    assert PASSWORD not in json.dumps(server.said) + server.run("--status").said
    server.terminate()
    assert PASSWORD not in server.logged


def test_a_server_in_the_background_is_given_its_password_where_nobody_looks(
    postgres: cluster.Cluster, new: New
) -> None:
    server = new()
    url = secretive(postgres.new_database())

    started = server.run("--background", "--listen", "127.0.0.1:0", "--store", url)

    try:
        process = Path("/proc", str(json.loads(started.stdout)["pid"]))
        assert PASSWORD not in (process / "cmdline").read_text()
        assert process.stat().st_uid == server.state.stat().st_uid
    finally:
        stopped = server.run("--stop")
    assert PASSWORD not in started.said + stopped.said
    assert PASSWORD not in (server.state / "server.log").read_text()


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://somebody:{PASSWORD}@127.0.0.1:1/none",
        f"postgresql://somebody:{PASSWORD}%zz@127.0.0.1:1/none",
        f"postgresql://somebody:x@{PASSWORD}@127.0.0.1:1/none",
        f"postgres:somebody:{PASSWORD}@127.0.0.1/none",
        f"mysql://somebody:x@{PASSWORD}@127.0.0.1/none",
    ],
)
def test_a_store_that_cannot_be_used_is_told_without_its_password(new: New, url: str) -> None:
    server = new(environment={"SLIPCAST_STORE": url})

    ended = server.run("--listen", "127.0.0.1:0")

    assert ended.code in {1, 2}
    assert PASSWORD not in ended.said
    assert "internal error" not in ended.said
    assert ended.stderr.strip()


async def test_what_one_server_writes_watchers_of_the_other_see(
    pair: tuple[Server, Server],
) -> None:
    one, other = pair
    with one.client() as client:
        made = client.post("/api/v1/namespaces", json={"metadata": {"name": NAMESPACE}})
        first = int(client.get(MAPS).raise_for_status().json()["metadata"]["resourceVersion"])
    assert made.status_code == 201
    known = Acknowledged()
    here, there = Watcher(first), Watcher(first)

    async with anyio.create_task_group() as tasks:
        for server, watcher in ((one, here), (other, there)):
            tasks.start_soon(watcher.follow_on, server, server.context())
        async with (
            writing(one, one.context(), [Writer(n, known, "one") for n in range(3)]),
            writing(other, other.context(), [Writer(n, known, "other") for n in range(3)]),
        ):
            await soon(lambda: _at_least(known, 150))
        with other.client() as client:
            last = client.post(MAPS, json={"metadata": {"name": "last"}}).json()
        for watcher in (here, there):
            await watcher.caught_up(int(last["metadata"]["resourceVersion"]))
        tasks.cancel_scope.cancel()

    assert here.events == there.events
    assert here.revisions == sorted(set(here.revisions))
    assert set(known.revisions) <= set(there.revisions)
    assert len(set(known.revisions)) == len(known.revisions)
    assert here.broken == there.broken == []


async def _at_least(known: Acknowledged, number: int) -> bool:
    return len(known.revisions) >= number


def test_of_two_servers_one_changes_what_both_have_read(
    clients: tuple[httpx.Client, httpx.Client],
) -> None:
    one, other = clients
    one.post(HERE, json={"metadata": {"name": "shared"}})
    read = [client.get(f"{HERE}/shared").json() for client in clients]

    answers = [
        client.put(f"{HERE}/shared", json={**document, "data": {"by": str(number)}})
        for number, (client, document) in enumerate(zip(clients, read, strict=True))
    ]

    assert [answer.status_code for answer in answers] == [200, 409]
    assert other.get(f"{HERE}/shared").json()["data"] == {"by": "0"}
    assert other.post(HERE, json={"metadata": {"name": "shared"}}).status_code == 409


def test_a_role_that_one_server_gives_or_takes_is_in_force_on_the_other(
    clients: tuple[httpx.Client, httpx.Client],
) -> None:
    one, other = clients
    view = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}
    subject = {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "alice"}
    binding = {"metadata": {"name": "a"}, "roleRef": view, "subjects": [subject]}

    def seen(code: int) -> Callable[[], bool]:
        return lambda: other.get(HERE, headers=ALICE).status_code == code

    assert seen(403)()
    assert one.post(f"{RBAC}/rolebindings", json=binding).status_code == 201
    until(seen(200))
    assert one.delete(f"{RBAC}/rolebindings/a").status_code == 200
    until(seen(403))


def test_a_namespace_made_by_one_of_two_servers_is_furnished_once(
    clients: tuple[httpx.Client, httpx.Client],
) -> None:
    one, other = clients
    names = [f"space-{number}" for number in range(5)]

    for client, name in zip(clients * 3, names, strict=False):
        client.post("/api/v1/namespaces", json={"metadata": {"name": name}})

    for name in names:
        accounts = other.get(f"/api/v1/namespaces/{name}/serviceaccounts").json()["items"]
        assert [len(each["secrets"]) for each in accounts] == [2, 2, 2]
        assert len(listed(one, f"/api/v1/namespaces/{name}/secrets")) == 6


def test_a_namespace_deleted_on_one_of_two_servers_is_gone_on_both(
    clients: tuple[httpx.Client, httpx.Client],
) -> None:
    one, other = clients
    one.post("/api/v1/namespaces", json={"metadata": {"name": "going"}})
    for number in range(10):
        path = "/api/v1/namespaces/going/configmaps"
        other.post(path, json={"metadata": {"name": f"m{number}"}})

    one.delete("/api/v1/namespaces/going")

    until(lambda: other.get("/api/v1/namespaces/going").status_code == 404)
    assert listed(one, "/api/v1/namespaces/going/configmaps") == {}


async def test_a_database_that_is_restarted_under_load_holds_up_nobody_for_good(
    own_postgres: cluster.Cluster, new: New
) -> None:
    server = new(environment={"SLIPCAST_STORE": secretive(own_postgres.new_database())}).start()
    with server.client() as client:
        client.post("/api/v1/namespaces", json={"metadata": {"name": NAMESPACE}})
        first = int(client.get(MAPS).json()["metadata"]["resourceVersion"])
    known = Acknowledged()
    writers = [Writer(number, known) for number in range(4)]
    watcher, again = Watcher(first), Watcher(first)
    context = server.context()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(watcher.follow_on, server, context)
        async with writing(server, context, writers):
            await soon(lambda: _at_least(known, 40))
            await anyio.to_thread.run_sync(own_postgres.stop)
            await soon(lambda: _refused(known, 8))
            async with server.clients(context) as reader:
                read = await reader.get(MAPS)
            await anyio.to_thread.run_sync(own_postgres.start)
            before = len(known.revisions)
            await soon(lambda: _at_least(known, before + 40))
        with server.client() as client:
            found = listed(client)
            last = client.post(MAPS, json={"metadata": {"name": "last"}}).json()
        tasks.start_soon(again.follow_on, server, context)
        for each in (watcher, again):
            await each.caught_up(int(last["metadata"]["resourceVersion"]))
        tasks.cancel_scope.cancel()

    assert {answer.status_code for answer in known.refused} == {503}
    assert (read.status_code, read.json()["reason"]) == (503, "ServiceUnavailable")
    assert read.headers["retry-after"]
    assert list(wrong(known, found)) == []
    assert watcher.events == again.events
    assert watcher.revisions == sorted(set(watcher.revisions))
    assert set(known.revisions) <= set(watcher.revisions)
    assert watcher.broken == []
    assert server.terminate() == 0
    assert PASSWORD not in server.logged
    assert "request.broke" not in server.logged


async def _refused(known: Acknowledged, number: int) -> bool:
    return len(known.refused) >= number


def test_a_server_ends_while_its_database_is_away(own_postgres: cluster.Cluster, new: New) -> None:
    server = new(environment={"SLIPCAST_STORE": own_postgres.new_database()}).start()
    own_postgres.stop()
    with server.client() as client:
        assert client.post(HERE, json={"metadata": {"name": "m"}}).status_code == 503

    assert server.terminate() == 0
    ended = server.run("--listen", "127.0.0.1:0")
    assert ended.code == 1
    assert "the database does not answer" in ended.stderr
