"""A registry in memory that counts what it is asked: repositories, blobs, mounts between them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

from typing_extensions import override


class Shelf(ThreadingHTTPServer):
    """Repositories with the digests of their blobs, and every request as `METHOD path`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.held: dict[str, set[str]] = {}
        self.asked: list[str] = []
        self.mounts = True
        self.texts: dict[str, object] = {}
        self.hosts: set[str] = set()

    @property
    def address(self) -> str:
        """`host:port`."""
        return f"127.0.0.1:{self.server_port}"

    def sent(self) -> list[str]:
        """The requests that changed something."""
        return [each for each in self.asked if not each.startswith(("HEAD", "GET"))]


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Shelf

    def do_HEAD(self) -> None:
        repository, digest = self._named("blobs" if "/blobs/" in self.path else "manifests")
        self._answer(200 if digest in self.server.held.get(repository, ()) else 404)

    def do_GET(self) -> None:
        text = self.server.texts.get(self.path.removeprefix("/v2/"))
        self._answer(200 if text else 404, json.dumps(text).encode() if text else b"")

    def do_POST(self) -> None:
        url = urlsplit(self.path)
        repository, _ = self._named("blobs")
        said = {name: values[0] for name, values in parse_qs(url.query).items()}
        other = self.server.held.get(said.get("from", ""), ())
        if self.server.mounts and said.get("mount") in other:
            self.server.held.setdefault(repository, set()).add(said["mount"])
            self._answer(201)
        else:
            self._answer(202, location=f"{url.path}1")

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        repository, _ = self._named("blobs" if "/blobs/" in self.path else "manifests")
        found = parse_qs(urlsplit(self.path).query).get("digest")
        digest = found[0] if found else f"sha256:{hashlib.sha256(body).hexdigest()}"
        self.server.held.setdefault(repository, set()).add(digest)
        self._answer(201)

    def do_DELETE(self) -> None:
        self._answer(204)

    def _named(self, kind: str) -> tuple[str, str]:
        name, _, rest = urlsplit(self.path).path.removeprefix("/v2/").partition(f"/{kind}/")
        return name, rest

    def _answer(self, code: int, body: bytes = b"", **headers: str) -> None:
        self.server.hosts.add(str(self.headers["host"]))
        self.server.asked.append(f"{self.command} {self.path}")
        self.send_response(code)
        for name, value in {"content-length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def open_shelf() -> Iterator[Shelf]:
    """A registry for the length of the context."""
    with Shelf() as shelf:
        thread = Thread(target=shelf.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield shelf
        shelf.shutdown()
        thread.join()
