"""Write load over HTTPS that remembers what was acknowledged, and a watcher that resumes.

Each writer does one thing at a time to objects of its own, so after a kill at most one change of
each is in doubt: it was sent, and nobody knows whether it was done.
"""

from __future__ import annotations

import itertools
import json
import random
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import httpx

from e2e.server.process import Server

NAMESPACE = "load"
MAPS = f"/api/v1/namespaces/{NAMESPACE}/configmaps"
AGAIN = 0.05
PATIENCE = 60.0

Event = tuple[str, str, int]
"""Its type, the name of the object, the revision."""


@dataclass
class Acknowledged:
    """What a server has said was done."""

    live: dict[str, int] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    revisions: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    doubt: set[str] = field(default_factory=set)
    refused: list[httpx.Response] = field(default_factory=list)

    def wrote(self, answer: dict[str, Any]) -> None:
        """Take in an object as the server says it is now."""
        name, revision = answer["metadata"]["name"], int(answer["metadata"]["resourceVersion"])
        self.live[name] = revision
        self.revisions.append(revision)

    @property
    def newest(self) -> int:
        """The newest revision that anybody was told."""
        return max(self.revisions, default=0)


class Writer:
    """Creates, changes and deletes ConfigMaps, one after the other."""

    def __init__(self, number: int, acknowledged: Acknowledged, prefix: str = "own") -> None:
        self._prefix = f"{prefix}-{number}"
        self._known = acknowledged
        self._counts = itertools.count()
        self._mine: list[str] = []

    async def go_on(self, client: httpx.AsyncClient) -> None:
        """Do one thing; what the server refuses for now is put down.

        Errors: httpx.TransportError.
        """
        count = next(self._counts)
        if not self._mine or random.random() < 0.4:  # noqa: S311  no secret
            await self._create(client, count)
        elif random.random() < 0.7:  # noqa: S311
            await self._change(client, count)
        else:
            await self._delete(client)

    async def _create(self, client: httpx.AsyncClient, count: int) -> None:
        named = f"{self._prefix}-{count}"
        # Five letters are drawn again, in a long night, after the first of the name is gone.
        metadata = {"name": named} if count % 3 else {"generateName": f"made-{named}-"}
        body = {"metadata": metadata, "data": {"of": self._prefix, "n": "x" * (count * 37 % 900)}}
        if count % 3:
            self._known.doubt.add(named)
        answer = await client.post(MAPS, json=body)
        if self._was_done(answer, 201):
            name = answer.json()["metadata"]["name"]
            self._known.doubt.discard(name)
            self._known.names.append(name)
            self._mine.append(name)
            self._known.wrote(answer.json())

    async def _change(self, client: httpx.AsyncClient, count: int) -> None:
        name = random.choice(self._mine)  # noqa: S311
        self._known.doubt.add(name)
        patch = {"data": {"count": str(count)}}
        as_patch = {"content-type": "application/merge-patch+json"}
        answer = await client.patch(f"{MAPS}/{name}", json=patch, headers=as_patch)
        if self._was_done(answer, 200):
            self._known.wrote(answer.json())
            self._known.doubt.discard(name)

    async def _delete(self, client: httpx.AsyncClient) -> None:
        name = self._mine.pop(random.randrange(len(self._mine)))  # noqa: S311
        self._known.doubt.add(name)
        answer = await client.delete(f"{MAPS}/{name}")
        # What was in doubt before may have been done: then it is gone already.
        if answer.status_code == 404 or self._was_done(answer, 200):
            self._known.live.pop(name, None)
            self._known.gone.add(name)
            self._known.doubt.discard(name)

    def _was_done(self, answer: httpx.Response, code: int) -> bool:
        if answer.status_code == code:
            return True
        assert answer.status_code in {429, 503}, f"{answer.request.url}: {answer.text}"
        assert answer.headers["retry-after"], answer.text
        assert answer.json()["kind"] == "Status"
        self._known.refused.append(answer)
        return False


