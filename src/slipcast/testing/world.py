"""The World: a store, controllers stepped by hand, and a clock that only moves when told.

Stories are told in it without threads, sockets or waiting: what is written is seen by the
controllers when the story says so, in the order in which it was written. The controllers can be
killed after any of their writes and started again.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import msgspec

from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api import kinds
from slipcast.api.build import Build
from slipcast.api.document import JSON, Document
from slipcast.api.image import ImageStream
from slipcast.api.kinds import Kind
from slipcast.api.lens import read
from slipcast.api.pod import Pod
from slipcast.builds import naming
from slipcast.builds.cluster import Cluster
from slipcast.controllers.controller import Controllers, Running
from slipcast.images.scheduling import Scheduling
from slipcast.ports.api import Api, DeleteOptions, Patch, Resource
from slipcast.store.keys import Place, place_of
from slipcast.store.store import SERVER, Setup, Store, Streaming
from slipcast.testing.api import StandingClock
from slipcast.testing.registries import FakeRegistries
from slipcast.values.apifaults import NotFound
from slipcast.values.instant import to_text

SPACE: Final = "shop"
MOST: Final = 10_000
"""Looks after which the controllers should have fallen silent."""

BUILD: Final = kinds.require(kinds.BUILD, "Build")
BUILD_CONFIG: Final = kinds.require(kinds.BUILD, "BuildConfig")
EVENT: Final = kinds.require(kinds.CORE, "Event")
NAMESPACE: Final = kinds.require(kinds.CORE, "Namespace")
CONFIG_MAP: Final = kinds.require(kinds.CORE, "ConfigMap")
POD: Final = kinds.require(kinds.CORE, "Pod")
SECRET: Final = kinds.require(kinds.CORE, "Secret")
STREAM: Final = kinds.require(kinds.IMAGE, "ImageStream")

PULLED: Final = {"kind": "DockerImage", "name": "registry.example.com/ruby@sha256:" + "a" * 64}
SOURCE: Final = {"git": {"uri": "https://git.example.com/shop/app.git"}}
CLUSTER: Final = Cluster(builder_image="slipcast/builder:1")
RUNNING: Final = Running(cluster=CLUSTER, scheduling=Scheduling())


class Killed(BaseException):
    """The process that controls was ended, whatever it was doing."""


@dataclass(slots=True)
class World:
    """One store, its only namespace, and whoever controls it.

    Shape:  mortality is the number of writes after which the controllers are killed; None: never.
            deaths counts how often they were. made are the names of pods in the order in which
            they were made, numbered is the highest number of a build, registry where streams are
            pushed to, elsewhere what other registries have.
    """

    clock: StandingClock = field(default_factory=StandingClock)
    running: Running = field(default_factory=lambda: RUNNING)
    registry: str = "registry:5000"
    elsewhere: FakeRegistries = field(default_factory=FakeRegistries)
    mortality: int | None = None
    deaths: int = 0
    made: list[str] = field(default_factory=list)
    numbered: int = 0
    _journal: MemoryJournal = field(default_factory=MemoryJournal)
    _store: Store | None = None
    _controllers: Controllers | None = None
    _news: deque[tuple[Document, bool]] = field(default_factory=deque)
    _last: dict[tuple[Kind, str, str], Document] = field(default_factory=dict)
    _is_controlling: bool = False

    @property
    def api(self) -> Api:
        """The Api of somebody who may do everything."""
        assert self._store is not None  # noqa: S101 -- begin comes first
        return self._store.as_(SERVER)

    async def begin(self) -> World:
        """Make the namespace and start the controllers."""
        streaming = Streaming(address=self.registry, distribution=self.elsewhere)
        self._store = Store(self._journal, self.clock, Setup(streaming=streaming))
        self._store.tell(self._wrote)
        await self.create(NAMESPACE, {"metadata": {"name": SPACE}})
        await self.restart()
        return self

    def stop(self) -> None:
        """Drop the controllers."""
        self._controllers = None

    async def restart(self) -> None:
        """Drop the controllers and start new ones, which know nothing."""
        self._news.clear()
        self._is_controlling = False
        # Of what was written together, only a part may have been told before the end.
        for entry in (await self._journal.list("")).entries:
            place = place_of(entry.key)
            if place is not None and entry.value is not None:
                key = (place.kind, place.namespace, place.name)
                self._last[key] = Document(place.kind, entry.value, entry.revision)
        self._controllers = Controllers(self.api, self.clock, self.running)
        for informer in self._controllers.informers():
            await informer.list()

    async def settle(self) -> None:
        """Let the controllers do what is to be done by now."""
        for _ in range(MOST):
            try:
                if not await self._step():
                    return
            except Killed:
                self.deaths += 1
                self.mortality = None
                await self.restart()
        raise AssertionError(f"the controllers still want something after {MOST} looks")

    async def settle_until_death(self) -> None:
        """Let the controllers do what is to be done, until they are killed; restart them."""
        died = self.deaths
        while self.deaths == died:
            try:
                if not await self._step():
                    raise AssertionError("the controllers fell silent before they were killed")
            except Killed:
                self.deaths += 1
                self.mortality = None
                await self.restart()

    async def later(self, **by: float) -> None:
        """Let time go by, and the controllers do what is to be done then."""
        self.clock.moment += timedelta(**by)
        await self.settle()

    async def create(self, kind: Kind, content: JSON) -> Document:
        """Make an object, in the namespace where its kind has one."""
        place = Resource(kind, SPACE if kind.namespaced else "")
        return (await self.api.create(place, content)).document

    async def change(self, kind: Kind, name: str, change: JSON, subresource: str = "") -> None:
        """Merge a change into an object."""
        place = Resource(kind, SPACE, name, subresource)
        await self.api.patch(place, Patch(type="merge", body=change))

    async def delete(self, kind: Kind, name: str) -> None:
        """Delete an object at once."""
        await self.api.delete(Resource(kind, SPACE, name), DeleteOptions(grace=0))

    async def all(self, kind: Kind) -> tuple[JSON, ...]:
        """All objects of a kind."""
        listing = await self.api.list(Resource(kind, SPACE))
        return tuple(each.content for each in listing.documents)

    async def push(self, tag: str, image: str, repository: str = "registry.example.com") -> str:
        """A tag such as `ruby:latest` gets an image, which is a few characters; its pull spec."""
        name, _, tag = tag.partition(":")
        place = Resource(STREAM, SPACE, name)
        try:
            stream = read(await self.api.get(place), ImageStream)
        except NotFound:
            stream = read(await self.create(STREAM, {"metadata": {"name": name}}), ImageStream)
        digest = "sha256:" + image * (64 // len(image))
        spec = f"{repository}/{name}@{digest}"
        event = {
            "created": to_text(self.clock.now()),
            "dockerImageReference": spec,
            "image": digest,
            "generation": 1,
        }
        tags: dict[str, list[Any]] = {
            each.tag: [msgspec.to_builtins(event) for event in each.items]
            for each in stream.status.tags
        }
        tags[tag] = [event, *tags.get(tag, [])]
        status = {"tags": [{"tag": each, "items": items} for each, items in tags.items()]}
        await self.change(STREAM, name, {"status": status}, "status")
        return spec

    async def add(self, number: int, policy: str = "Serial", **changes: Any) -> str:
        """A new build of a BuildConfig, as if somebody had asked for it; its name.

        Shape:  changes: config is the name of the BuildConfig; what else there is, is of the spec.
        """
        self.numbered = max(self.numbered, number)
        config = str(changes.pop("config", "app"))
        name = naming.build_name(config, number)
        spec = {"strategy": {"sourceStrategy": {"from": PULLED}}, "source": SOURCE, **changes}
        metadata = {
            "name": name,
            "labels": dict(naming.config_labels(config, policy)),
            "annotations": dict(naming.config_annotations(config, number)),
        }
        await self.create(BUILD, {"metadata": metadata, "spec": spec, "status": {"phase": "New"}})
        return name

    async def build(self, name: str) -> Build:
        """A build as it is now."""
        return read(await self.api.get(Resource(BUILD, SPACE, name)), Build)

    async def phase(self, name: str) -> str:
        """The phase of a build."""
        return (await self.build(name)).status.phase

    async def phases(self) -> dict[str, str]:
        """The phases of all builds."""
        return {each["metadata"]["name"]: each["status"]["phase"] for each in await self.all(BUILD)}

    async def pod(self, build: str) -> Pod | None:
        """The pod of a build, if it has one."""
        try:
            found = await self.api.get(Resource(POD, SPACE, f"{build}-build"))
        except NotFound:
            return None
        return read(found, Pod)

    async def runs(self, build: str) -> None:
        """The pod of a build begins."""
        start = to_text(self.clock.now())
        await self._pod_becomes(build, {"phase": "Running", "startTime": start})

    async def vanishes(self, build: str) -> None:
        """The pod of a build is gone, if there is one."""
        with suppress(NotFound):
            await self.delete(POD, f"{build}-build")

    async def remove(self, build: str) -> None:
        """A build is deleted, and its pod goes with it."""
        await self.delete(BUILD, build)
        await self.vanishes(build)

    async def ends(self, build: str, code: int = 0, **status: Any) -> None:
        """The container of a build's pod ends with an exit code."""
        ended = {"exitCode": code, "message": status.pop("said", "")}
        container = {"name": "sti-build", "state": {"terminated": ended}}
        phase = "Failed" if code else "Succeeded"
        await self._pod_becomes(build, {"phase": phase, "containerStatuses": [container], **status})

    async def reaches(self, build: str, phase: str) -> None:
        """A build comes so far: New, Pending or Running."""
        if phase != "New":
            await self.settle()
        if phase == "Running":
            await self.runs(build)
            await self.settle()

    async def is_leaving(self, kind: Kind, name: str) -> bool:
        """Whether an object is on its way out."""
        found = await self.api.get(Resource(kind, SPACE, name))
        return "deletionTimestamp" in found.content["metadata"]

    async def cancel(self, build: str) -> None:
        """Somebody wants a build to stop."""
        await self.change(BUILD, build, {"status": {"cancelled": True}})

    async def events(self, build: str) -> dict[str, int]:
        """What was said of a build, and how often."""
        return {
            each["reason"]: each["count"]
            for each in await self.all(EVENT)
            if each["involvedObject"]["name"] == build
        }

    async def _pod_becomes(self, build: str, status: JSON) -> None:
        await self.change(POD, f"{build}-build", {"status": status}, "status")

    async def _step(self) -> bool:
        controllers = self._controllers
        assert controllers is not None  # noqa: S101 -- begin or restart come first
        while self._news:
            document, is_gone = self._news.popleft()
            if is_gone:
                controllers.lost(document)
            else:
                controllers.saw(document)
        self._is_controlling = True
        did_something = await controllers.step()
        self._is_controlling = False
        return did_something or bool(self._news)

    def _wrote(self, place: Place, document: Document | None, revision: int) -> None:
        key = (place.kind, place.namespace, place.name)
        if document is not None:
            if place.kind is POD and key not in self._last:
                self.made.append(place.name)
            self._last[key] = document
            self._news.append((document, False))
        else:
            self._news.append((Document(place.kind, self._last.pop(key).body, revision), True))
        self._age()

    def _age(self) -> None:
        if not self._is_controlling or self.mortality is None:
            return
        self.mortality -= 1
        if self.mortality <= 0:
            raise Killed
