"""Carriers over real connections: what goes out, what comes in, and what is said when it does not.

Source: RFC 9110, RFC 9112.
"""

from __future__ import annotations

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest
from typing_extensions import override

import containers
from slipcast.adapters import certificates
from slipcast.api.kubeconfig import Access
from slipcast.client.credentials import tls
from slipcast.client.direct import Direct
from slipcast.client.http import HttpApi
from slipcast.client.proxied import Proxied
from slipcast.client.sending import Carrier, Incoming, NoAddress, NotCarried, Patience, Sent, first
from slipcast.client.wire import Request

pytestmark = pytest.mark.anyio

FINE = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\nx-said: so\r\n\r\nfine"
LARGE = b"0123456789abcdef" * 200_000

Make = Callable[..., Carrier]


class Server:
    """Answers each request with the next of its answers, and remembers what it was sent.

    Shape:  an answer of None waits until there is a second connection. With cut a connection is
            ended after each answer.
    """

    def __init__(self, *answers: bytes | None, cut: bool = False) -> None:
        self.answers = [*answers]
        self.cut = cut
        self.heads: list[str] = []
        self.bodies: list[bytes] = []
        self.connections = 0
        self.both = asyncio.Event()
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if self.connections > 1:
            self.both.set()
        try:
            while self.answers:
                await self._one(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        self.heads.append(head)
        answer = self.answers.pop(0)
        self.bodies.append(await _body(head, reader))
        if answer is None:
            await self.both.wait()
            answer = FINE
        writer.write(answer)
        await writer.drain()
        if self.cut:
            writer.close()


async def _body(head: str, reader: asyncio.StreamReader) -> bytes:
    if "transfer-encoding: chunked" in head:
        return await _chunks(reader)
    length = head.partition("content-length: ")[2].partition("\r")[0]
    return await reader.readexactly(int(length or 0))


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    found = b""
    while size := int(await reader.readline(), 16):
        found += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return found


@asynccontextmanager
async def served(server: Server, context: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """The server, at a port of its own."""
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=context)
    port = listening.sockets[0].getsockname()[1]
    server.url = f"http{'s' if context else ''}://127.0.0.1:{port}"
    try:
        yield server
    finally:
        server.both.set()
        listening.close()


@asynccontextmanager
async def closed(carrier: Carrier) -> AsyncIterator[Carrier]:
    """The carrier, closed at the end."""
    try:
        yield carrier
    finally:
        await carrier.close()


def sent(url: str, method: str = "GET", body: bytes | AsyncIterator[bytes] = b"") -> Sent:
    headers = (("user-agent", "test"), ("x-own", "yes"))
    patience = Patience.even(60)
    return Sent(method=method, url=url, headers=headers, body=body, patience=patience)


async def whole(answer: Incoming) -> bytes:
    async with aclosing(answer.pieces()) as pieces:
        return b"".join([piece async for piece in pieces])


async def pieces_of(content: bytes) -> AsyncIterator[bytes]:
    yield content[:5]
    yield b""
    yield content[5:]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=[Direct, Proxied])
def make(request: pytest.FixtureRequest) -> Make:
    """Each carrier in turn."""
    made: Make = request.param
    return made


async def test_an_answer_is_head_and_body(make: Make) -> None:
    async with served(Server(FINE)) as server, closed(make(None)) as carrier:
        answer = await carrier.send(sent(f"{server.url}/a%20b?c=d"))
        said = await whole(answer)

    assert (answer.status, first(answer.headers, "x-said"), said) == (200, "so", b"fine")
    assert server.heads[0].startswith("get /a%20b?c=d http/1.1\r\n")
    assert "x-own: yes\r\n" in server.heads[0]
    assert f"host: {server.url.removeprefix('http://')}\r\n" in server.heads[0]


async def test_a_body_is_sent_with_its_length(make: Make) -> None:
    async with served(Server(FINE)) as server, closed(make(None)) as carrier:
        await whole(await carrier.send(sent(server.url, "PUT", LARGE)))

    assert server.bodies == [LARGE]
    assert f"content-length: {len(LARGE)}\r\n" in server.heads[0]


