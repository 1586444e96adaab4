"""Wholeness: requests whose bodies are here, and answers that are known, without messages.

ASGI passes a body and an answer as messages, each of which may have to wait. Most bodies have come
before their request is looked at, and most answers are there at once: who finds a `Whole` in the
scope of a request, under `WHOLE`, may ask for the one and give the other in one call. Answers that
last pass in such calls too, piece by piece, and nobody has to wait for the client to leave.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

WHOLE: Final = "slipcast.whole"


class Whole:
    """One request and its answer."""

    __slots__ = ("_cycle", "_leaving")

    def __init__(self, cycle: RequestResponseCycle) -> None:
        self._cycle = cycle
        self._leaving: Callable[[], object] | None = None

    def body(self) -> bytes | None:
        """The body, when all of it is here; None when it has to be received."""
        cycle = self._cycle
        if cycle.more_body or cycle.disconnected or cycle.response_complete:
            return None
        body, cycle.body = bytes(cycle.body), bytearray()
        cycle.message_event.clear()
        return body

    def answer(self, status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> bool:
        """Send an answer; whether it could be: if not, it has to be sent in messages.

        Shape:  the names of headers are in lower case; one is the length of the body.
        Errors: ValueError for a header of several lines.
        """
        cycle = self._cycle
        if cycle.response_started or cycle.disconnected or cycle.flow.write_paused:
            return False
        pieces = [STATUS_LINE[status]]
        for name, value in headers:
            pieces += (name, b": ", value, b"\r\n")
        pieces.append(b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n")
        head = b"".join(pieces)
        lines = len(headers) + (2 if cycle.keep_alive else 3)
        if head.count(b"\n") != lines or head.count(b"\r") != lines or b"\0" in head:
            raise ValueError("a header has more than one line")
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        cycle.transport.write(head)
        cycle.transport.write(body)
        cycle.message_event.set()
        if not cycle.keep_alive:
            cycle.transport.close()
        cycle.on_response()
        return True

    def piece(self, piece: bytes) -> bool:
        """Send a piece of an answer that has begun; whether it could be, as above."""
        cycle = self._cycle
        if not cycle.chunked_encoding or cycle.disconnected or cycle.flow.write_paused:
            return False
        if piece:
            cycle.transport.write(b"".join((b"%x\r\n" % len(piece), piece, b"\r\n")))
        return True

    def when_left(self, do: Callable[[], object] | None) -> None:
        """Have something done, or nothing any more, as soon as the client has gone away."""
        self._leaving = do
        if self._cycle.disconnected:
            self.left()
        elif do is not None:
            # Who has sent something too early is heard again, or nobody would hear it leave.
            self._cycle.flow.resume_reading()

    def left(self) -> None:
        """Do it: the client has gone away."""
        leaving, self._leaving = self._leaving, None
        if leaving is not None:
            self._cycle.disconnected = True
            leaving()

    def release(self) -> None:
        """Leave the scope: a request that is over is not to wait for the collector of circles."""
        self._cycle.scope.pop(WHOLE, None)  # type: ignore[typeddict-item]
