"""SIGTERM: what was begun is ended in order, within seconds, whatever clients do meanwhile."""

from __future__ import annotations

import json
import signal
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Self

import httpx
import pytest

from e2e.server.conftest import New
from e2e.server.process import Server
from e2e.server.waiting import until

MAPS = "/api/v1/namespaces/default/configmaps"
NOTICED = {"SLIPCAST_SERVER_NOTICE": "10"}
"""What gives a slow client the time to look while the server ends."""
BODY = json.dumps({"metadata": {"name": "slow"}, "data": {"text": "x" * 1000}}).encode()


class Raw:
    """A connection on which a test says every byte itself."""

    def __init__(self, server: Server) -> None:
        plain = socket.create_connection(("127.0.0.1", server.port), timeout=30)
        self._socket = server.context().wrap_socket(plain, server_hostname="127.0.0.1")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, text: bytes) -> None:
        """Send bytes."""
        self._socket.sendall(text)

    def half_a_request(self) -> None:
        """Send the head of a request, and half of its body."""
        head = f"POST {MAPS} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        self.send(f"{head}Content-Length: {len(BODY)}\r\n\r\n".encode() + BODY[:500])

    def whole(self) -> bytes:
        """Everything until the other side ends."""
        pieces = []
        try:
            while piece := self._socket.recv(1 << 16):
                pieces.append(piece)
        except (ConnectionResetError, ssl.SSLError):
            pieces.append(b"!")
        return b"".join(pieces)

    def begun(self, upto: bytes) -> bytes:
        """What came until a text was in it."""
        found = b""
        while upto not in found:
            found += self._socket.recv(1 << 16)
        return found


@pytest.fixture
def raw(server: Server) -> Iterator[Raw]:
    """A connection."""
    with Raw(server) as connection:
        yield connection


def being_told_to_end(server: Server) -> None:
    assert server.process is not None
    server.process.send_signal(signal.SIGTERM)


def unchunked(answer: bytes) -> list[bytes]:
    """The chunks of an answer's body; a body that was cut off has none that is empty at its end."""
    rest = answer.partition(b"\r\n\r\n")[2]
    chunks = []
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        chunks.append(rest[: int(size, 16)])
        rest = rest[int(size, 16) + 2 :]
    return chunks


def test_open_watches_end_with_their_last_chunk(server: Server, raw: Raw) -> None:
    raw.send(f"GET {MAPS}?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    begun = raw.begun(b"\r\n\r\n")
    with server.client() as client:
        client.post(MAPS, json={"metadata": {"name": "seen"}})
    begun += raw.begun(b"}\n")

    being_told_to_end(server)

    chunks = unchunked(begun + raw.whole())
    assert chunks[-1] == b""
    assert [json.loads(chunk)["type"] for chunk in chunks[:-1]] == ["ADDED"]
    assert server.ended() == 0


def test_a_request_whose_body_is_still_coming_is_answered(new: New) -> None:
    server = new(environment=NOTICED).start()
    with Raw(server) as raw, server.client() as client:
        raw.half_a_request()
        client.get("/readyz")

        being_told_to_end(server)
        until(lambda: client.get("/readyz").status_code == 503)
        raw.send(BODY[500:])

        assert raw.whole().startswith(b"HTTP/1.1 201 ")
    assert server.ended() == 0
    server.start()
    with server.client() as client:
        assert client.get(f"{MAPS}/slow").status_code == 200


def test_a_body_that_never_comes_holds_nobody_up(server: Server, raw: Raw) -> None:
    raw.half_a_request()
    with server.client() as client:
        client.get("/readyz")

    code = server.terminate()

    assert code == 0
    answer = raw.whole()
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nretry-after: 1\r\n" in answer
    assert b'"message":"the server is stopping"' in answer
    assert "Traceback" not in server.logged


def test_readiness_ends_before_the_server_does(new: New) -> None:
    server = new(environment=NOTICED).start()
    with server.client() as client:
        assert client.get("/readyz").status_code == 200

        being_told_to_end(server)

        until(lambda: client.get("/readyz").status_code == 503)
        assert client.get("/livez").status_code == 200
        watch = client.get(MAPS, params={"watch": "1"})
    assert (watch.status_code, watch.headers["retry-after"]) == (503, "1")
    assert server.ended() == 0


def test_clients_that_only_sit_there_hold_nobody_up(server: Server) -> None:
    with ExitStack() as stack:
        for request in (b"", b"GET /", f"GET {MAPS} HTTP/1.1\r\nHost: x\r\n\r\n".encode()):
            stack.enter_context(Raw(server)).send(request)
        stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
        watching = stack.enter_context(Raw(server))
        watching.send(f"GET {MAPS}?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        watching.begun(b"\r\n\r\n")

        code = server.terminate()

    assert code == 0
    assert "Traceback" not in server.logged


def test_a_second_signal_changes_nothing(server: Server, raw: Raw) -> None:
    raw.half_a_request()

    being_told_to_end(server)
    being_told_to_end(server)

    assert server.ended() == 0


def test_writes_under_way_are_done_or_not_answered(server: Server) -> None:
    written = []
    being_told_to_end(server)
    try:
        with server.client() as client:
            while True:
                answer = client.post(MAPS, json={"metadata": {"generateName": "last-"}})
                written += [answer.json()["metadata"]["name"]] if answer.is_success else []
    except httpx.TransportError:
        pass

    assert server.ended() == 0
    server.start()
    with server.client() as client:
        found = {each["metadata"]["name"] for each in client.get(MAPS).json()["items"]}
    assert set(written) <= found
