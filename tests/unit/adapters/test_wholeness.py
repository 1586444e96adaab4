"""Bodies that are here already, and answers in one call, on a real connection."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from slipcast.adapters.wholeness import WHOLE
from slipcast.server import asgi, exchange
from unit.adapters.test_connections import HEAD, _serving

pytestmark = pytest.mark.anyio
POST = b"POST / " + HEAD + b"Content-Length: 4\r\n"
DONE = [(b"content-length", b"2")]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def _tell(scope: Any, receive: Any, _: Any) -> None:
    """Tell whether the body was here at once, and what it is."""
    whole = scope[WHOLE]
    here = whole.body()
    body = here if here is not None else (await receive())["body"]
    told = b"here " + body if here is not None else b"later " + body
    headers = [(b"content-length", b"%d" % len(told))]
    assert whole.answer(200, headers, told)
    assert not whole.answer(200, headers, told)
    assert WHOLE not in scope


async def _several_lines(scope: Any, _: Any, send: Any) -> None:
    """Answer with a header that would be two."""
    with pytest.raises(ValueError, match="more than one line"):
        scope[WHOLE].answer(200, [(b"warning", b"a\r\nset-cookie: b"), *DONE], b"no")
    await send({"type": "http.response.start", "status": 200, "headers": DONE})
    await send({"type": "http.response.body", "body": b"ok"})


class _Lasting:
    """Answers with pieces, and waits until the client leaves."""

    def __init__(self) -> None:
        self.left = asyncio.Event()

    async def __call__(self, scope: Any, _: Any, send: Any) -> None:
        whole = scope[WHOLE]
        assert not whole.piece(b"too early")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        whole.when_left(self.left.set)
        assert whole.piece(b"one")
        assert whole.piece(b"")
        await self.left.wait()
        assert not whole.piece(b"too late")


class _Streaming:
    """Streams a word, and then nothing until the client leaves."""

    def __init__(self) -> None:
        self.scope: Any = None
        self.over = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scope = scope
        await exchange.Exchange(scope, receive, send, "1").stream(b"text/plain", self._words())

    async def _words(self) -> AsyncGenerator[bytes, None]:
        try:
            yield b"one"
            await asyncio.get_running_loop().create_future()
        finally:
            self.over.set()


async def test_a_body_that_came_with_its_head_needs_no_message() -> None:
    async with _serving(_tell) as (reader, writer):
        writer.write(POST + b"\r\nbody")
        first = await reader.readuntil(b"here body")
        writer.write(POST + b"Connection: close\r\n\r\nmore")
        last = await reader.read()

    assert first == b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhere body"
    assert last == b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\nconnection: close\r\n\r\nhere more"


async def test_a_body_that_comes_later_is_received() -> None:
    async with _serving(_tell) as (reader, writer):
        writer.write(POST + b"Expect: 100-continue\r\nConnection: close\r\n\r\n")
        await reader.readuntil(b"100 Continue\r\n\r\n")
        writer.write(b"body")
        answered = await reader.read()

    assert answered.endswith(b"\r\n\r\nlater body")


async def test_a_header_has_one_line() -> None:
    async with _serving(_several_lines) as (reader, writer):
        writer.write(b"GET / " + HEAD + b"Connection: close\r\n\r\n")
        answered = await reader.read()

    assert answered.startswith(b"HTTP/1.1 200 OK")
    assert b"set-cookie" not in answered


async def test_pieces_are_sent_and_who_leaves_is_told_of() -> None:
    lasting = _Lasting()

    async with _serving(lasting) as (reader, writer):
        writer.write(b"GET / " + HEAD + b"\r\n")
        answered = await reader.readuntil(b"one\r\n")
        assert not lasting.left.is_set()

    assert answered.endswith(b"\r\n\r\n3\r\none\r\n")
    assert lasting.left.is_set()


async def test_who_leaves_is_told_of_whatever_was_sent_before() -> None:
    lasting = _Lasting()

    async with _serving(lasting) as (reader, writer):
        writer.write(b"GET / " + HEAD + b"\r\nno request\r\n\r\n")
        await reader.readuntil(b"one\r\n")
        writer.close()
        await lasting.left.wait()

    assert lasting.left.is_set()


async def test_a_stream_that_waits_is_one_task_and_little_of_its_request() -> None:
    streaming = _Streaming()

    async with _serving(streaming) as (reader, writer):
        before = asyncio.all_tasks()
        writer.write(b"GET / " + HEAD + b"\r\n")
        await reader.readuntil(b"one\r\n")
        more = asyncio.all_tasks() - before

    assert len(more) == 1
    assert set(streaming.scope) == {"method", "client"}


async def test_a_stream_ends_when_its_client_leaves() -> None:
    streaming = _Streaming()

    async with _serving(streaming) as (reader, writer):
        writer.write(b"GET / " + HEAD + b"\r\n")
        await reader.readuntil(b"one\r\n")
        writer.close()
        await streaming.over.wait()

    assert streaming.over.is_set()


async def test_a_request_that_is_over_leaves_nothing_to_the_collector() -> None:
    cycles = []

    async def tell(scope: Any, receive: Any, send: Any) -> None:
        cycles.append(weakref.ref(scope[WHOLE]._cycle))
        await _tell(scope, receive, send)

    gc.disable()
    try:
        async with _serving(tell) as (reader, writer):
            for _ in range(2):
                writer.write(POST + b"\r\nbody")
                await reader.readuntil(b"here body")
    finally:
        gc.enable()

    assert cycles[0]() is None


def test_the_application_looks_for_it_where_it_is() -> None:
    assert asgi.WHOLE == WHOLE
