"""Sources that are sent over real connections, by clients of every sort."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from contract.api.conftest import ADMIN, BUILD_CONFIGS, NAMESPACES, served
from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.adapters.uploads import DirectoryUploads
from slipcast.server.exchange import LARGEST_BODY
from slipcast.store.store import Running, Setup, Store
from slipcast.testing.api import StandingClock

pytestmark = pytest.mark.anyio

LARGEST = LARGEST_BODY + 1


class Line:
    """A connection on which a test speaks HTTP itself."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def say(self, data: bytes) -> None:
        """Send bytes."""
        self._writer.write(data)
        await self._writer.drain()

    async def ask(self, target: str, *headers: str) -> None:
        """Send the head of a request."""
        path = f"/apis/build.openshift.io/v1/namespaces/p/buildconfigs/{target}"
        lines = (f"POST {path} HTTP/1.1", "host: here", "authorization: Bearer x", *headers)
        await self.say("\r\n".join((*lines, "", "")).encode())

    async def status(self) -> int:
        """The status of the next answer, its headers read."""
        line = await self._reader.readline()
        while (await self._reader.readline()).strip():
            pass
        return int(line.split()[1])


@pytest.fixture
async def uploads(tmp_path: Path) -> DirectoryUploads:
    return DirectoryUploads(tmp_path / "uploads", StandingClock(), largest=LARGEST)


@pytest.fixture
async def line(uploads: DirectoryUploads) -> AsyncIterator[Line]:
    """A connection to a server in which there is a BuildConfig."""
    async with connected(uploads) as found:
        yield found


@asynccontextmanager
async def connected(uploads: DirectoryUploads) -> AsyncIterator[Line]:
    journal = MemoryJournal(pause=0.02)
    store = Store(journal, StandingClock(), Setup(running=Running(uploads=uploads)))
    api = store.as_(ADMIN)
    await api.create(NAMESPACES, {"metadata": {"name": "p"}})
    image = {"kind": "DockerImage", "name": "example.com/ruby"}
    spec = {"source": {"binary": {}}, "strategy": {"sourceStrategy": {"from": image}}}
    await api.create(BUILD_CONFIGS, {"metadata": {"name": "app"}, "spec": spec})
    async with served(store) as client:
        host, port = client._way.server.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        yield Line(reader, writer)
        writer.close()
        await writer.wait_closed()
    await journal.close()


async def test_who_asks_before_sending_is_told_to_go_on(line: Line) -> None:
    await line.ask("app/instantiatebinary", "content-length: 3", "expect: 100-continue")
    asked = await line.status()

    await line.say(b"tar")

    assert (asked, await line.status()) == (100, 201)


async def test_who_asks_before_sending_is_refused_before_sending(line: Line) -> None:
    await line.ask("app/instantiatebinary?asFile=a/b", "content-length: 3", "expect: 100-continue")

    assert await line.status() == 422


async def test_a_source_of_unknown_length_comes_in_chunks(
    line: Line, uploads: DirectoryUploads
) -> None:
    await line.ask("app/instantiatebinary", "transfer-encoding: chunked")
    await line.say(b"2\r\nta\r\n")
    await line.say(b"1\r\nr\r\n0\r\n\r\n")

    assert await line.status() == 201
    assert [each.size for each in await uploads.list()] == [3]


async def test_a_source_may_be_larger_than_any_object(line: Line) -> None:
    await line.ask("app/instantiatebinary", f"content-length: {LARGEST}")
    await line.say(b"x" * LARGEST)

    assert await line.status() == 201


async def test_what_is_too_large_is_refused(line: Line, uploads: DirectoryUploads) -> None:
    await line.ask("app/instantiatebinary", f"content-length: {LARGEST + 1}")
    await line.say(b"x" * (LARGEST + 1))

    assert (await line.status(), await uploads.list()) == (413, ())
