"""The application over a store in memory, asked over ASGI by an administrator."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
import pytest

from slipcast.adapters.clock import SystemClock
from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.ports.identity import Credentials
from slipcast.server.app import Application
from slipcast.store.store import Setup, Store
from slipcast.values.actor import AUTHENTICATED, MASTERS, Actor

ADMINISTRATOR = Actor(name="admin", groups=(MASTERS, AUTHENTICATED))


class Answered(msgspec.Struct, frozen=True):
    """What the application answered."""

    status: int
    headers: dict[str, str]
    body: bytes
    warnings: tuple[str, ...] = ()

    @property
    def document(self) -> dict[str, Any]:
        """The JSON in the body."""
        document: dict[str, Any] = msgspec.json.decode(self.body)
        return document


class Asking:
    """A client that is as near to the application as can be."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self._runner = runner
        store = Store(MemoryJournal(), SystemClock(), Setup(guarded=True))
        runner.run(store.prepare())
        self._application = Application(store, self, deliveries=store.webhooks)

    async def authenticate(self, credentials: Credentials) -> Actor | None:
        """Everybody who says anything is the administrator."""
        return None if credentials.is_empty else ADMINISTRATOR

    def __call__(
        self,
        method: str,
        target: str,
        body: bytes | object = b"",
        headers: Iterable[tuple[str, str]] = (),
        *,
        known: bool = True,
    ) -> Answered:
        """Ask, as nobody unless known; a body that is no bytes is sent as JSON."""
        content = body if isinstance(body, bytes) else msgspec.json.encode(body)
        path, _, query = target.partition("?")
        scope: dict[str, Any] = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [
                (b"host", b"server"),
                *([(b"authorization", b"Bearer x")] if known else []),
                *((name.encode(), value.encode()) for name, value in headers),
            ],
            "client": ("127.0.0.1", 1),
        }
        return self._runner.run(self._ask(scope, content))

    async def _ask(self, scope: dict[str, Any], content: bytes) -> Answered:
        told: list[Any] = []
        left = [{"type": "http.request", "body": content}]

        async def receive() -> Any:
            if left:
                return left.pop()
            return await asyncio.Future()

        async def send(message: Any) -> None:
            told.append(message)

        await self._application(scope, receive, send)
        headers = {name.decode(): value.decode() for name, value in told[0]["headers"]}
        body = b"".join(each["body"] for each in told[1:])
        warnings = tuple(value.decode() for name, value in told[0]["headers"] if name == b"warning")
        return Answered(told[0]["status"], headers, body, warnings)


@pytest.fixture
def ask() -> Iterator[Asking]:
    """Ask the application something."""
    with asyncio.Runner() as runner:
        yield Asking(runner)
