"""An Api of each implementation in turn, with one namespace to work in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from slipcast.adapters.connections import Limits
from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.adapters.listening import Server, bind
from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.api.kubeconfig import Access
from slipcast.client.http import HttpApi
from slipcast.ports.api import Api, Resource
from slipcast.ports.identity import Credentials
from slipcast.server.app import Application
from slipcast.store.store import Setup, Store
from slipcast.store.watching import Pace
from slipcast.values.actor import MASTERS, Actor

NAMESPACES = Resource(kinds.require("", "Namespace"))
CONFIG_MAPS = Resource(kinds.require("", "ConfigMap"), "p")
SECRETS = Resource(kinds.require("", "Secret"), "p")
PODS = Resource(kinds.require("", "Pod"), "p")
DEPLOYMENTS = Resource(kinds.require("apps", "Deployment"), "p")
BUILDS = Resource(kinds.require("build.openshift.io", "Build"), "p")
BUILD_CONFIGS = Resource(kinds.require("build.openshift.io", "BuildConfig"), "p")
STREAMS = Resource(kinds.require("image.openshift.io", "ImageStream"), "p")

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ADMIN = Actor(name="ada", groups=(MASTERS,))

Put = Callable[..., Awaitable[JSON]]


class StandingClock:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.moment = NOON

    def now(self) -> datetime:
        return self.moment

    async def until(self, moment: datetime) -> None:
        self.moment = max(self.moment, moment)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Ada:
    """Takes everybody for the administrator."""

    async def authenticate(self, credentials: Credentials) -> Actor | None:
        return None if credentials.is_empty else ADMIN


@pytest.fixture(params=["store", "client"])
async def api(request: pytest.FixtureRequest) -> AsyncIterator[Api]:
    """Each implementation in turn: the store, and the client of a server over it."""
    journal = MemoryJournal(pause=0.02)
    store = Store(journal, StandingClock(), Setup(pace=Pace(bookmarks=0.02, longest=600)))
    await store.as_(ADMIN).create(NAMESPACES, {"metadata": {"name": "p"}})
    if request.param == "store":
        yield store.as_(ADMIN)
    else:
        async with served(store) as client:
            yield client
    await journal.close()


@asynccontextmanager
async def served(store: Store) -> AsyncIterator[HttpApi]:
    """The store behind a server on a port that is free, and a client of it."""
    application = Application(store, Ada())
    socket = bind("127.0.0.1", 0)
    server = Server(application, None, drain=application.drain, limits=Limits(notice=0))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.serve(socket))
        address = f"http://127.0.0.1:{socket.getsockname()[1]}"
        client = HttpApi(Access(server=address, token="ada"))
        try:
            yield client
        finally:
            await client.close()
            server.stop()
    socket.close()


@pytest.fixture
def put(api: Api) -> Put:
    """Creates a ConfigMap of a name; its content as it was answered."""

    async def create(name: str, data: dict[str, str] | None = None, **metadata: Any) -> JSON:
        content = {"metadata": {"name": name, **metadata}, "data": data or {}}
        return (await api.create(CONFIG_MAPS, content)).document.content

    return create


def a_config(name: str) -> JSON:
    """A BuildConfig that nothing is wrong with."""
    return {"metadata": {"name": name}, "spec": _spec("ImageStreamTag", "ruby:2.3")}


def a_build(name: str, **metadata: Any) -> JSON:
    """A Build that nothing is wrong with."""
    return {
        "metadata": {"name": name, **metadata},
        "spec": _spec("DockerImage", "example.com/ruby"),
    }


def _spec(kind: str, image: str) -> JSON:
    return {
        "source": {"git": {"uri": "https://example.com/app.git"}},
        "strategy": {"sourceStrategy": {"from": {"kind": kind, "name": image}}},
    }