async def test_a_post_of_nothing_says_so(make: Make) -> None:
    async with served(Server(FINE)) as server, closed(make(None)) as carrier:
        await whole(await carrier.send(sent(server.url, "POST")))

    assert "content-length: 0\r\n" in server.heads[0]


async def test_a_stream_is_sent_in_chunks(make: Make) -> None:
    async with served(Server(FINE)) as server, closed(make(None)) as carrier:
        await whole(await carrier.send(sent(server.url, "POST", pieces_of(LARGE))))

    assert server.bodies == [LARGE]
    assert "transfer-encoding: chunked\r\n" in server.heads[0]


async def test_a_packed_answer_is_unpacked(make: Make) -> None:
    packed = gzip.compress(LARGE)
    head = f"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {len(packed)}\r\n\r\n"

    async with served(Server(head.encode() + packed)) as server, closed(make(None)) as carrier:
        said = await whole(await carrier.send(sent(server.url)))

    assert said == LARGE


async def test_chunks_are_put_together(make: Make) -> None:
    chunk = b"%x\r\n%b\r\n" % (len(LARGE), LARGE)
    answer = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + chunk * 2 + b"0\r\n\r\n"

    async with served(Server(answer)) as server, closed(make(None)) as carrier:
        said = await whole(await carrier.send(sent(server.url)))

    assert said == LARGE * 2


async def test_an_answer_without_a_length_ends_with_its_connection(make: Make) -> None:
    answer = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nall of it"

    async with served(Server(answer, cut=True)) as server, closed(make(None)) as carrier:
        said = await whole(await carrier.send(sent(server.url)))

    assert said == b"all of it"


async def test_an_answer_that_ends_before_its_end_is_none(make: Make) -> None:
    answer = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"

    async with served(Server(answer, cut=True)) as server, closed(make(None)) as carrier:
        with pytest.raises(NotCarried):
            await whole(await carrier.send(sent(server.url)))


async def test_what_comes_before_the_answer_is_passed_over(make: Make) -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"

    async with served(Server(early + FINE)) as server, closed(make(None)) as carrier:
        answer = await carrier.send(sent(server.url))
        said = await whole(answer)

    assert (answer.status, first(answer.headers, "link"), said) == (200, "", b"fine")


async def test_a_server_that_says_nothing_is_not_waited_for_for_ever(make: Make) -> None:
    patience = Patience(connecting=60, reading=0.05, writing=60)

    async with served(Server(None)) as server, closed(make(None)) as carrier:
        asked = Sent(method="GET", url=server.url, headers=(), body=b"", patience=patience)
        with pytest.raises(NotCarried):
            await carrier.send(asked)


async def test_no_server_is_no_answer(make: Make) -> None:
    async with closed(make(None)) as carrier:
        with pytest.raises(NotCarried):
            await carrier.send(sent(f"http://127.0.0.1:{containers.a_port()}"))


