"""Logins by password, at servers of the 3.5 era that answer in several ways."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from slipcast.api.kubeconfig import Access
from slipcast.client.entrance import HttpEntrance
from slipcast.values.apifaults import Unauthorized, Unavailable
from slipcast.values.faults import PortFault
from slipcast.values.sensitive import Sensitive

pytestmark = pytest.mark.anyio

TOKEN = (
    "Location: https://server.test/oauth/token/implicit#access_token=sha256~abc&token_type=Bearer"
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@asynccontextmanager
async def answering(status: str, *headers: str) -> AsyncIterator[Access]:
    """The way to a server that answers every login so."""

    def said(path: bytes) -> str:
        first = status if path.startswith(b"/oauth/authorize?") else "404 Not Found"
        usual = ("content-length: 0", "connection: close")
        return "\r\n".join((f"HTTP/1.1 {first}", *usual, *headers, "", ""))

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        writer.write(said(head.split(b" ")[1]).encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(hear, "127.0.0.1", 0) as server:
        yield Access(server=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")


async def login(way: Access) -> str:
    return await HttpEntrance().token(way, "anna", Sensitive("secret"))


async def test_the_token_is_in_the_address_that_the_answer_leads_to() -> None:
    async with answering("302 Found", TOKEN) as way:
        assert await login(way) == "sha256~abc"


async def test_who_is_challenged_again_was_wrong() -> None:
    async with answering("401 Unauthorized", 'WWW-Authenticate: Basic realm="o"') as way:
        with pytest.raises(Unauthorized, match="user name or password are wrong"):
            await login(way)


async def test_who_is_let_in_by_browser_only_is_told_how() -> None:
    warning = 'Warning: 199 OpenShift "You must obtain an API token by visiting https://s/x"'
    async with answering("401 Unauthorized", warning) as way:
        with pytest.raises(PortFault, match="lets nobody in by password") as told:
            await login(way)

    assert told.value.hint is not None
    assert "`slipcast login --web`" in told.value.hint
    assert f"{way.server}/oauth/token/request" in told.value.hint


@pytest.mark.parametrize("status", ["403 Forbidden", "404 Not Found", "302 Found"])
async def test_a_server_without_passwords_is_told(status: str) -> None:
    async with answering(status) as way:
        with pytest.raises(PortFault, match="lets nobody in by password"):
            await login(way)


async def test_what_else_goes_wrong_is_told_as_it_is() -> None:
    async with answering("503 Service Unavailable") as way:
        with pytest.raises(Unavailable):
            await login(way)
