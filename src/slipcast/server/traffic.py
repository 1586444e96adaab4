"""Traffic: requests of an application that answers them itself, counted and logged.

So is the registry's. Bytes are counted as they pass, and none of them is held.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from slipcast.ports.accounts import ACCOUNT, Account
from slipcast.server.asgi import Message, Receive, Scope, Send
from slipcast.server.telemetry import BUCKETS

log = logging.getLogger("slipcast.access")
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
GONE: Final = 499
"""What is counted where the client did not wait for an answer."""
SENT_FILE: Final = "http.response.zerocopysend"


Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]


class Metrics:
    """The metrics of a registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        names = ("method", "kind")
        self.requests = Counter(
            "slipcast_registry_request_total",
            "Requests to the registry, by method, kind and status.",
            (*names, "code"),
            registry=registry,
        )
        self.seconds = Histogram(
            "slipcast_registry_request_duration_seconds",
            "Seconds from the request to the end of its answer.",
            names,
            buckets=BUCKETS,
            registry=registry,
        )
        self.bytes = Counter(
            "slipcast_registry_bytes_total",
            "Bytes of bodies, received and sent.",
            ("direction",),
            registry=registry,
        )
        self.current = Gauge(
            "slipcast_registry_current_requests",
            "Requests that are being answered.",
            registry=registry,
        )


class _Passing:
    """One request on its way."""

    __slots__ = ("_receive", "_send", "account", "id", "received", "sent", "status")

    def __init__(self, receive: Receive, send: Send, name: str) -> None:
        self._receive = receive
        self._send = send
        self.account = Account()
        self.id = name
        self.received = self.sent = 0
        self.status = GONE

    async def receive(self) -> Message:
        message = await self._receive()
        self.received += len(message.get("body", b""))
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message.get("headers", ()), (b"x-request-id", self.id.encode())]
        await self._send(message)
        self.sent += message["count"] if message["type"] == SENT_FILE else len(_body(message))


class Traffic:
    """An application, counted."""

    def __init__(self, app: Asgi, registry: CollectorRegistry) -> None:
        """Serve what the application serves; what is counted goes into the registry of metrics."""
        self._app = app
        self._metrics = Metrics(registry)
        self._origin = f"{time.time_ns():x}-r"
        self._ids = count(1)
        self._current = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        began = time.perf_counter()
        passing = _Passing(receive, send, f"{self._origin}{next(self._ids)}")
        scope[ACCOUNT] = passing.account
        self._current += 1
        self._metrics.current.set(self._current)
        try:
            await self._app(scope, passing.receive, passing.send)
        finally:
            self._current -= 1
            self._metrics.current.set(self._current)
            self._count(scope, passing, time.perf_counter() - began)

    def _count(self, scope: Scope, passing: _Passing, seconds: float) -> None:
        method = scope["method"] if scope["method"] in METHODS else "other"
        kind, metrics = passing.account.kind, self._metrics
        metrics.requests.labels(method, kind, str(passing.status)).inc()
        metrics.seconds.labels(method, kind).observe(seconds)
        metrics.bytes.labels("received").inc(passing.received)
        metrics.bytes.labels("sent").inc(passing.sent)
        if log.isEnabledFor(logging.INFO):
            log.info("request.answered", extra={"fields": _fields(scope, passing, seconds)})


def _fields(scope: Scope, passing: _Passing, seconds: float) -> dict[str, object]:
    agents = [value for name, value in scope["headers"] if name == b"user-agent"]
    return {
        "request": passing.id,
        "method": scope["method"],
        "path": scope["path"],
        "status": passing.status,
        "user": passing.account.user,
        "agent": agents[0].decode("latin-1") if agents else "",
        "address": (scope.get("client") or ("",))[0],
        "milliseconds": round(seconds * 1000, 3),
        "received": passing.received,
        "sent": passing.sent,
    }


def _body(message: Message) -> bytes:
    found: bytes = message.get("body", b"")
    return found