async def test_what_is_no_http_is_no_answer(make: Make) -> None:
    async with served(Server(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")) as server, closed(make(None)) as one:
        with pytest.raises(NotCarried):
            await one.send(sent(server.url))


async def test_a_connection_is_used_again(make: Make) -> None:
    async with served(Server(FINE, FINE, FINE)) as server, closed(make(None)) as carrier:
        said = [await whole(await carrier.send(sent(server.url))) for _ in range(3)]

    assert (said, server.connections) == ([b"fine"] * 3, 1)


async def test_a_connection_that_the_server_ends_is_not_used_again(make: Make) -> None:
    last = FINE.replace(b"x-said: so", b"connection: close")

    async with served(Server(last, FINE, cut=True)) as server, closed(make(None)) as carrier:
        said = [await whole(await carrier.send(sent(server.url))) for _ in range(2)]

    assert (said, server.connections) == ([b"fine"] * 2, 2)


async def test_a_connection_that_is_left_as_it_is_used_again_is_no_failure() -> None:
    async with served(Leaving(FINE, FINE)) as server, closed(Direct(None)) as carrier:
        said = [await whole(await carrier.send(sent(server.url))) for _ in range(2)]

        assert (said, server.connections) == ([b"fine"] * 2, 2)


async def test_what_may_have_been_done_is_not_done_again() -> None:
    async with served(Leaving(FINE, FINE)) as server, closed(Direct(None)) as carrier:
        await whole(await carrier.send(sent(server.url)))
        with pytest.raises(NotCarried, match="closed the connection"):
            await carrier.send(sent(server.url, "POST"))

        assert server.connections == 1


class Leaving(Server):
    """Answers the first request of each connection, and leaves at the second."""

    @override
    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await super()._one(reader, writer)
        await reader.readuntil(b"\r\n\r\n")
        writer.close()


async def test_what_follows_an_answer_is_none() -> None:
    async with served(Server(FINE + FINE, FINE)) as server, closed(Direct(None)) as carrier:
        said = [await whole(await carrier.send(sent(server.url))) for _ in range(2)]

    assert (said, server.connections) == ([b"fine"] * 2, 2)


async def test_a_head_without_end_is_no_answer(make: Make) -> None:
    endless = b"HTTP/1.1 200 OK\r\nx-said: " + LARGE

    async with served(Server(endless)) as server, closed(make(None)) as carrier:
        with pytest.raises(NotCarried):
            await carrier.send(sent(server.url))


async def test_who_finds_all_connections_busy_opens_another(make: Make) -> None:
    # The first is answered when there is a second connection.
    async with served(Server(None, FINE)) as server, closed(make(None)) as carrier:
        answers = await asyncio.gather(*(carrier.send(sent(server.url)) for _ in range(2)))
        said = [await whole(answer) for answer in answers]

    assert (said, server.connections) == ([b"fine"] * 2, 2)


async def test_a_certificate_may_be_for_another_name(make: Make, tmp_path: Path) -> None:
    made = certificates.prepare(tmp_path, ["shop.test"])
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(made.server.certificate, made.server.key)
    way = Access(server="https://127.0.0.1", authority=made.authority.read_bytes())

    async with served(Server(FINE), context) as server:
        async with closed(make(tls(way), "shop.test")) as carrier:
            said = await whole(await carrier.send(sent(server.url)))
        async with closed(make(tls(way))) as other:
            with pytest.raises(NotCarried, match="certificate"):
                await other.send(sent(server.url))

    assert said == b"fine"


@pytest.mark.parametrize("url", ["ftp://a", "a:80", "http://", "http://a:b", "http://[::1"])
async def test_what_is_no_address_is_told(make: Make, url: str) -> None:
    async with closed(make(None)) as carrier:
        with pytest.raises((NoAddress, NotCarried)):
            await carrier.send(sent(url))


async def test_a_header_ends_no_line(make: Make) -> None:
    asked = Sent(
        method="GET", url="http://127.0.0.1:1", headers=(("x-a", "b\r\nx-c: d"),), body=b"",
        patience=Patience.even(60),
    )  # fmt: skip

    async with closed(make(None)) as carrier:
        with pytest.raises(NotCarried):
            await carrier.send(asked)


async def test_who_is_refused_before_all_was_said_hears_it() -> None:
    refusing = Refusing()
    listening = await asyncio.start_server(refusing.serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"

    async with closed(Direct(None)) as carrier:
        answer = await carrier.send(sent(url, "POST", LARGE * 20))
        said = await whole(answer)

    refusing.is_done.set()
    listening.close()
    assert (answer.status, said) == (413, b"far too much")


class Refusing:
    """Says no to a head, and never reads a body."""

    def __init__(self) -> None:
        self.is_done = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Much\r\ncontent-length: 12\r\n\r\nfar too much")
        await writer.drain()
        await self.is_done.wait()
        writer.close()


async def test_where_the_environment_names_a_proxy_it_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer = b'HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\n{"kind": "A"}'
    async with served(Server(answer)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        environment = {"HTTP_PROXY": proxy.url}
        api = HttpApi(Access(server="http://shop.test"), environment=environment)
        said = await api.send(Request(method="GET", path="/version"))
        await api.close()

    assert said.content == b'{"kind": "A"}'
    assert proxy.heads[0].startswith("get http://shop.test/version http/1.1\r\n")
