"""Files that the server sends itself on real connections: whole, in part, or not at all."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from socket import SO_RCVBUF, SOL_SOCKET
from socket import socket as Socket  # noqa: N812 -- the class
from typing import Any

import pytest
from uvicorn.server import ServerState

from slipcast.adapters import certificates, filesending, listening
from slipcast.adapters.connections import Limits
from slipcast.adapters.filesending import SENDFILE
from slipcast.adapters.listening import Server, Tls

pytestmark = pytest.mark.anyio

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
CONTENT = os.urandom(1 << 20) * 9


@pytest.fixture(params=[False, True], ids=["asyncio", "uvloop"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    return "asyncio", {"use_uvloop": request.param}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def pki(tmp_path: Path) -> certificates.Certificates:
    return certificates.prepare(tmp_path / "keys", ("localhost",))


class Sender:
    """Answers with a part of a file, and says so when it has ended."""

    def __init__(self, path: Path, offset: int = 0, count: int = len(CONTENT)) -> None:
        self.part = {"offset": offset, "count": count}
        self.path = path
        self.ended = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        assert scope["extensions"] == {SENDFILE: {}}
        await receive()
        length = (b"content-length", b"%d" % self.part["count"])
        try:
            with self.path.open("rb") as opened:
                await send({"type": "http.response.start", "status": 200, "headers": [length]})
                await send({"type": SENDFILE, "file": opened, **self.part})
        finally:
            self.ended.set()


@asynccontextmanager
async def _serving(
    sender: Sender, tls: Tls | None = None, limits: Limits | None = None
) -> AsyncIterator[tuple[Socket, ServerState]]:
    server = Server(sender, tls, drain=lambda: None, limits=limits)
    server.prepare()
    config = server._server.config
    make: Any = config.http_protocol_class
    state = ServerState()
    listener = listening.bind("127.0.0.1", 0)
    loop = asyncio.get_running_loop()
    listening_on = await loop.create_server(
        lambda: make(config, state, {}), sock=listener, ssl=config.ssl
    )
    async with listening_on:
        yield listener, state
        for connection in tuple(state.connections):
            connection.transport.abort()
        await asyncio.gather(*state.tasks, return_exceptions=True)


async def _answers(listener: Socket, times: int, **how: Any) -> list[bytes]:
    """The bodies of answers to so many requests on one connection."""
    reader, writer = await asyncio.open_connection("localhost", listener.getsockname()[1], **how)
    writer.write(GET * times)
    try:
        return [await _body(reader) for _ in range(times)]
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def _body(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    return await reader.readexactly(length)


async def _slow(listener: Socket) -> Socket:
    """A client that has asked, and has read nothing yet."""
    client = Socket()
    client.setsockopt(SOL_SOCKET, SO_RCVBUF, 4096)
    client.settimeout(0)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(client, listener.getsockname())
    await loop.sock_sendall(client, GET)
    return client


def descriptors(path: Path) -> int:
    """How many descriptors of a file are open."""
    held = Path("/proc/self/fd")
    return sum(os.path.realpath(each) == str(path) for each in held.iterdir())


async def test_answers_follow_each_other_on_one_connection(file: Path) -> None:
    async with _serving(Sender(file)) as (listener, _):
        bodies = await _answers(listener, 3)

    assert bodies == [CONTENT] * 3
    assert descriptors(file) == 0


async def test_a_part_of_a_file_is_sent(file: Path) -> None:
    async with _serving(Sender(file, 1000, 2_000_000)) as (listener, _):
        bodies = await _answers(listener, 1)

    assert bodies == [CONTENT[1000:2_001_000]]


async def test_nothing_of_a_file_is_sent(file: Path) -> None:
    async with _serving(Sender(file, 0, 0)) as (listener, _):
        bodies = await _answers(listener, 2)

    assert bodies == [b"", b""]


async def test_over_tls_it_is_sent_too(file: Path, pki: certificates.Certificates) -> None:
    tls = Tls(certificate=pki.server.certificate, key=pki.server.key, clients=pki.authority)
    trusting = ssl.create_default_context(cafile=str(pki.authority))
    async with _serving(Sender(file), tls) as (listener, _):
        bodies = await _answers(listener, 2, ssl=trusting)

    assert bodies == [CONTENT] * 2
    assert descriptors(file) == 0


async def test_what_comes_from_a_disk_is_read_in_a_thread(
    file: Path, pki: certificates.Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    preadv = os.preadv

    def cold(descriptor: int, buffers: Any, offset: int, flags: int = 0) -> int:
        if flags:
            raise BlockingIOError
        return preadv(descriptor, buffers, offset)

    monkeypatch.setattr(os, "preadv", cold)
    tls = Tls(certificate=pki.server.certificate, key=pki.server.key, clients=pki.authority)
    trusting = ssl.create_default_context(cafile=str(pki.authority))
    async with _serving(Sender(file), tls) as (listener, _):
        bodies = await _answers(listener, 1, ssl=trusting)

    assert bodies == [CONTENT]


async def test_a_client_that_reads_slowly_gets_all(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filesending, "LOOK", 0.01)
    sender = Sender(file)
    loop = asyncio.get_running_loop()
    async with _serving(sender) as (listener, _):
        with await _slow(listener) as client:
            received = 0
            while received < len(CONTENT):
                received += len(await loop.sock_recv(client, 500_000))
            await sender.ended.wait()

    assert received > len(CONTENT)


async def test_a_client_that_reads_nothing_is_dropped(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filesending, "LOOK", 0.01)
    sender = Sender(file)
    async with _serving(sender, limits=Limits(reader=0.05)) as (listener, state):
        with await _slow(listener):
            await sender.ended.wait()
        await asyncio.gather(*state.tasks)

        assert state.connections == set()
        assert descriptors(file) == 0


async def test_a_client_that_goes_away_leaves_nothing(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filesending, "LOOK", 0.01)
    sender = Sender(file)
    loop = asyncio.get_running_loop()
    async with _serving(sender) as (listener, state):
        client = await _slow(listener)
        await loop.sock_recv(client, 10_000)
        client.close()
        await sender.ended.wait()
        await asyncio.gather(*state.tasks)

        assert descriptors(file) == 0


async def test_a_file_that_is_shorter_than_was_said_ends_the_connection(file: Path) -> None:
    async with _serving(Sender(file, len(CONTENT) - 10, 20)) as (listener, _):
        with pytest.raises(asyncio.IncompleteReadError) as raised:
            await _answers(listener, 1)

    assert raised.value.expected == 20


async def test_a_server_that_stops_in_the_middle_leaves_nothing(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = ThreadPoolExecutor(1)
    monkeypatch.setattr(filesending, "_WAITING", threads)
    sender = Sender(file)
    loop = asyncio.get_running_loop()
    async with _serving(sender) as (listener, state):
        with await _slow(listener) as client:
            await loop.sock_recv(client, 10_000)
            [task] = state.tasks
            task.cancel()
            await sender.ended.wait()
        threads.shutdown()

    assert descriptors(file) == 0


@pytest.fixture
def tls(pki: certificates.Certificates) -> Tls:
    return Tls(certificate=pki.server.certificate, key=pki.server.key, clients=pki.authority)


async def _secured(
    listener: Socket, pki: certificates.Certificates
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A client that has asked over TLS, takes little at a time, and has read nothing yet."""
    client = Socket()
    client.setsockopt(SOL_SOCKET, SO_RCVBUF, 4096)
    client.settimeout(0)
    await asyncio.get_running_loop().sock_connect(client, listener.getsockname())
    trusting = ssl.create_default_context(cafile=str(pki.authority))
    reader, writer = await asyncio.open_connection(
        sock=client, ssl=trusting, server_hostname="localhost", limit=10_000
    )
    writer.write(GET)
    return reader, writer


