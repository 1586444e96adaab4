"""Kill -9 under write load: what was acknowledged is there, and everything goes on where it was.

SLIPCAST_KILLS says how often; the nightly form says a hundred.
"""

from __future__ import annotations

import json
import logging
import os
import random
import shutil
import subprocess
import time

import anyio
import httpx
import pytest

from e2e.server.conftest import New
from e2e.server.load import (
    AGAIN,
    MAPS,
    NAMESPACE,
    Acknowledged,
    Watcher,
    Writer,
    listed,
    write_until_it_ends,
    wrong,
)
from e2e.server.process import Server
from e2e.server.waiting import until

pytestmark = pytest.mark.anyio
log = logging.getLogger(__name__)

KILLS = int(os.environ.get("SLIPCAST_KILLS", "3"))
WRITERS = 6
LONGEST = 1.5
"""Seconds of load before a kill."""
FILES = {
    "admin.kubeconfig",
    "journal.db",
    "journal.db-shm",
    "journal.db-wal",
    "journal.db.lock",
    "logs",
    "pki",
    "pods",
    "registry",
    "registry.addresses",
    "server.id",
    "server.lock",
    "uploads",
}
PAIRS = (
    *("admin.crt", "admin.key", "ca.crt", "ca.key"),
    *("passes.key", "sa.key", "server.crt", "server.key"),
)


def a_namespace(server: Server, name: str) -> None:
    with server.client() as client:
        client.post("/api/v1/namespaces", json={"metadata": {"name": name}}).raise_for_status()


async def killed_under_load(
    server: Server, known: Acknowledged, writers: list[Writer], watcher: Watcher
) -> None:
    """Write and watch until the server is killed at a random moment after some writes."""
    context, enough = server.context(), len(known.revisions) + len(writers)

    async def watch() -> None:
        async with server.clients(context) as client:
            try:
                await watcher.follow(client)
            except httpx.TransportError as error:
                watcher.broken.append(type(error).__name__)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(write_until_it_ends, server, context, writers)
        tasks.start_soon(watch)
        while len(known.revisions) <= enough:  # noqa: ASYNC110 -- looked at, as others do
            await anyio.sleep(AGAIN)
        await anyio.sleep(random.uniform(0.05, LONGEST))  # noqa: S311  no secret
        await anyio.to_thread.run_sync(server.kill)


async def seen_afterwards(server: Server, watcher: Watcher, upto: int) -> None:
    """Have a watcher see everything up to a revision."""
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(watcher.follow_on, server, server.context())
        await watcher.caught_up(upto)
        tasks.cancel_scope.cancel()


async def test_kills_under_write_load_lose_repeat_and_reorder_nothing(new: New) -> None:
    began = time.monotonic()
    server = new().start()
    starts = [time.monotonic() - began]
    a_namespace(server, NAMESPACE)
    known = Acknowledged()
    writers = [Writer(number, known) for number in range(WRITERS)]
    with server.client() as client:
        first = int(client.get(MAPS).json()["metadata"]["resourceVersion"])
    watcher, again = Watcher(first), Watcher(first)

    for _ in range(KILLS):
        await killed_under_load(server, known, writers, watcher)
        began = time.monotonic()
        server.start()
        starts.append(time.monotonic() - began)

        with server.client() as client:
            found = listed(client)
        assert list(wrong(known, found)) == []
        until(lambda: {path.name for path in server.state.iterdir()} == FILES)

    log.info("writes: %d; seconds of each start: %s", len(known.revisions), starts)
    with server.client() as client:
        last = client.post(MAPS, json={"metadata": {"name": "last"}}).json()
    end = int(last["metadata"]["resourceVersion"])
    await seen_afterwards(server, watcher, end)
    await seen_afterwards(server, again, end)
    assert watcher.events == again.events
    assert watcher.revisions == sorted(set(watcher.revisions))
    assert set(known.revisions) <= set(watcher.revisions)
    assert len(set(known.revisions)) == len(known.revisions)
    assert len(set(known.names)) == len(known.names)
    assert known.gone <= {name for type_, name, _ in watcher.events if type_ == "DELETED"}
    assert len(known.revisions) > KILLS * WRITERS


