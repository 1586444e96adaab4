"""Connections: how the HTTP server treats a client, from the first byte to the last.

uvicorn reads requests and writes answers. What it does not tell, the certificate of a client, is
put into the scope of each request as `client_certificate`, in DER; what it does not limit is
limited here.
"""

from __future__ import annotations

import asyncio
import sys
from http import HTTPStatus
from typing import Any, Final

import msgspec
from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from slipcast.adapters.filesending import SENDFILE, Files
from slipcast.adapters.gathering import Gathered
from slipcast.adapters.leanness import Flow, Queue, Signal, certificate_of
from slipcast.adapters.wholeness import WHOLE, Whole

LARGEST_HEADER: Final = 64 * 1024
"""Bytes of a request's line and headers; of what else comes without being a body, too."""
BODIED: Final = frozenset({b"content-length", b"transfer-encoding"})
"""Headers that announce a body."""
EXTENSIONS: Final[dict[str, dict[str, str]]] = {SENDFILE: {}}
"""What applications may do beyond ASGI."""
MOST_PIPELINED: Final = 64
"""Requests that may wait on one connection for the answer to an earlier one."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How long a connection may keep us waiting.

    Units:  seconds; header for the line and the headers of a request, reader for a client that
            reads nothing of what it is sent, linger for one that was refused and sends on, notice
            between saying that we stop and stopping, for those who look whether we are ready.
    """

    header: float = 30.0
    linger: float = 1.0
    reader: float = 60.0
    notice: float = 0.3


