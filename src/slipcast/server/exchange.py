"""One request and its answer, over ASGI.

Bodies are read up to a limit and not for ever; answers are sent whole or as a stream whose reader
must keep reading.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncGenerator, Callable, Coroutine
from functools import partial
from typing import Any, ClassVar, Final, TypeVar

from slipcast.server.asgi import WHOLE, Headers, Receive, Scope, Send, Whole
from slipcast.values.actor import ANONYMOUS, Actor
from slipcast.values.apifaults import (
    ApiFault,
    BadRequest,
    TooLarge,
    Unavailable,
    UnsupportedMediaType,
)

T = TypeVar("T")

LARGEST_BODY: Final = 3 * 2**20
"""Bytes of an object in a request; etcd's habit has made it everybody's."""
LONGEST_LENGTH: Final = 18
"""Digits of a length that anybody could mean."""
MOST_HELD: Final = 512 * 2**20
"""Bytes of bodies that may be on their way at once."""
SLOWEST_BODY: Final = 60.0
"""Seconds that a client may take to send an object."""
SLOWEST_PIECE: Final = 60.0
"""Seconds that a client may keep the next piece of an upload back."""
SLOWEST_READER: Final = 60.0
"""Seconds that a client of a stream may leave a piece unread before it is given up."""
WORTH_SQUEEZING: Final = 128 * 1024
"""Bytes from which an answer is compressed for those who take it so."""

JSON_TYPE: Final = b"application/json"
SINGLE: Final = (b"authorization", b"content-type", b"host", b"impersonate-user")
"""Headers that are no lists: sent twice, they would say two things."""
NOT_MODIFIED: Final = 304
"""The answer that has neither a body nor the length of one."""


class SlowBody(ApiFault):
    """The client did not send what it announced."""

    default_reason = "Timeout"
    code = 408


class Exchange:
    """A request being answered."""

    __slots__ = (
        "_body",
        "_receive",
        "_send",
        "_whole",
        "actor",
        "headers",
        "id",
        "method",
        "path",
        "scope",
        "status",
    )
    _held: ClassVar[int] = 0
    """Bytes of bodies that are not whole yet, of all requests."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        self.scope = scope
        self._receive = receive
        self._send = send
        self._whole: Whole | None = scope.get(WHOLE)
        self.id = request_id
        self.method: str = scope["method"]
        self.path: bytes = scope.get("raw_path") or scope["path"].encode()
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.actor: Actor = ANONYMOUS
        self.status = 0
        self._body: bytes | None = None

    def check(self) -> None:
        """Refuse a head that could be read in two ways.

        Errors: BadRequest.
        """
        if b"host" not in self.headers and self.scope["http_version"] == "1.1":
            raise BadRequest("the request lacks the header host")
        sent = self.scope["headers"]
        if len(self.headers) < len(sent):
            names = [name for name, _ in sent]
            for name in SINGLE:
                if names.count(name) > 1:
                    raise BadRequest(f"the header {name.decode()} was sent more than once")

    def header(self, name: bytes) -> str:
        """A header's value, empty when it was not sent."""
        return self.headers.get(name, b"").decode("latin-1")

    def texts(self) -> dict[str, str]:
        """All headers, their names in lower case; of one that was sent twice the last."""
        return {
            name.decode("latin-1"): value.decode("latin-1") for name, value in self.headers.items()
        }

    async def arrive(self) -> None:
        """Read the body now, so that nothing is held for a client that is slow to send it.

        Errors: as body.
        """
        self._body = await self.body()

    async def body(self, most: int = LARGEST_BODY) -> bytes:
        """The whole body.

        Errors: TooLarge; BadRequest when the client goes away; SlowBody; Unavailable when too many
                clients are sending.
        """
        if self._body is not None:
            return self._body
        coding = self.header(b"content-encoding").strip().lower()
        if coding not in {"", "identity"}:
            raise UnsupportedMediaType(
                f"a body in the coding {coding[:40]!r} is not read:"
                " send it without Content-Encoding"
            )
        announced = self.headers.get(b"content-length", b"0")
        if announced.isdigit() and (len(announced) > LONGEST_LENGTH or int(announced) > most):
            raise _too_large(most)
        here = None if self._whole is None else self._whole.body()
        if here is not None:
            if len(here) > most:
                raise _too_large(most)
            return here
        try:
            async with asyncio.timeout(SLOWEST_BODY):
                return await self._received(most)
        except TimeoutError as slow:
            raise SlowBody(f"the body did not come within {SLOWEST_BODY:.0f} s") from slow

    async def _received(self, most: int) -> bytes:
        pieces: list[bytes] = []
        size, more = 0, True
        try:
            while more:
                piece, more = await self._piece()
                size += len(piece)
                Exchange._held += len(piece)
                if size > most:
                    raise _too_large(most)
                if Exchange._held > MOST_HELD:
                    raise Unavailable("too much is being sent to the server", retry_after=1)
                pieces.append(piece)
        finally:
            Exchange._held -= size
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    async def _piece(self) -> tuple[bytes, bool]:
        """The next piece of the body, and whether there is more."""
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise BadRequest("the client went away before its request was whole")
        return message.get("body", b""), message.get("more_body", False)

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """The body as it comes, however long it is; for a client that waits to be asked, we ask.

        Errors: BadRequest when the client goes away; SlowBody when it stops in the middle.
        """
        more = True
        while more:
            try:
                async with asyncio.timeout(SLOWEST_PIECE):
                    piece, more = await self._piece()
            except TimeoutError as slow:
                raise SlowBody(f"nothing of the body came for {SLOWEST_PIECE:.0f} s") from slow
            if piece:
                yield piece

    async def attend(self, work: Coroutine[Any, Any, T]) -> T:
        """What comes of work that may take long, unless the client goes away before.

        Errors: those of the work; BadRequest.
        """
        outcome: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.TaskGroup() as tasks:
                leaving = tasks.create_task(self._leave())
                try:
                    outcome.set_result(await work)
                except Exception as problem:  # noqa: BLE001 -- told below, as it is
                    outcome.set_exception(problem)
                leaving.cancel()
        except* _LeftError:
            outcome.cancel()
        if outcome.cancelled():
            raise BadRequest("the client went away before its request was answered")
        return outcome.result()

    async def answer(
        self, status: int, body: bytes, content_type: bytes = JSON_TYPE, headers: Headers = ()
    ) -> None:
        """Send an answer whole, compressed where that is worth it and welcome."""
        extra = list(headers)
        if len(body) >= WORTH_SQUEEZING and b"gzip" in self.headers.get(b"accept-encoding", b""):
            squeeze = zlib.compressobj(level=1, wbits=31)
            body = squeeze.compress(body) + squeeze.flush()
            extra.append((b"content-encoding", b"gzip"))
            extra.append((b"vary", b"Accept-Encoding"))
        if status != NOT_MODIFIED:
            extra.append((b"content-length", b"%d" % len(body)))
            if self._whole is not None and self.method != "HEAD":
                said = self._headers(content_type, extra)
                if self._whole.answer(status, said, body):
                    self.status = status
                    return
        await self._start(status, content_type, extra)
        if self.method == "HEAD":
            body = b""
        await self._send({"type": "http.response.body", "body": body})

    async def stream(self, content_type: bytes, pieces: AsyncGenerator[bytes, None]) -> None:
        """Send an answer of pieces until they end, or the client goes away or stops reading."""
        await self.tell(content_type, pieces, bytes)

    async def tell(
        self,
        content_type: bytes,
        things: AsyncGenerator[T, None],
        written: Callable[[T], bytes],
    ) -> None:
        """Send what things are as bytes, each when it comes; else as `stream`.

        Shape:  most streams wait for most of their time: what is kept meanwhile is only this.
        """
        follower = _Follower()
        try:
            await self._start(200, content_type, [(b"cache-control", b"no-cache, private")])
            self._settle()
            self._when_left(follower)
            async for thing in things:
                await self.piece(written(thing))
        except TimeoutError:
            return  # nobody reads any more: the connection is all that is left to close
        except asyncio.CancelledError:
            if not follower.is_left:
                raise
            follower.task.uncancel()
            return
        finally:
            follower.forget()
            await things.aclose()
        await self.finish()

    async def piece(self, piece: bytes) -> None:
        """Send a piece of an answer that has begun.

        Errors: TimeoutError when the client does not read.
        """
        if self._whole is None or not self._whole.piece(piece):
            async with asyncio.timeout(SLOWEST_READER):
                await self._send({"type": "http.response.body", "body": piece, "more_body": True})

    def _settle(self) -> None:
        """Keep of a request that lasts what its answer and its log need, and forget the rest."""
        scope = self.scope
        kept = {name: scope[name] for name in ("method", "client") if name in scope}
        scope.clear()
        scope.update(kept)
        agent = self.headers.get(b"user-agent")
        self.headers = {} if agent is None else {b"user-agent": agent}

    def _when_left(self, follower: _Follower) -> None:
        """Have a follower leave when the client goes away."""
        if self._whole is not None:
            follower.forget = partial(self._whole.when_left, None)
            self._whole.when_left(follower.leave)
            return
        leaving = asyncio.get_running_loop().create_task(self._leave())
        leaving.add_done_callback(follower.see)
        follower.forget = leaving.cancel

    async def finish(self) -> None:
        """End an answer of pieces, if one was begun."""
        if self.status:
            await self._send({"type": "http.response.body", "body": b""})

    async def _leave(self) -> None:
        """Fail when the client has gone away, which ends what is being done for it."""
        while (await self._receive())["type"] != "http.disconnect":
            pass
        raise _LeftError

    async def _start(self, status: int, content_type: bytes, headers: Headers) -> None:
        self.status = status
        await self._send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": self._headers(content_type, headers),
            }
        )

    def _headers(self, content_type: bytes, headers: Headers) -> list[tuple[bytes, bytes]]:
        return [
            (b"content-type", content_type),
            (b"x-request-id", self.id.encode()),
            (b"x-content-type-options", b"nosniff"),
            *headers,
        ]


class _LeftError(Exception):
    """The client went away."""


class _Follower:
    """The task that sends a stream, for as long as somebody is there to follow it."""

    __slots__ = ("forget", "is_left", "task")

    def __init__(self) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 -- we are inside of one
        self.task = task
        self.is_left = False
        self.forget: Callable[[], object] = _nothing

    def leave(self) -> None:
        """End the task: the client has gone away."""
        self.is_left = True
        self.task.cancel()

    def see(self, leaving: asyncio.Task[None]) -> None:
        """Leave when who waited for that says so."""
        if not leaving.cancelled() and leaving.exception() is not None:
            self.leave()


def _nothing() -> None: ...


def _too_large(most: int) -> TooLarge:
    return TooLarge(f"the body may have {most} bytes at most")