@dataclass
class Watcher:
    """Follows a collection from a revision, again and again from the last one it has seen."""

    revision: int
    events: list[Event] = field(default_factory=list)
    started: int = 0
    seen: anyio.Event = field(default_factory=anyio.Event)
    broken: list[str] = field(default_factory=list)

    async def follow(self, client: httpx.AsyncClient, path: str = MAPS) -> None:
        """Follow until the connection ends, in whatever way."""
        asked = {"watch": "1", "allowWatchBookmarks": "1", "resourceVersion": str(self.revision)}
        asking = client.stream("GET", path, params=asked, timeout=httpx.Timeout(60, read=None))
        async with asking as answer:
            if answer.status_code in {429, 503}:
                return
            assert answer.status_code == 200, await answer.aread()
            self.started += 1
            async for line in _lines(answer):
                self.take(line)

    def take(self, line: str) -> None:
        """Take in one frame."""
        event = json.loads(line)
        if event["type"] == "ERROR":
            assert event["object"]["code"] == 503, line
            return
        metadata = event["object"]["metadata"]
        self.revision = int(metadata["resourceVersion"])
        if event["type"] != "BOOKMARK":
            self.events.append((event["type"], metadata["name"], self.revision))
        self.seen.set()

    async def follow_on(self, server: Server, context: ssl.SSLContext) -> None:
        """Follow whatever becomes of the server, until cancelled."""
        while True:
            try:
                async with server.clients(context) as client:
                    await self.follow(client)
            except httpx.TransportError as error:
                self.broken.append(type(error).__name__)
            await anyio.sleep(AGAIN)

    async def caught_up(self, revision: int) -> None:
        """Return when a revision was seen."""
        with anyio.fail_after(PATIENCE):
            while self.revision < revision:
                self.seen = anyio.Event()
                await self.seen.wait()

    @property
    def revisions(self) -> list[int]:
        """Of what was seen, in the order in which it was seen."""
        return [revision for _, _, revision in self.events]


async def _lines(answer: httpx.Response) -> AsyncIterator[str]:
    """Whole lines: what is cut off at the end of a connection is none."""
    rest = b""
    async for piece in answer.aiter_bytes():
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            yield line.decode()


async def write_until_it_ends(
    server: Server, context: ssl.SSLContext, writers: list[Writer]
) -> None:
    """All writers at once, each until the server is gone."""

    async def write(writer: Writer) -> None:
        async with server.clients(context) as client:
            try:
                while True:
                    await writer.go_on(client)
            except httpx.TransportError:
                return

    async with anyio.create_task_group() as tasks:
        for writer in writers:
            tasks.start_soon(write, writer)


@asynccontextmanager
async def writing(
    server: Server, context: ssl.SSLContext, writers: list[Writer]
) -> AsyncIterator[None]:
    """All writers at once, whatever becomes of the server, until the context ends."""

    async def write(writer: Writer) -> None:
        while True:
            async with server.clients(context) as client:
                try:
                    while True:
                        await writer.go_on(client)
                except httpx.TransportError:
                    await anyio.sleep(AGAIN)

    async with anyio.create_task_group() as tasks:
        for writer in writers:
            tasks.start_soon(write, writer)
        yield
        tasks.cancel_scope.cancel()


def listed(client: httpx.Client, path: str = MAPS) -> dict[str, int]:
    """The revisions of all objects of a collection, by name."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return {
        item["metadata"]["name"]: int(item["metadata"]["resourceVersion"])
        for item in answer.json()["items"]
    }


def wrong(acknowledged: Acknowledged, found: dict[str, int]) -> Iterator[str]:
    """What of the acknowledged is not as it was said."""
    for name, revision in acknowledged.live.items():
        if name in acknowledged.doubt:
            if name in found and found[name] < revision:
                yield f"{name} is at {found[name]}, before {revision}"
        elif found.get(name) != revision:
            yield f"{name} is at {found.get(name)}, not at {revision}"
    for name in sorted(acknowledged.gone & found.keys()):
        yield f"{name} is there, and was deleted"
