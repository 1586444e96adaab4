"""An Api of each implementation in turn, with one namespace to work in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.ports.api import Api, Resource
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


@pytest.fixture(params=["store"])
async def api(request: pytest.FixtureRequest) -> AsyncIterator[Api]:
    """Each implementation in turn."""
    assert request.param == "store"
    journal = MemoryJournal(pause=0.02)
    store = Store(journal, StandingClock(), Setup(pace=Pace(bookmarks=0.02, longest=5)))
    api = store.as_(ADMIN)
    await api.create(NAMESPACES, {"metadata": {"name": "p"}})
    yield api
    await journal.close()


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