async def test_a_client_that_reads_slowly_over_tls_gets_all(
    file: Path, pki: certificates.Certificates, tls: Tls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filesending, "LOOK", 0.01)
    async with _serving(Sender(file), tls) as (listener, _):
        reader, writer = await _secured(listener, pki)
        first = await _body(reader)
        writer.write(GET)
        second = await _body(reader)
        writer.close()

    assert [first, second] == [CONTENT] * 2


async def test_what_a_client_sends_meanwhile_over_tls_is_answered_after_it(
    file: Path, pki: certificates.Certificates, tls: Tls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filesending, "LOOK", 0.01)
    async with _serving(Sender(file), tls) as (listener, _):
        reader, writer = await _secured(listener, pki)
        head = await reader.readuntil(b"\r\n\r\n")
        writer.write(GET * 3)
        bodies = [await reader.readexactly(len(CONTENT)), *[await _body(reader) for _ in range(3)]]
        writer.close()

    assert head.startswith(b"HTTP/1.1 200")
    assert bodies == [CONTENT] * 4


async def test_a_client_that_reads_nothing_over_tls_is_dropped(
    file: Path, pki: certificates.Certificates, tls: Tls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filesending, "LOOK", 0.01)
    sender = Sender(file)
    async with _serving(sender, tls, Limits(reader=0.05)) as (listener, state):
        _, writer = await _secured(listener, pki)
        await sender.ended.wait()
        await asyncio.gather(*state.tasks)
        writer.transport.abort()

    assert state.connections == set()
    assert descriptors(file) == 0


async def test_a_client_that_goes_away_over_tls_leaves_nothing(
    file: Path, pki: certificates.Certificates, tls: Tls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filesending, "LOOK", 0.01)
    sender = Sender(file)
    async with _serving(sender, tls) as (listener, state):
        reader, writer = await _secured(listener, pki)
        await reader.read(5_000)
        writer.transport.abort()
        await sender.ended.wait()
        await asyncio.gather(*state.tasks)

    assert descriptors(file) == 0


async def test_a_server_that_stops_in_the_middle_over_tls_leaves_nothing(
    file: Path, pki: certificates.Certificates, tls: Tls, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = ThreadPoolExecutor(1)
    monkeypatch.setattr(filesending, "_ENCRYPTING", threads)
    sender = Sender(file)
    async with _serving(sender, tls) as (listener, state):
        reader, writer = await _secured(listener, pki)
        await reader.read(5_000)
        [task] = state.tasks
        task.cancel()
        await sender.ended.wait()
        threads.shutdown()
        writer.transport.abort()

    assert descriptors(file) == 0


async def test_a_file_that_is_shorter_than_was_said_ends_the_connection_over_tls(
    file: Path, pki: certificates.Certificates, tls: Tls
) -> None:
    trusting = ssl.create_default_context(cafile=str(pki.authority))
    half = len(CONTENT) // 2
    async with _serving(Sender(file, half, len(CONTENT)), tls) as (listener, _):
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await _answers(listener, 1, ssl=trusting)

    assert descriptors(file) == 0


async def test_what_is_small_is_sent_by_the_event_loop_over_tls(
    file: Path, pki: certificates.Certificates, tls: Tls
) -> None:
    trusting = ssl.create_default_context(cafile=str(pki.authority))
    async with _serving(Sender(file, 5, 70_000), tls) as (listener, _):
        bodies = await _answers(listener, 3, ssl=trusting)

    assert bodies == [CONTENT[5:70_005]] * 3
