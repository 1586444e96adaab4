"""An Api of each implementation in turn, over a store that runs builds on a host in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from pathlib import Path

import msgspec
import pytest

from contract.api.conftest import ADMIN, BUILD_CONFIGS, BUILDS, NAMESPACES, PODS, a_build, served
from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.adapters.podlogs import DirectoryLogs
from slipcast.adapters.uploads import DirectoryUploads
from slipcast.api.build import Build
from slipcast.api.document import JSON, Document
from slipcast.api.lens import read
from slipcast.api.pod import Pod
from slipcast.ports.api import Api, Resource
from slipcast.ports.pods import Materials
from slipcast.store.store import Running, Setup, Store
from slipcast.store.watching import Pace
from slipcast.testing.api import StandingClock
from slipcast.testing.pods import FakePods

LARGEST = 1 << 20


class World(msgspec.Struct, frozen=True, kw_only=True):
    """What runs builds, and the Api that tells of it."""

    api: Api
    pods: FakePods
    logs: DirectoryLogs
    uploads: DirectoryUploads
    clock: StandingClock
    address: str = ""

    async def text(self, resource: Resource, **parameters: str) -> str:
        """A log, whole."""
        return await whole(await self.api.open(resource, parameters))

    async def begin(
        self, name: str = "app-1", phase: str = "New", annotations: dict[str, str] | None = None
    ) -> Build:
        """A build in a phase."""
        await self.api.create(BUILDS, a_build(name, annotations=annotations or {}))
        return await self.become(name, phase)

    async def become(self, name: str, phase: str, reason: str = "", message: str = "") -> Build:
        """A build as it goes on."""
        content = (await self.api.get(BUILDS.named(name))).content
        status = {**content.get("status", {}), "phase": phase, "reason": reason}
        content["status"] = {**status, "message": message}
        return build_of((await self.api.update(BUILDS.named(name), content)).document)

    async def run(self, build: Build, *inits: str) -> str:
        """The pod of a build, started; its name."""
        name = f"{build.metadata.name}-build"
        owner = {
            "apiVersion": "build.openshift.io/v1",
            "kind": "Build",
            "name": build.metadata.name,
            "uid": build.metadata.uid,
            "controller": True,
        }
        await self.put_pod(name, "docker-build", inits=inits, owners=[owner])
        return name

    async def put_pod(
        self,
        name: str,
        *containers: str,
        inits: tuple[str, ...] = (),
        owners: list[JSON] | None = None,
    ) -> None:
        """A pod, started on a node; its containers wait."""
        spec: JSON = {"containers": [_container(each) for each in containers], "nodeName": "here"}
        if inits:
            spec["initContainers"] = [_container(each) for each in inits]
        metadata: JSON = {"name": name, "ownerReferences": owners or []}
        answer = await self.api.create(PODS, {"metadata": metadata, "spec": spec})
        await self.pods.start(read(answer.document, Pod), Materials())

    async def tell(self, name: str) -> None:
        """The status of a pod, as its host has it, brought to the API."""
        content = (await self.api.get(PODS.named(name))).content
        status = self.pods.pods[self.pods.uid(name)].status
        content["status"] = msgspec.to_builtins(status)
        place = msgspec.structs.replace(PODS.named(name), subresource="status")
        await self.api.update(place, content)

    async def keep(self, key: str, container: str, text: str) -> None:
        """Keep a log."""
        lines = text.splitlines()
        await self.logs.keep(
            key, container, pieces(*(f"{TIME} stdout F {line}\n".encode() for line in lines))
        )


TIME = "2026-11-22T12:00:00.000000000Z"


def log_of(name: str) -> Resource:
    """The log of a build."""
    return msgspec.structs.replace(BUILDS.named(name), subresource="log")


def pod_log(name: str) -> Resource:
    """The log of a pod."""
    return msgspec.structs.replace(PODS.named(name), subresource="log")


def upload_to(name: str) -> Resource:
    """Where the source of a BuildConfig's build is sent."""
    return msgspec.structs.replace(BUILD_CONFIGS.named(name), subresource="instantiatebinary")


async def pieces(*content: bytes) -> AsyncGenerator[bytes, None]:
    """A body, or records, in pieces."""
    for piece in content:
        yield piece


async def whole(stream: AsyncGenerator[bytes, None]) -> str:
    """A stream to its end."""
    async with aclosing(stream):
        return b"".join([piece async for piece in stream]).decode()


def build_of(document: Document) -> Build:
    """A build as it is seen."""
    return read(document, Build)


def _container(name: str) -> JSON:
    return {"name": name, "image": "example.com/builder"}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=["store", "client"])
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """Each implementation in turn: the store, and the client of a server over it."""
    journal, clock, pods = MemoryJournal(pause=0.02), StandingClock(), FakePods()
    logs = DirectoryLogs(tmp_path / "logs")
    uploads = DirectoryUploads(tmp_path / "uploads", clock, largest=LARGEST)
    running = Running(pods=pods, logs=logs, uploads=uploads)
    store = Store(journal, clock, Setup(pace=Pace(bookmarks=0.02, longest=600), running=running))
    api = store.as_(ADMIN)
    await api.create(NAMESPACES, {"metadata": {"name": "p"}})
    if request.param == "store":
        yield World(api=api, pods=pods, logs=logs, uploads=uploads, clock=clock)
    else:
        async with served(store) as client:
            # kubectl shows no token to a server without TLS.
            address = client._way.server.replace("//", "//ada:secret@")
            yield World(
                api=client, pods=pods, logs=logs, uploads=uploads, clock=clock, address=address
            )
    await journal.close()


@pytest.fixture
async def tasks() -> AsyncIterator[asyncio.TaskGroup]:
    """Where what goes on beside a test goes on."""
    async with asyncio.TaskGroup() as group:
        yield group