def maps(client: httpx.Client, namespace: str, names: list[str], **metadata: object) -> list[str]:
    """The uids of new ConfigMaps."""
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    answers = [client.post(path, json={"metadata": {"name": n, **metadata}}) for n in names]
    return [answer.raise_for_status().json()["metadata"]["uid"] for answer in answers]


def owned_by(name: str, uid: str) -> dict[str, object]:
    owner = {"apiVersion": "v1", "kind": "ConfigMap", "name": name, "uid": uid}
    return {"ownerReferences": [{**owner, "blockOwnerDeletion": True}]}


def test_a_namespace_that_was_going_is_gone_after_a_kill(server: Server) -> None:
    a_namespace(server, "going")
    with server.client() as client:
        maps(client, "going", [f"m{number}" for number in range(60)])
        gone = client.delete("/api/v1/namespaces/going")

    server.kill()
    server.start()

    assert gone.status_code == 200
    with server.client() as client:
        until(lambda: client.get("/api/v1/namespaces/going").status_code == 404)
        assert listed(client, "/api/v1/namespaces/going/configmaps") == {}


@pytest.mark.parametrize("propagation", ["Background", "Foreground"])
def test_what_an_owner_owned_goes_after_a_kill(server: Server, propagation: str) -> None:
    path = "/api/v1/namespaces/default/configmaps"
    with server.client() as client:
        [uid] = maps(client, "default", ["owner"])
        maps(client, "default", [f"m{n}" for n in range(40)], **owned_by("owner", uid))
        client.delete(f"{path}/owner", params={"propagationPolicy": propagation})

    server.kill()
    server.start()

    with server.client() as client:
        until(lambda: not {n for n in listed(client, path) if n.startswith(("m", "owner"))})


def test_certificates_and_kubeconfig_stay_valid_across_a_kill(server: Server) -> None:
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not installed")
    before = {name: (server.state / "pki" / name).read_bytes() for name in PAIRS}
    way = server.kubeconfig.read_text()

    server.kill()
    server.start()

    assert {p.name: p.read_bytes() for p in (server.state / "pki").iterdir()} == before
    assert server.kubeconfig.read_text() == way
    assert server.kubectl("get", "namespace", "default", "-o", "name").stdout == (
        "namespace/default\n"
    )


def test_a_token_of_a_service_account_is_good_after_a_kill(server: Server) -> None:
    path = "/api/v1/namespaces/default/serviceaccounts/default/token"
    with server.client() as client:
        token = client.post(path, json={"spec": {}}).json()["status"]["token"]

    server.kill()
    server.start()

    with server.client() as client:
        review = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview"}
        asked = client.post(
            "/apis/authentication.k8s.io/v1/tokenreviews",
            json={**review, "spec": {"token": token}},
        )
    assert asked.json()["status"]["authenticated"] is True


def killed_while_starting(server: Server, seconds: float) -> None:
    """Start it, and kill it after a while, if it is not up before."""
    process = server.begin()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        server.kill()
    else:
        server.close()


def test_a_first_start_that_was_killed_at_any_moment_leaves_a_place_to_start_in(new: New) -> None:
    server = new()

    for _ in range(KILLS):
        killed_while_starting(server, random.uniform(0.3, 2.5))  # noqa: S311  no secret

    server.start()
    until(lambda: {path.name for path in server.state.iterdir()} == FILES)
    assert {path.name for path in (server.state / "pki").iterdir()} == set(PAIRS)
    with server.client() as client:
        assert client.get("/api/v1/namespaces/default").status_code == 200


def test_after_a_kill_nobody_is_said_to_run(server: Server) -> None:
    server.kill()

    assert server.run("--status").code == 3
    assert json.loads(server.run("--status").stdout)["running"] is False
    assert server.run("--stop").code == 0
