"""The application: every request passes here, from its id to its answer.

In order: an id; who asks; a seat; what is asked; the answer; the count. Paths that belong to others
(the login pages, the registry, the console) are handed to them whole.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from itertools import count
from typing import Final

from slipcast.ports.api import Apis
from slipcast.ports.deliveries import Deliveries
from slipcast.ports.identity import Authenticator
from slipcast.server import calls, faults, pages, queries, streams
from slipcast.server.asgi import Message, Receive, Scope, Send
from slipcast.server.calls import Call
from slipcast.server.exchange import Exchange
from slipcast.server.fairness import Fairness
from slipcast.server.handlers import HANDLERS, Request
from slipcast.server.identity import Identity
from slipcast.server.pages import Access, Surroundings
from slipcast.server.streams import Watch
from slipcast.server.telemetry import STREAMED, Telemetry
from slipcast.values.apifaults import ApiFault, MethodNotAllowed, NotServed, Unavailable

Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]
RESOURCES: Final = (b"/api/v1/", b"/apis/", b"/oapi/v1/")
SENDING: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
"""Methods of requests with a body, which comes before a seat is taken."""
RECEIVED: Final = frozenset({"send", "deliver"})
"""Verbs whose bodies may be long."""
LAST_WORD: Final = 3.0
"""Seconds that clients have to say the rest of their requests when the server stops."""
GROUP_DEPTH: Final = 3
"""Segments of /apis/GROUP/VERSION, which is a page; what is longer is a resource."""


class Application:
    """The API over HTTP, as an ASGI application."""

    def __init__(
        self,
        apis: Apis,
        authenticator: Authenticator,
        *,
        fairness: Fairness | None = None,
        deliveries: Deliveries | None = None,
        mounts: Mapping[str, Asgi] | None = None,
        telemetry: Telemetry | None = None,
    ) -> None:
        """Serve an Api to whoever the authenticator knows; mounts are paths that others serve."""
        self._apis = apis
        self._deliveries = deliveries
        self._identity = Identity(authenticator, apis)
        self._fairness = fairness or Fairness()
        self._mounts = {prefix.encode(): app for prefix, app in (mounts or {}).items()}
        self._ids = count(1)
        self._origin = f"{time.time_ns():x}"
        self._streams: set[asyncio.Task[None]] = set()
        self._draining = False
        self._listening: set[asyncio.Timeout] = set()
        self.telemetry = telemetry or Telemetry()
        self._around = Surroundings(
            why_not_ready=self._why_not_ready, telemetry=self.telemetry, apis=apis
        )
        self.readiness: Callable[[], Awaitable[str]] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; ASGI's other kinds of scope are not for us."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        if scope["type"] != "http":
            return
        path: bytes = scope.get("raw_path") or scope["path"].encode()
        for prefix, app in self._mounts.items():
            if path.startswith(prefix):
                await app(scope, receive, send)
                return
        heard = self._until_drained(receive)
        exchange = Exchange(scope, heard, send, f"{self._origin}-{next(self._ids)}")
        watch = await self._answer(exchange)
        if watch is not None:
            await self._follow(watch)

    def drain(self) -> None:
        """Stop saying ready, and end every stream, so that clients go elsewhere."""
        self._draining = True
        for stream in self._streams:
            stream.cancel()
        limit = asyncio.get_running_loop().time() + LAST_WORD
        for waiting in self._listening:
            waiting.reschedule(limit)

    def _until_drained(self, receive: Receive) -> Receive:
        """What a client sends, until the server stops and has waited long enough."""
        return partial(self._heard, receive)

    async def _heard(self, receive: Receive) -> Message:
        try:
            async with asyncio.timeout(LAST_WORD if self._draining else None) as waiting:
                self._listening.add(waiting)
                try:
                    return await receive()
                finally:
                    self._listening.discard(waiting)
        except TimeoutError as late:
            raise _stopping() from late

    async def _answer(self, exchange: Exchange) -> Watch | None:
        """Answer a request; a watch is only begun, for all that was needed for that to go."""
        began = time.perf_counter()
        call: Call | Watch | None = None
        legacy = exchange.path.startswith(b"/oapi/")
        try:
            call = await self._served(exchange, began)
        except Exception as problem:  # noqa: BLE001 -- the request boundary
            fault = faults.fault_of(problem, exchange.id)
            if not exchange.status:
                await _refuse(exchange, fault, legacy=legacy)
        finally:
            if not isinstance(call, Watch):
                self.telemetry.answered(exchange, call, began)
        return call if isinstance(call, Watch) else None

    async def _served(self, exchange: Exchange, began: float) -> Call | Watch | None:
        exchange.check()
        path = exchange.path
        is_resource = _is_resource(path)
        found = None if is_resource else pages.find(path.decode("ascii", "replace"))
        if found is None or found[0].access is not Access.ANYBODY:
            exchange.actor = await self._identity.actor(exchange)
        if found is not None:
            page, caught = found
            if exchange.method not in {"GET", "HEAD"}:
                raise MethodNotAllowed(calls.NOT_ALLOWED)
            await pages.admit(page, path.decode(), exchange.actor, self._apis)
            await page.show(exchange, self._around, caught)
            return None
        if not is_resource:
            raise NotServed
        return await self._resource(exchange, began)

    async def _resource(self, exchange: Exchange, began: float) -> Call | Watch:
        parameters = queries.parse(exchange.scope.get("query_string", b""))
        call = calls.parse(exchange.method, exchange.path, parameters)
        api = self._apis.as_(exchange.actor)
        request = Request(
            exchange=exchange,
            call=call,
            parameters=parameters,
            api=api,
            deliveries=self._deliveries,
        )
        if call.verb == "watch":
            return await self._begun(request, began)
        if call.verb in STREAMED:
            await self._stream(request)
        else:
            if exchange.method in SENDING:
                await exchange.arrive()
            async with self._fairness.seat(exchange.actor.name):
                await HANDLERS[call.verb](request)
        return call

    async def _stream(self, request: Request) -> None:
        if self._draining:
            raise _stopping()
        exchange, verb = request.exchange, request.call.verb
        self._fairness.begin(exchange.actor.name)
        self._enter(verb)
        try:
            await HANDLERS[verb](request)
        except asyncio.CancelledError:
            if not self._draining:
                raise
            await self._drained(exchange)
        finally:
            self._exit(exchange, verb)

    async def _begun(self, request: Request, began: float) -> Watch:
        """A watch, and room for it."""
        name = request.exchange.actor.name
        self._fairness.begin(name)
        watch = None
        try:
            if self._draining:
                raise _stopping()
            watch = await streams.begun(request, began)
        finally:
            if watch is None:
                self._fairness.end(name)
        return watch

    async def _follow(self, watch: Watch) -> None:
        """A watch that has begun, to its end."""
        exchange = watch.exchange
        self._enter("watch")
        try:
            await watch.follow()
        except asyncio.CancelledError:
            if not self._draining:
                raise
            await self._drained(exchange)
        except Exception as problem:  # noqa: BLE001 -- the request boundary
            faults.fault_of(problem, exchange.id)
        finally:
            self._exit(exchange, "watch")
            self.telemetry.answered(exchange, watch.call, watch.began)

    def _enter(self, verb: str) -> None:
        """A stream begins, for which there is room."""
        self.telemetry.begun(verb)
        if verb in RECEIVED:
            return  # what is being sent may come to its end
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 -- we are inside of one
        self._streams.add(task)
        if self._draining:
            task.cancel()

    def _exit(self, exchange: Exchange, verb: str) -> None:
        """A stream has ended."""
        self.telemetry.ended(verb)
        self._streams.discard(asyncio.current_task())
        self._fairness.end(exchange.actor.name)

    @staticmethod
    async def _drained(exchange: Exchange) -> None:
        """End what was cancelled because the server stops."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 -- we are inside of one
        task.uncancel()
        if not exchange.status:
            raise _stopping() from None
        await exchange.finish()

    async def _why_not_ready(self) -> str:
        if self._draining:
            return "stopping"
        return await self.readiness() if self.readiness else ""


def _stopping() -> Unavailable:
    return Unavailable("the server is stopping", retry_after=1)


def _is_resource(path: bytes) -> bool:
    if not path.rstrip(b"/").startswith(RESOURCES) or path == pages.CUSTOM_KINDS:
        return False
    return not path.startswith(b"/apis/") or path.strip(b"/").count(b"/") >= GROUP_DEPTH


async def _refuse(exchange: Exchange, fault: ApiFault, *, legacy: bool) -> None:
    headers: list[tuple[bytes, bytes]] = []
    if fault.retry_after:
        headers.append((b"retry-after", str(fault.retry_after).encode()))
    if fault.code == 401:  # noqa: PLR2004 -- Unauthorized
        headers.append((b"www-authenticate", b'Bearer realm="slipcast"'))
    body = faults.body_of(fault, legacy=legacy, is_patch=exchange.method == "PATCH")
    await exchange.answer(fault.code, body, headers=headers)


async def _live(receive: Receive, send: Send) -> None:
    """Answer ASGI's lifespan messages; what begins and ends with the server is wired elsewhere."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
