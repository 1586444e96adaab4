"""What is no request, or never becomes one, on a real connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from uvicorn.server import ServerState

from slipcast.adapters import listening
from slipcast.adapters.connections import Limits
from slipcast.adapters.listening import Server

HEAD = b"HTTP/1.1\r\nHost: x\r\n"
GET = b"GET / " + HEAD + b"\r\n"
Application = Callable[[Any, Any, Any], Awaitable[None]]
QUICK = Limits(header=0.5, reader=0.05, linger=0.05)
LASTING = Limits(linger=0.05)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def _echo(scope: Any, receive: Any, send: Any) -> None:
    """Tell the names of the headers, and the body."""
    body = b""
    message = {"more_body": True}
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
    told = b",".join(name for name, _ in scope["headers"]) + b"|" + body
    length = b"%d" % len(told)
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]}
    )
    await send({"type": "http.response.body", "body": told})


async def _endless(scope: Any, _: Any, send: Any) -> None:
    """Send until nobody takes it."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(10_000):
        await send({"type": "http.response.body", "body": bytes(100_000), "more_body": True})
    scope["over"].set()


@asynccontextmanager
async def _serving(
    application: Application = _echo, limits: Limits = LASTING
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    config = Server(application, None, drain=lambda: None, limits=limits)._server.config
    make: Any = config.http_protocol_class
    state = ServerState()
    listener = listening.bind("127.0.0.1", 0)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: make(config, state, {}), sock=listener)
    async with server:
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        yield reader, writer
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        for connection in tuple(state.connections):
            connection.transport.abort()
        await asyncio.gather(*state.tasks)


async def _said(data: bytes, limits: Limits = LASTING) -> bytes:
    """All that is answered until the server closes the connection."""
    async with _serving(limits=limits) as (reader, writer):
        writer.write(data)
        return await reader.read()


@pytest.mark.anyio
@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00garbage",
        b"BREW /pot " + HEAD + b"\r\n",
        b"CONNECT other:443 " + HEAD + b"\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /\xff " + HEAD + b"\r\n",
        b"GET / " + HEAD + b"A: \0\r\n\r\n",
        b"GET / " + HEAD + b"A: b\r\n folded\r\n\r\n",
        b"GET / HTTP/1.1\nHost: x\n\n",
        b"POST / " + HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        b"POST / " + HEAD + b"Content-Length: -1\r\n\r\n",
        b"POST / " + HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / " + HEAD + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        b"POST / " + HEAD + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        b"POST / " + HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST / " + HEAD + b"Connection: upgrade\r\nUpgrade: x\r\nContent-Length: 2\r\n\r\n{}",
    ],
)
async def test_what_is_no_request_is_refused_with_a_status(data: bytes) -> None:
    said = await _said(data)

    assert said.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert said.endswith(b'"reason":"BadRequest","code":400}')


@pytest.mark.anyio
@pytest.mark.parametrize(
    "data",
    [
        b"GET /" + b"a" * 70_000 + b" " + HEAD + b"\r\n",
        b"GET / " + HEAD + b"A: b\r\n" * 20_000 + b"\r\n",
        b"GET / " + HEAD + b"A: " + b"b" * 100_000,
        b"POST / " + HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;" + b"b" * 600_000,
        b"POST / "
        + HEAD
        + b"Transfer-Encoding: chunked\r\n\r\n1\r\n \r\n0\r\nA: "
        + b"b" * 600_000,
    ],
    ids=["path", "headers", "header", "extension", "trailer"],
)
async def test_a_head_has_an_end(data: bytes) -> None:
    said = await _said(data)

    assert said.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")


@pytest.mark.anyio
async def test_trailers_are_no_headers() -> None:
    body = b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nA: b\r\n\r\n"

    said = await _said(b"POST / " + HEAD + body)

    assert said.endswith(b"host,connection,transfer-encoding|{}")


@pytest.mark.anyio
async def test_what_follows_an_upgrade_is_no_request() -> None:
    said = await _said(b"GET / " + HEAD + b"Connection: upgrade\r\nUpgrade: x\r\n\r\n" + GET)

    assert said.count(b"HTTP/1.1 200") == 1


@pytest.mark.anyio
async def test_garbage_after_a_request_does_not_take_its_answer() -> None:
    said = await _said(GET + b"\0garbage\r\n\r\n")

    assert said.startswith(b"HTTP/1.1 200 OK\r\n")
    assert said.endswith(b"host|")


@pytest.mark.anyio
async def test_only_so_many_requests_wait_on_one_connection() -> None:
    said = await _said(GET * 1000)

    assert 1 < said.count(b"HTTP/1.1 200") < 100


@pytest.mark.anyio
@pytest.mark.parametrize(
    "data",
    [b"", b"\r\n\r\n", b"GET / ", b"GET / " + HEAD, GET + b"GET"],
    ids=["nothing", "blank lines", "half a line", "half a head", "half a second request"],
)
async def test_a_connection_that_never_asks_is_closed(data: bytes) -> None:
    async with asyncio.timeout(60):
        said = await _said(data, QUICK)

    assert said.count(b"HTTP/1.1") == data.count(GET)


@pytest.mark.anyio
async def test_a_client_that_reads_nothing_is_given_up() -> None:
    over = asyncio.Event()

    async def endless(scope: Any, receive: Any, send: Any) -> None:
        await _endless({**scope, "over": over}, receive, send)

    async with asyncio.timeout(60), _serving(endless, QUICK) as (_, writer):
        writer.write(GET)
        await over.wait()

    assert over.is_set()
