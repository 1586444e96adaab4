"""Streams over ASGI: clients that leave, servers that stop, sources that are sent along."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.adapters.uploads import DirectoryUploads
from slipcast.api import kinds
from slipcast.ports.api import Api, Resource
from slipcast.ports.identity import Credentials
from slipcast.server import exchange
from slipcast.server.app import Application
from slipcast.store.store import Running, Setup, Store
from slipcast.values.actor import MASTERS, Actor
from unit.store.conftest import StandingClock

pytestmark = pytest.mark.anyio

ADMIN = Actor(name="ada", groups=(MASTERS,))
BUILD = "/apis/build.openshift.io/v1/namespaces/p/builds/other-1"
CONFIG = "/apis/build.openshift.io/v1/namespaces/p/buildconfigs/app"
GONE = {"type": "http.disconnect"}


class Talk:
    """One request on its way, and what was answered so far."""

    def __init__(self, method: str, target: str, headers: Iterable[tuple[bytes, bytes]]) -> None:
        path, _, query = target.partition("?")
        self.scope: dict[str, Any] = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(b"host", b"server"), (b"authorization", b"Bearer x"), *headers],
            "client": ("127.0.0.1", 1),
        }
        self.told: list[Any] = []
        self.waits = asyncio.Event()
        self._heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def say(self, *messages: dict[str, Any]) -> None:
        """What the client sends."""
        for message in messages:
            self._heard.put_nowait(message)

    async def receive(self) -> Any:
        """The server wants to hear more."""
        if self._heard.empty():
            self.waits.set()
        return await self._heard.get()

    async def send(self, message: Any) -> None:
        """The server answers."""
        self.told.append(message)

    @property
    def status(self) -> int:
        """The status that was answered."""
        return int(self.told[0]["status"])

    @property
    def is_whole(self) -> bool:
        """Whether the answer came to its end."""
        return self.told[-1].get("more_body") is False or "more_body" not in self.told[-1]

    @property
    def body(self) -> bytes:
        """The body so far."""
        return b"".join(each.get("body", b"") for each in self.told[1:])


class Server:
    """The application over a store, and the administrator's own Api."""

    def __init__(self, uploads: DirectoryUploads) -> None:
        running = Running(uploads=uploads)
        self.uploads = uploads
        self.journal = MemoryJournal(pause=0.02)
        store = Store(self.journal, StandingClock(), Setup(running=running))
        self.api: Api = store.as_(ADMIN)
        self.application = Application(store, self)

    async def authenticate(self, credentials: Credentials) -> Actor | None:
        """Everybody who says anything is the administrator."""
        return None if credentials.is_empty else ADMIN

    async def ask(
        self,
        method: str,
        target: str,
        *messages: dict[str, Any],
        headers: Iterable[tuple[bytes, bytes]] = (),
    ) -> Talk:
        """A request to its end."""
        talk = Talk(method, target, headers)
        talk.say(*messages)
        await self.application(talk.scope, talk.receive, talk.send)
        return talk


def part(body: bytes, *, more: bool = True) -> dict[str, Any]:
    """A part of a body."""
    return {"type": "http.request", "body": body, "more_body": more}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    server = Server(DirectoryUploads(tmp_path / "uploads", StandingClock()))
    await server.api.create(Resource(kinds.require("", "Namespace")), {"metadata": {"name": "p"}})
    strategy = {
        "sourceStrategy": {"from": {"kind": "DockerImage", "name": "example.com/ruby"}},
    }
    for kind, name in (("BuildConfig", "app"), ("Build", "other-1")):
        spec = {"source": {"binary": {}}, "strategy": strategy}
        place = Resource(kinds.require(kinds.BUILD, kind), "p")
        await server.api.create(place, {"metadata": {"name": name}, "spec": spec})
    yield server
    await server.journal.close()


async def test_the_head_of_a_log_is_not_waited_for(server: Server) -> None:
    talk = await server.ask("HEAD", f"{BUILD}/log?follow=true", part(b"", more=False))

    assert (talk.status, talk.body, talk.is_whole) == (200, b"", True)
    assert (b"content-type", b"text/plain; charset=utf-8") in talk.told[0]["headers"]


@pytest.mark.parametrize("query", ["", "?follow=true"])
async def test_who_leaves_while_a_build_has_not_started_leaves_no_task(
    server: Server, query: str
) -> None:
    before = asyncio.all_tasks()
    talk = Talk("GET", f"{BUILD}/log{query}", ())
    talk.say(part(b"", more=False))

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.application(talk.scope, talk.receive, talk.send))
        await talk.waits.wait()
        talk.say(GONE)

    assert asyncio.all_tasks() == before


