"""What a browser brings back at the end of a login."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from slipcast.client.callback import Callback, listening
from slipcast.values.faults import PortFault

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def sent(callback: Callback, request: str) -> str:
    """What is answered to a request, to the end of it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", callback.port)
    answer = b""
    with suppress(ConnectionError):
        writer.write(request.encode())
        answer = await reader.read()
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
    return answer.decode()


async def test_what_the_browser_brings_is_heard():
    async with listening("mine") as callback:
        answer = await sent(callback, "GET /callback?code=c&state=mine HTTP/1.1\r\n\r\n")

        assert await callback.answer(60) == {"code": "c", "state": "mine"}
        assert callback.address == f"http://127.0.0.1:{callback.port}/callback"
        assert answer.startswith("HTTP/1.1 200 OK\r\n")
        assert "This window can be closed." in answer
        assert "content-security-policy: default-src 'none'" in answer


@pytest.mark.parametrize(
    "request_line",
    [
        "GET /callback?code=forged&state=theirs HTTP/1.1",
        "GET /callback?code=forged HTTP/1.1",
        "GET /favicon.ico?code=forged&state=mine HTTP/1.1",
        "POST /callback?code=forged&state=mine HTTP/1.1",
        "GET http://[?code=forged&state=mine HTTP/1.1",
        "GET /callback?" + "a=1&" * 30 + "state=mine HTTP/1.1",
        "",
    ],
)
async def test_what_is_not_of_this_login_is_not_taken(request_line: str):
    async with listening("mine") as callback:
        answer = await sent(callback, f"{request_line}\r\n\r\n")
        await sent(callback, "GET /callback?code=c&state=mine HTTP/1.1\r\n\r\n")

        assert answer.split()[1] in {"400", "404"}
        assert (await callback.answer(60))["code"] == "c"


async def test_who_sends_too_much_is_not_heard_out():
    async with listening("mine") as callback:
        answer = await sent(callback, "GET /" + "a" * 20_000)
        await sent(callback, "GET /callback?code=c&state=mine HTTP/1.1\r\n\r\n")

        assert answer == ""
        assert (await callback.answer(60))["code"] == "c"


async def test_the_first_answer_counts():
    async with listening("mine") as callback:
        await sent(callback, "GET /callback?code=1&state=mine HTTP/1.1\r\n\r\n")
        await sent(callback, "GET /callback?code=2&state=mine HTTP/1.1\r\n\r\n")

        assert (await callback.answer(60))["code"] == "1"


async def test_nobody_is_waited_for_for_ever():
    async with listening("mine") as callback:
        with pytest.raises(PortFault, match="nobody has logged in"):
            await callback.answer(0)


async def test_a_port_that_is_taken_is_told():
    async with listening("mine") as first:
        with pytest.raises(PortFault, match=f"port {first.port} of this machine"):
            async with listening("mine", first.port):
                raise AssertionError
