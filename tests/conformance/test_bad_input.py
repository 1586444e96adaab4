"""What no client would send reaches the server as it is, and leaves it as it was."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import msgspec
import pytest

from conformance.conftest import Server

HEAD = b"HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
NAMESPACES = b"POST /api/v1/namespaces " + HEAD


@pytest.fixture
def line(server: Server) -> Iterator[ssl.SSLSocket]:
    """A connection to the server, of its administrator."""
    keys, address = server.state / "pki", urlsplit(server.url)
    context = ssl.create_default_context(cafile=str(keys / "ca.crt"))
    context.load_cert_chain(str(keys / "admin.crt"), str(keys / "admin.key"))
    host = str(address.hostname)
    with (
        socket.create_connection((host, address.port or 443), timeout=30) as plain,
        context.wrap_socket(plain, server_hostname=host) as secured,
    ):
        yield secured


def _answer(line: ssl.SSLSocket, data: bytes) -> bytes:
    line.sendall(data)
    with line.makefile("rb") as reader:
        return reader.read()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"GET /api/v1/namespaces/../pods " + HEAD + b"\r\n", 400),
        (b"GET //api/v1/namespaces " + HEAD + b"\r\n", 404),
        (b"GET /api/v1/namespaces;a=b " + HEAD + b"\r\n", 404),
        (b"GET http://other/api/v1/namespaces/none " + HEAD + b"\r\n", 404),
        (b"OPTIONS /api/v1/namespaces " + HEAD + b"\r\n", 405),
        (b"TRACE /api/v1/namespaces " + HEAD + b"\r\n", 405),
        (b"GET /api/v1/namespaces HTTP/1.1\r\nConnection: close\r\n\r\n", 400),
        (NAMESPACES + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (NAMESPACES + b"Content-Length: 4000000\r\n\r\n{", 413),
        (NAMESPACES + b"Content-Type: text/xml\r\nContent-Length: 2\r\n\r\n{}", 415),
        (b"GET /" + b"a" * 70_000 + b" " + HEAD + b"\r\n", 431),
    ],
)
def test_what_is_wrong_is_answered_with_a_status(
    line: ssl.SSLSocket, data: bytes, code: int
) -> None:
    head, _, body = _answer(line, data).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 %d " % code)
    assert msgspec.json.decode(body)["code"] == code


def test_a_trailer_impersonates_nobody(line: ssl.SSLSocket) -> None:
    review = b'{"kind":"SelfSubjectReview","apiVersion":"authentication.k8s.io/v1"}'
    start = b"POST /apis/authentication.k8s.io/v1/selfsubjectreviews " + HEAD
    chunk = b"%x\r\n%b\r\n0\r\nImpersonate-User: somebody\r\n\r\n" % (len(review), review)

    said = _answer(line, start + b"Transfer-Encoding: chunked\r\n\r\n" + chunk)

    assert b'"username":"system:admin"' in said


def test_a_request_hidden_behind_an_upgrade_is_not_done(
    line: ssl.SSLSocket, server: Server
) -> None:
    hidden = b"DELETE /api/v1/namespaces/default/configmaps/hidden " + HEAD + b"\r\n"
    upgrade = b"Upgrade: x\r\nContent-Length: %d\r\n\r\n" % len(hidden)
    start = b"POST /api/v1/namespaces HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\n"
    server.kubectl("create", "configmap", "hidden")

    said = _answer(line, start + upgrade + hidden)

    assert said.startswith(b"HTTP/1.1 400 ")
    assert server.kubectl("get", "configmap", "hidden", "-o", "name").code == 0
