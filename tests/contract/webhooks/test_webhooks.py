"""The Webhooks port over HTTP: what is sent, what is shown to whom, and what comes back."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

import containers
from slipcast.adapters import certificates
from slipcast.adapters.certificates import Certificates
from slipcast.api.kubeconfig import Access
from slipcast.client.webhooks import MOST, HttpWebhooks
from slipcast.ports.webhooks import Answered, Webhooks
from slipcast.values.faults import PortFault

pytestmark = pytest.mark.anyio


class Hooked(ThreadingHTTPServer):
    """A server that remembers what it was sent, and answers what it was told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer: tuple[int, bytes, dict[str, str]] = (200, b"", {})
        self.asked: list[tuple[str, bytes, dict[str, str]]] = []
        self.shown: list[Any] = []

    def url(self, scheme: str = "http") -> str:
        return f"{scheme}://127.0.0.1:{self.server_port}/webhooks/s3cret/generic"


class _Handler(BaseHTTPRequestHandler):
    server: Hooked

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.asked.append((self.path, body, headers))
        if isinstance(self.connection, ssl.SSLSocket):
            self.server.shown.append(self.connection.getpeercert())
        status, said, more = self.server.answer
        self.send_response(status)
        for name, value in {**more, "Content-Length": str(len(said))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(said)

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def webhooks() -> Webhooks:
    return HttpWebhooks(timeout=60)


@pytest.fixture
def server() -> Iterator[Hooked]:
    with closing(_Closing()) as served:
        yield served.hooked


@pytest.fixture
def made(tmp_path: Path) -> Certificates:
    return certificates.prepare(tmp_path, ["127.0.0.1"])


@pytest.fixture
def secure(server: Hooked, made: Certificates) -> Hooked:
    """A server with TLS, which asks for a certificate and takes none, too."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.server.certificate, made.server.key)
    context.load_verify_locations(made.authority)
    context.verify_mode = ssl.CERT_OPTIONAL
    server.socket = context.wrap_socket(server.socket, server_side=True)
    return server


class _Closing:
    def __init__(self) -> None:
        self.hooked = Hooked()
        self._thread = threading.Thread(target=self.hooked.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self.hooked.shutdown()
        self._thread.join()
        self.hooked.server_close()


async def test_what_is_told_is_posted_as_json(webhooks: Webhooks, server: Hooked) -> None:
    server.answer = (201, b'{"kind":"Build"}', {})

    answer = await webhooks.call(server.url(), b'{"git":{}}', Access())

    assert answer == Answered(status=201, body=b'{"kind":"Build"}')
    ((path, body, headers),) = server.asked
    assert (path, body) == ("/webhooks/s3cret/generic", b'{"git":{}}')
    assert headers["content-type"] == "application/json"


async def test_nothing_is_posted_as_nothing(webhooks: Webhooks, server: Hooked) -> None:
    await webhooks.call(server.url(), b"", Access())

    assert server.asked[0][1] == b""


@pytest.mark.parametrize("status", [301, 302, 307, 400, 403, 500])
async def test_whatever_is_answered_is_told(
    webhooks: Webhooks, server: Hooked, status: int
) -> None:
    server.answer = (status, b"no", {"Location": "/there"})

    answer = await webhooks.call(server.url(), b"", Access())

    assert answer == Answered(status=status, body=b"no", location="/there")
    assert len(server.asked) == 1


async def test_an_endless_answer_is_read_in_part(webhooks: Webhooks, server: Hooked) -> None:
    server.answer = (200, b"x" * (MOST + 1), {})

    answer = await webhooks.call(server.url(), b"", Access())

    assert len(answer.body) == MOST


async def test_warnings_beside_the_answer_are_handed_on(webhooks: Webhooks, server: Hooked) -> None:
    server.answer = (200, b"{}", {"Warning": '299 - "no git information"'})

    answer = await webhooks.call(server.url(), b"", Access())

    assert answer.warnings == ("no git information",)


async def test_no_token_and_no_password_is_shown(webhooks: Webhooks, server: Hooked) -> None:
    way = Access(token="t0ken", username="ada", password="secret", impersonate="bob")

    await webhooks.call(server.url(), b"", way)

    assert {"authorization", "impersonate-user"} & server.asked[0][2].keys() == set()


async def test_a_server_is_verified_and_shown_the_certificate_sb_72(
    webhooks: Webhooks, secure: Hooked, made: Certificates
) -> None:
    way = Access(
        authority_file=str(made.authority),
        certificate_file=str(made.administrator.certificate),
        key_file=str(made.administrator.key),
    )

    answer = await webhooks.call(secure.url("https"), b"", way)

    assert answer.status == 200
    assert secure.shown[0]["subject"]


async def test_a_server_that_nobody_vouches_for_is_told_nothing(
    webhooks: Webhooks, secure: Hooked
) -> None:
    with pytest.raises(PortFault, match="certificate"):
        await webhooks.call(secure.url("https"), b"", Access())

    assert secure.asked == []


async def test_a_fault_names_the_host_and_not_the_secret(webhooks: Webhooks) -> None:
    port = containers.a_port()

    with pytest.raises(PortFault, match=f"127.0.0.1:{port}") as caught:
        await webhooks.call(f"http://ada:pw@127.0.0.1:{port}/s3cret/generic", b"", Access())

    assert "s3cret" not in caught.value.message
    assert "pw" not in caught.value.message


async def test_what_is_no_url_is_refused(webhooks: Webhooks) -> None:
    with pytest.raises(PortFault):
        await webhooks.call("https://a..b\u2026/generic", b"", Access())