async def test_a_server_that_stops_ends_what_is_followed(server: Server) -> None:
    talk = Talk("GET", f"{BUILD}/log?follow=true", ())
    talk.say(part(b"", more=False))

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.application(talk.scope, talk.receive, talk.send))
        await talk.waits.wait()
        server.application.drain()

    assert (talk.status, talk.body, talk.is_whole) == (200, b"", True)


async def test_what_is_refused_is_not_read(server: Server) -> None:
    target = CONFIG.replace("app", "nope")

    talk = await server.ask("POST", f"{target}/instantiatebinary")

    assert (talk.status, talk.waits.is_set()) == (404, False)


async def test_a_name_that_leads_elsewhere_is_refused_before_the_body(server: Server) -> None:
    talk = await server.ask("POST", f"{CONFIG}/instantiatebinary?asFile=a/b")

    assert (talk.status, talk.waits.is_set()) == (422, False)


async def test_what_is_packed_stays_packed(server: Server) -> None:
    packed = (b"content-encoding", b"gzip")

    body = (part(b"\x1f\x8b"), part(b"", more=False))
    talk = await server.ask("POST", f"{CONFIG}/instantiatebinary", *body, headers=[packed])

    (upload,) = await server.uploads.list()
    assert talk.status == 201
    assert (await server.uploads.path(upload.id)).read_bytes() == b"\x1f\x8b"


async def test_the_legacy_paths_are_answered_in_their_words(server: Server) -> None:
    path = "/oapi/v1/namespaces/p/buildconfigs/app/instantiatebinary"

    talk = await server.ask("POST", path, part(b"x", more=False))

    build = msgspec.json.decode(talk.body)
    assert (talk.status, build["kind"], build["apiVersion"]) == (201, "Build", "v1")


async def test_who_leaves_in_the_middle_leaves_nothing(server: Server) -> None:
    await server.ask("POST", f"{CONFIG}/instantiatebinary", part(b"half"), GONE)

    assert await server.uploads.list() == ()


async def test_who_stops_in_the_middle_is_not_waited_for_for_ever(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "SLOWEST_PIECE", 0)

    talk = await server.ask("POST", f"{CONFIG}/instantiatebinary")

    assert (talk.status, await server.uploads.list()) == (408, ())


async def test_a_server_that_stops_takes_what_is_being_sent(server: Server) -> None:
    talk = Talk("POST", f"{CONFIG}/instantiatebinary", ())

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.application(talk.scope, talk.receive, talk.send))
        await talk.waits.wait()
        server.application.drain()
        talk.say(part(b"x", more=False))

    assert talk.status == 201


async def test_a_server_that_stops_takes_no_other_source(server: Server) -> None:
    server.application.drain()

    talk = await server.ask("POST", f"{CONFIG}/instantiatebinary", part(b"x", more=False))

    assert talk.status == 503


@pytest.mark.parametrize(
    ("method", "target"),
    [("POST", f"{BUILD}/log"), ("GET", f"{CONFIG}/instantiatebinary"), ("DELETE", f"{BUILD}/log")],
)
async def test_methods_that_mean_nothing_there_are_not_allowed(
    server: Server, method: str, target: str
) -> None:
    assert (await server.ask(method, target)).status == 405


async def test_a_long_request_goes_before_what_is_sent(server: Server) -> None:
    request = json.dumps({"env": [{"name": "A", "value": "x" * 100_000}]}).encode()
    path = f"{CONFIG}/instantiatebinary?requestLength={len(request)}"

    talk = await server.ask(
        "POST", path, part(request[:10]), part(request[10:] + b"source"), part(b"", more=False)
    )

    (upload,) = await server.uploads.list()
    assert talk.status == 201
    assert (await server.uploads.path(upload.id)).read_bytes() == b"source"
    strategy = msgspec.json.decode(talk.body)["spec"]["strategy"]
    assert [len(each["value"]) for each in strategy["sourceStrategy"]["env"]] == [100_000]


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("requestLength=x", "is no number of bytes"),
        ("requestLength=9999999", "the request may have"),
        ("requestLength=99", "the body ended within the request"),
        ("requestLength=2&request={}", "exclude each other"),
        ("requestLength=2", "request is not valid JSON"),
    ],
)
async def test_a_request_that_is_none_is_refused_with_nothing_kept(
    server: Server, query: str, complaint: str
) -> None:
    talk = await server.ask("POST", f"{CONFIG}/instantiatebinary?{query}", part(b"??", more=False))

    assert talk.status == 400
    assert complaint in talk.body.decode()
    assert await server.uploads.list() == ()