class _RefusedError(Exception):
    """What is being read is no request that we would answer."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class _Protocol(HttpToolsProtocol):
    """uvicorn's, with what TLS found out about the client, and within limits.

    uvicorn gives up connections that are idle between requests. We give up those too that never
    finish a request, or never read an answer; and count what is sent to no purpose: heads without
    end, extensions of chunks, trailers.
    """

    # With as many names as it has, uvicorn's dictionary is one whose keys all connections share.
    __slots__ = (
        "_begun",
        "_certificate",
        "_over",
        "_stalled",
        "_unspent",
        "_waiting",
        "_whole",
    )
    limits = Limits()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._certificate: bytes | None = None
        self._waiting: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None
        self._whole: Whole | None = None
        """The request that is being answered, or was the last."""
        self._begun = False
        """Whether a head has begun and not ended."""
        self._over = False
        """Whether nothing that follows on this connection is a request."""
        self._unspent = 0
        """Bytes of which nothing has come yet: no request, no piece of a body."""

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(Gathered(transport, self.loop))
        self.flow = Flow(self.transport)
        waiting: Any = Queue()
        self.pipeline = waiting
        self._certificate = certificate_of(transport)
        self._wait()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        self._unstall()
        super().connection_lost(exc)
        self._left()

    @override
    def data_received(self, data: bytes) -> None:
        if self._over:
            return
        self._unspent += len(data)
        super().data_received(data)
        if self._unspent > LARGEST_HEADER:
            self._refuse(431)
        elif self._waiting is None and self._is_idle():
            self._wait()

    @override
    def on_message_begin(self) -> None:
        self._begun = True
        super().on_message_begin()
        scope: Any = self.scope
        scope["client_certificate"] = self._certificate
        scope["extensions"] = EXTENSIONS

    @override
    def on_headers_complete(self) -> None:
        self._begun = False
        self._stop_waiting()
        if self._unspent > LARGEST_HEADER:
            # It may be the body that is large: both came at once.
            head = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
            if head > LARGEST_HEADER:
                raise _RefusedError(431)
        self._unspent = 0
        if len(self.pipeline) > MOST_PIPELINED:
            raise _RefusedError(429)
        upgrading = self.parser.should_upgrade()
        # The parser takes what follows for another protocol: a body would be lost, or be read as
        # the next request.
        if upgrading and any(name in BODIED and value != b"0" for name, value in self.headers):
            raise _RefusedError(400)
        super().on_headers_complete()
        if upgrading:
            self._over, self.cycle.keep_alive = True, False
        # Trailers come as headers do; they must not become the request's.
        self.headers = []

    @override
    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        here: Any = cycle.scope
        here[WHOLE] = self._whole = Whole(cycle)
        cycle.message_event = Signal(is_set=cycle.message_event.is_set())

        def extended(scope: Any, receive: Any, send: Any) -> Any:
            return app(scope, receive, Files(cycle, send, self.limits.reader))

        super()._start_asgi_task(cycle, extended)

    @override
    def on_body(self, body: bytes) -> None:
        self._unspent = 0
        waiting: Any = self.cycle
        if not waiting.body and not waiting.response_complete:
            # As it is: added to what waits, it would be copied, and again when it is asked for.
            waiting.body, body = body, b""
        super().on_body(body)

    @override
    def on_message_complete(self) -> None:
        self._unspent = 0
        super().on_message_complete()

    @override
    def on_response_complete(self) -> None:
        if self._whole is not None:
            self._whole.release()
        super().on_response_complete()
        if self._begun and self._waiting is None:
            self._wait()

    @override
    def send_400_response(self, msg: str) -> None:
        # Called while the parser's complaint is being handled, with ours below it.
        problem = sys.exception()
        cause = problem.__context__ if problem is not None else None
        self._refuse(cause.code if isinstance(cause, _RefusedError) else 400)

    @override
    def pause_writing(self) -> None:
        super().pause_writing()
        self._stall()

    @override
    def resume_writing(self) -> None:
        self._unstall()
        super().resume_writing()

    @override
    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: the request is answered as any other, and the log is not the client's."""

    def _refuse(self, code: int) -> None:
        """Answer what is no request, unless another answer is on its way; then end."""
        if self.transport.is_closing() or self._over:
            return
        idle = self._is_idle()
        if not idle and not self.cycle.more_body:
            # The request before is whole: its answer is the last one.
            self.cycle.keep_alive = False
            self.flow.pause_reading()
            return
        if idle or not self.cycle.response_started:
            self.transport.write(_REFUSALS[code])
        if not idle:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            self._left()
        # Closed at once, what the client still sends would cost it the answer.
        self._over = True
        self._wait(self.limits.linger)

    def _left(self) -> None:
        """Tell the request that is being answered that nobody is there any more."""
        if self._whole is not None:
            self._whole.left()

    def _is_idle(self) -> bool:
        """Whether no request is being answered."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is None or cycle.response_complete

    def _wait(self, seconds: float = 0.0) -> None:
        self._stop_waiting()
        self._waiting = self.loop.call_later(seconds or self.limits.header, self._give_up)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _give_up(self) -> None:
        """Close a connection that did not become a request in time."""
        self._waiting = None
        if not self.transport.is_closing():
            self.transport.close()

    def _stall(self) -> None:
        left = self.transport.get_write_buffer_size()
        self._stalled = self.loop.call_later(self.limits.reader, self._look, left)

    def _unstall(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def _look(self, before: int) -> None:
        """Drop a client that has read nothing since; one that reads slowly has its time."""
        if self.transport.get_write_buffer_size() >= before:
            self.transport.abort()
        else:
            self._stall()


def _refusal(code: int, reason: str, message: str) -> bytes:
    status = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": reason,
        "code": code,
    }
    body = msgspec.json.encode(status)
    head = (
        f"HTTP/1.1 {code} {HTTPStatus(code).phrase}\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body


_REFUSALS: Final = {
    400: _refusal(400, "BadRequest", "this is not a request of HTTP/1.1"),
    429: _refusal(429, "TooManyRequests", "too many requests were sent before the first answer"),
    431: _refusal(431, "RequestHeaderFieldsTooLarge", "the head of the request is too large"),
}
"""THE TABLE of answers to what never becomes a request."""


def protocol(limits: Limits) -> type[HttpToolsProtocol]:
    """The protocol with limits of its own: uvicorn makes the instances."""
    return type("Protocol", (_Protocol,), {"limits": limits})
