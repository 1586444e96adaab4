"""A store with an agent beside it, over pods in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from typing_extensions import override

from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.adapters.podlogs import DirectoryLogs
from slipcast.adapters.uploads import DirectoryUploads
from slipcast.api import kinds
from slipcast.api.core import Event
from slipcast.api.document import JSON
from slipcast.api.lens import read
from slipcast.api.pod import Pod
from slipcast.controllers.agent import Agent, Hosting
from slipcast.controllers.materials import Gatherer, Server
from slipcast.ports.api import Api, Resource, WatchOptions
from slipcast.ports.issuer import Wanted
from slipcast.store.furnishing import NoIssuer
from slipcast.store.store import SERVER, Setup, Store
from slipcast.store.watching import Pace
from slipcast.testing.engine import FakeEngine
from slipcast.testing.pods import NOON, FakePods
from slipcast.wiring.nodeimages import NotedImages

NAMESPACES = Resource(kinds.require("", "Namespace"))
PODS = Resource(kinds.require("", "Pod"), "shop")
EVENTS = Resource(kinds.require("", "Event"), "shop")
SECRETS = Resource(kinds.require("", "Secret"), "shop")
CONFIG_MAPS = Resource(kinds.require("", "ConfigMap"), "shop")
ACCOUNTS = Resource(kinds.require("", "ServiceAccount"), "shop")
BUILDS = Resource(kinds.require("build.openshift.io", "Build"), "shop")
NODE = "node-1"


class StandingClock:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.moment = NOON
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        """What time it was said to be."""
        return self.moment

    async def until(self, moment: datetime) -> None:
        """Return when it was said to be so late."""
        while self.moment < moment:
            await self._moved.wait()

    def move(self, **by: float) -> None:
        """Let time go by."""
        self.moment += timedelta(**by)
        self._moved.set()
        self._moved = asyncio.Event()


class SpokenTokens(NoIssuer):
    """Makes tokens that say what was wanted."""

    @override
    def token(self, wanted: Wanted) -> str:
        lasts = int((wanted.expires - wanted.begins).total_seconds())
        bound = wanted.bound.name if wanted.bound is not None else ""
        return f"{wanted.account.name} in {bound} for {lasts} to {','.join(wanted.audiences)}"


@dataclass(slots=True)
class Agency:
    """What an agent works with. It may be killed, and another one started."""

    api: Api
    pods: FakePods
    logs: DirectoryLogs
    uploads: DirectoryUploads
    clock: StandingClock
    images: NotedImages
    engine: FakeEngine
    limit: int = 2
    others: Callable[[str], bool] | None = None
    _others: int = 0

    @asynccontextmanager
    async def agent(self) -> AsyncGenerator[Agent, None]:
        """While an agent works; it is killed at the end."""
        hosting = Hosting(
            node=NODE,
            limit=self.limit,
            pods=self.pods,
            logs=self.logs,
            gatherer=self.gatherer,
            others=self.others,
        )
        agent = Agent(self.api, self.clock, hosting)
        async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
            working = tasks.create_task(agent.run())
            yield agent
            working.cancel()

    @property
    def gatherer(self) -> Gatherer:
        """Who gathers materials."""
        server = Server(host="192.0.2.1", port=8443, authority=b"PEM")
        return Gatherer(api=self.api, server=server, uploads=self.uploads)

    async def create(self, name: str, *, owned: bool = True, **spec: Any) -> str:
        """A pod, of a build where it is owned; its uid."""
        owner = {"apiVersion": "build.openshift.io/v1", "kind": "Build", "name": name}
        owners = [{**owner, "uid": f"b-{name}", "controller": True}] if owned else []
        content = {
            "metadata": {"name": f"{name}-build", "ownerReferences": owners},
            "spec": {"containers": [{"name": "main", "image": "example/main"}], **spec},
        }
        return (await self.api.create(PODS, content)).document.names.uid

    async def get(self, name: str) -> Pod:
        """The pod of a build as the API has it."""
        return read(await self.api.get(PODS.named(f"{name}-build")), Pod)

    async def until(self, name: str, holds: Callable[[Pod], bool]) -> Pod:
        """The pod of a build as soon as something holds of it."""
        changes = await self.api.watch(PODS, WatchOptions(fields=f"metadata.name={name}-build"))
        async for event in changes:
            pod = read(event.document, Pod)
            if event.type != "DELETED" and holds(pod):
                return pod
        raise AssertionError("the watch has ended")

    async def until_gone(self, name: str) -> None:
        """Return when the pod of a build is gone."""
        changes = await self.api.watch(PODS, WatchOptions(fields=f"metadata.name={name}-build"))
        async for event in changes:
            if event.type == "DELETED":
                return

    async def wait(self, **by: float) -> None:
        """Let time go by, and something happen that is none of the agent's business."""
        self.clock.move(**by)
        self._others += 1
        await self.create(f"web-{self._others}", owned=False)

    async def refuse(self, times: int) -> None:
        """Let the host refuse to start a pod some times, and time go by after each."""
        for least in range(1, times + 1):
            await self.pods.until(partial(self._was_refused, least))
            await self.wait(minutes=2)

    def _was_refused(self, least: int) -> bool:
        return self.pods.refused >= least

    async def ask_in_vain(self, times: int) -> None:
        """Let the host not answer some times, and time go by."""
        for least in range(times):
            await self.wait(seconds=2)
            await self.pods.until(partial(self._was_asked, least))

    def _was_asked(self, more_than: int) -> bool:
        return self.pods.asked_in_vain > more_than

    async def events(self) -> tuple[Event, ...]:
        """What people were told."""
        page = await self.api.list(EVENTS)
        return tuple(read(each, Event) for each in page.documents)

    async def log(self, key: str, container: str = "main") -> bytes:
        """What is kept of what a container said."""
        return b"".join([piece async for piece in await self.logs.records(key, container)])


async def an_agency(place: Path) -> Agency:
    """A store with the namespace `shop` in it."""
    clock = StandingClock()
    setup = Setup(pace=Pace(bookmarks=0.02, longest=600), issuer=SpokenTokens())
    store = Store(MemoryJournal(pause=0.02), clock, setup)
    await store.prepare()
    api = store.as_(SERVER)
    await api.create(NAMESPACES, {"metadata": {"name": "shop"}})
    uploads = DirectoryUploads(place / "uploads", clock)
    engine = FakeEngine()
    images = NotedImages(place, lambda: engine)
    return Agency(api, FakePods(), DirectoryLogs(place / "logs"), uploads, clock, images, engine)


def has_ended(pod: Pod) -> bool:
    """Whether a pod is over."""
    return pod.status.phase in {"Succeeded", "Failed"}


def secret(name: str, **entries: str) -> JSON:
    """A Secret of texts."""
    return {"metadata": {"name": name}, "stringData": entries}
