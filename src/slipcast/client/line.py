"""One connection to a server: bytes written, and answers parsed out of those that come in.

Source: RFC 9112.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import zlib
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Final

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser
from typing_extensions import override

from slipcast.client.sending import Headers, NotCarried, Patience, every, first

_PIECE: Final = 64 * 1024
_ENOUGH: Final = 256 * 1024
"""Bytes that lie here unread before no more are taken."""
LARGEST_HEAD: Final = 256 * 1024
"""Bytes that may come before an answer."""
_FINAL: Final = 200
_REFUSED: Final = 300
_UNASKED: Final = "the server said something that nobody asked for"
_SQUEEZED: Final = 31
"""What zlib calls gzip."""


class Line(asyncio.Protocol):
    """A connection, over which one request goes at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.idle_since = 0.0
        self._loop = asyncio.get_running_loop()
        self._parser: HttpResponseParser | None = None
        self._gone = self._loop.create_future()
        self._turn: asyncio.Future[None] | None = None
        self._is_full = False
        self._said: list[tuple[str, str]] = []
        self._why = ""
        self.status = 0
        self.headers: Headers = ()
        self._waiting = deque[bytes]()
        self._held = 0
        self._leading = 0
        self._is_over = True
        self.is_kept = False
        self.is_heard = False
        """Whether anything was answered to the last request."""

    # What the event loop says.

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 -- of a connection it is one
        self.transport = transport

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._why = self._why or (told(exc) if exc else "the server closed the connection")
        self.is_kept = False
        self._is_over = self._is_over or self._ends_with_connection(exc)
        if not self._gone.done():
            self._gone.set_result(None)
        self._wake()

    @override
    def data_received(self, data: bytes) -> None:
        if self._parser is None or self._is_over:
            self._fail(_UNASKED)
            return
        self.is_heard = True
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as wrong:
            self._fail(f"the answer is no HTTP: {wrong}")
        self._leading += 0 if self.status else len(data)
        if self._leading > LARGEST_HEAD:
            self._fail("the head of the answer does not end")

    @override
    def pause_writing(self) -> None:
        self._is_full = True

    @override
    def resume_writing(self) -> None:
        self._is_full = False
        self._wake()

    # What the parser says.

    def on_message_begin(self) -> None:
        """Another answer begins; the first may only say to go on."""
        self._said = []
        if self._is_over:
            self._fail(_UNASKED)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header."""
        self._said.append((name.decode("latin-1").lower(), value.decode("utf-8", "replace")))

    def on_headers_complete(self) -> None:
        """The head is there."""
        assert self._parser is not None  # noqa: S101 -- it speaks
        status = self._parser.get_status_code()
        if status >= _FINAL and not self._is_over:
            self.status, self.headers = status, tuple(self._said)
            self._wake()

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        if self._is_over:
            return
        self._waiting.append(body)
        self._held += len(body)
        if self._held > _ENOUGH and self.transport is not None:
            self.transport.pause_reading()
        self._wake()

    def on_message_complete(self) -> None:
        """The end of an answer."""
        if self.status:
            assert self._parser is not None  # noqa: S101 -- it speaks
            self._is_over = True
            self.is_kept = self.is_kept and self._parser.should_keep_alive()
            self._wake()

    # What those who ask want.

    @property
    def is_open(self) -> bool:
        """Whether another request may be sent."""
        return not self._gone.done() and self._is_over and not self._why

    @property
    def is_gone(self) -> bool:
        """Whether the connection has ended."""
        return self._gone.done()

    async def ask(
        self, head: bytes, body: bytes | AsyncIterator[bytes], patience: Patience
    ) -> None:
        """Send a request, and wait for the head of its answer.

        Errors: NotCarried.
        """
        self._parser = HttpResponseParser(self)
        self.status, self.headers = 0, ()
        self._waiting.clear()
        self._held, self._leading = 0, 0
        self._is_over, self.is_kept, self.is_heard = False, True, False
        is_whole = await self._write(head, body, patience.writing)
        while not self.status:
            await self._moved(patience.reading)
        # Whoever is refused before all was said cannot say the rest in another request's place.
        self.is_kept = self.is_kept and is_whole

    async def read(self, seconds: float | None) -> bytes:
        """The next piece of the body; empty at its end.

        Units:  seconds until it has come; None for ever.
        Errors: NotCarried.
        """
        while not self._waiting:
            if self._is_over:
                return b""
            await self._moved(seconds)
        pieces = b"".join(self._waiting)
        self._waiting.clear()
        if self._held > _ENOUGH and self.transport is not None:
            self.transport.resume_reading()
        self._held = 0
        return pieces

    async def cut(self) -> None:
        """End the connection, whatever goes on over it."""
        if self.transport is not None:
            self.transport.abort()
            await asyncio.shield(self._gone)

    async def _write(
        self, head: bytes, body: bytes | AsyncIterator[bytes], seconds: float | None
    ) -> bool:
        """Whether all was sent: nobody goes on who is refused, or whom nobody hears."""
        if isinstance(body, bytes):
            if len(body) <= _PIECE:
                return await self._put(head + body, seconds)
            pieces = (body[at : at + _PIECE] for at in range(0, len(body), _PIECE))
            going = await self._put(head, seconds)
            for piece in pieces:
                going = going and await self._put(piece, seconds)
            return going
        going = await self._put(head, seconds)
        async for piece in body:
            if piece and going:
                going = await self._put(b"%x\r\n%b\r\n" % (len(piece), piece), seconds)
            if not going:
                return False
        return going and await self._put(b"0\r\n\r\n", seconds)

    async def _put(self, piece: bytes, seconds: float | None) -> bool:
        if self._gone.done() or self.status >= _REFUSED or self.transport is None:
            return False
        self.transport.write(piece)
        while self._is_full and not self._gone.done() and self.status < _REFUSED:
            await self._moved(seconds)
        return not self._is_full

    async def _moved(self, seconds: float | None) -> None:
        """Wait until something happens.

        Errors: NotCarried when nothing does, or nothing can any more.
        """
        if self._why:
            raise NotCarried(self._why)
        self._turn = self._loop.create_future()
        try:
            async with asyncio.timeout(seconds):
                await self._turn
        except TimeoutError as late:
            raise NotCarried(f"nothing came within {seconds or 0:g} seconds") from late
        finally:
            self._turn = None

    def _wake(self) -> None:
        if self._turn is not None and not self._turn.done():
            self._turn.set_result(None)

    def _fail(self, why: str) -> None:
        self._why = self._why or why
        self.is_kept = False
        if self.transport is not None:
            self.transport.abort()
        self._wake()

    def _ends_with_connection(self, exc: Exception | None) -> bool:
        """Whether the end of the connection is the end of the answer, as the answer has it."""
        says_length = first(self.headers, "content-length") or first(
            self.headers, "transfer-encoding"
        )
        return bool(self.status) and exc is None and not says_length


class Answer:
    """An answer that comes in over a line. Implements Incoming."""

    def __init__(self, line: Line, seconds: float | None, back: Callable[[Line], None]) -> None:
        """Units:  seconds until each piece has come; None for ever."""
        self._line = line
        self._seconds = seconds
        self._back = back
        self._is_done = False
        self.status = line.status
        self.headers = line.headers

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """See the protocol."""
        packed = every(self.headers, "content-encoding")
        unpack = _unpacker(packed)
        while piece := await self._line.read(self._seconds):
            try:
                clear = unpack(piece)
            except zlib.error as wrong:
                raise NotCarried(f"what came cannot be unpacked: {wrong}") from wrong
            if clear:
                yield clear
        self._is_done = True
        self._back(self._line)

    async def close(self) -> None:
        """See the protocol."""
        if not self._is_done:
            self._is_done = True
            self._line.is_kept = False
            await self._line.cut()
            self._back(self._line)


def told(wrong: Exception) -> str:
    """What went wrong with a connection, in words."""
    match wrong:
        case ssl.SSLError():
            return str(wrong)
        case socket.gaierror():
            return wrong.strerror or str(wrong)
        case OSError(errno=int(number)):
            return os.strerror(number)
        case _:
            return str(wrong) or type(wrong).__name__


def _unpacker(packed: list[str]) -> Callable[[bytes], bytes]:
    """What unpacks a body.

    Errors: NotCarried for what nobody asked for.
    """
    names = [each for each in packed if each and each != "identity"]
    if not names:
        return bytes
    if names != ["gzip"]:
        raise NotCarried(f"what came is packed as {', '.join(names)}")
    return zlib.decompressobj(_SQUEEZED).decompress
