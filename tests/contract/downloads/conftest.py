"""A web server on loopback that answers from a table and remembers what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from typing_extensions import override


@dataclass(slots=True)
class Web:
    """Shape: answers by path are (status, body, headers); drops counts connections to cut off."""

    url: str = ""
    answers: dict[str, tuple[int, bytes, dict[str, str]]] = field(default_factory=dict)
    asked: list[tuple[str, str, bytes, str]] = field(default_factory=list)
    drops: int = 0

    def answer(self, path: str, status: int, body: bytes = b"", **headers: str) -> str:
        self.answers[path] = (status, body, headers)
        return f"{self.url}{path}"


@contextmanager
def served() -> Generator[Web]:
    web = Web()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            kind = self.headers.get("Content-Type") or ""
            web.asked.append((self.command, self.path, body, kind))
            if web.drops:
                web.drops -= 1
                self.connection.close()
                return
            status, content, headers = web.answers.get(self.path, (404, b"", {}))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = answer  # noqa: N815 -- the names that the library looks for

        @override
        def log_message(self, *_: object) -> None:
            """Say nothing."""

        @override
        def finish(self) -> None:
            if not self.wfile.closed and self.connection.fileno() >= 0:
                super().finish()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    web.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def web() -> Generator[Web]:
    with served() as web:
        yield web
