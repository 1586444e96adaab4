"""A proxy on loopback, which knows hosts that nobody else knows."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from typing_extensions import override

PIECE = 1 << 16
OF_A_CONNECTION = frozenset({"connection", "proxy-connection", "transfer-encoding"})


@dataclass(slots=True)
class Proxy:
    """What a proxy was asked for: `GET git.test`, `CONNECT 127.0.0.1:1234`."""

    url: str = ""
    asked: list[str] = field(default_factory=list)


@contextlib.contextmanager
def proxy(hosts: Mapping[str, int]) -> Iterator[Proxy]:
    """A proxy; hosts are names, and the ports of loopback where they are."""
    made = Proxy()
    handler = type("Handler", (_Handler,), {"made": made, "hosts": hosts})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    made: Proxy
    hosts: Mapping[str, int]

    def do_GET(self) -> None:
        self._pass_on()

    def do_POST(self) -> None:
        self._pass_on()

    def do_CONNECT(self) -> None:
        self.made.asked.append(f"CONNECT {self.path}")
        host, _, port = self.path.rpartition(":")
        with socket.create_connection((host, int(port))) as there:
            self.send_response(200)
            self.end_headers()
            back = threading.Thread(target=_copied, args=(there, self.connection), daemon=True)
            back.start()
            _copied(self.connection, there)
            back.join()

    def _pass_on(self) -> None:
        asked = urlsplit(self.path)
        self.made.asked.append(f"{self.command} {asked.hostname}")
        size = int(self.headers.get("Content-Length", 0))
        there = http.client.HTTPConnection("127.0.0.1", self.hosts[asked.hostname or ""])
        with contextlib.closing(there):
            path = asked._replace(scheme="", netloc="").geturl()
            headers = _passed(self.headers.items())
            there.request(self.command, path, self.rfile.read(size), headers)
            answer = there.getresponse()
            content = answer.read()
        self.send_response_only(answer.status)
        for name, value in _passed(answer.getheaders()).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    @override
    def log_message(self, format: str, *args: Any) -> None:
        pass


def _passed(headers: Any) -> dict[str, str]:
    return {name: value for name, value in headers if name.lower() not in OF_A_CONNECTION}


def _copied(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(PIECE):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)
