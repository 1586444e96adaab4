"""Files sent by the server itself: from the disk to the connection, past Python where that can be.

An application that finds `SENDFILE` among the extensions of a request sends a part of an open file
as one message of its answer. Without TLS the system copies it; with TLS it is encrypted and sent by
threads when it is large, which borrow the connection for that, and by the event loop when it is
small. A client that reads nothing is dropped, as elsewhere.

Source: ASGI, extension "zero copy send".
"""

from __future__ import annotations

import asyncio
import os
import select
import sys
import termios
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from fcntl import ioctl
from functools import partial
from typing import Any, Final, TypeVar

import msgspec
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from slipcast.adapters.securing import Loan, lent

SENDFILE: Final = "http.response.zerocopysend"
PIECE: Final = 256 * 1024
"""Bytes that are read at once where TLS needs them."""
LARGE: Final = 1 << 20
"""Bytes from which a thread encrypts: for fewer it costs more to borrow the connection."""
TURN: Final = 8 << 20
"""Bytes after which a thread lets another connection have its turn."""
BRIEFLY: Final = 2
"""Milliseconds that a thread waits for a client, before that is left to the event loop."""
LOOK: Final = 1.0
"""Seconds after which we look whether a client that reads nothing is still there."""
_WAITING: Final = ThreadPoolExecutor(16, "files")
"""For who waits for disks and clients."""
_ENCRYPTING: Final = ThreadPoolExecutor(max(2, os.cpu_count() or 0), "tls")
"""For who computes: more threads than processors take a fifth more of them, for the same bytes."""

T = TypeVar("T")

Send = Callable[[Any], Awaitable[None]]


class Part(msgspec.Struct, kw_only=True):
    """What is still to be sent of a file.

    Shape:  descriptors are our own, so that nobody else closes them.
    """

    file: int
    offset: int
    count: int
    socket: int = -1
    loan: Loan | None = None
    left: memoryview = memoryview(b"")

    @property
    def is_sent(self) -> bool:
        """Whether nothing is left, also of what has been encrypted."""
        return not self.count and not self.left

    def push(self) -> bool:
        """Send without waiting for long; whether there is more and the client takes no more."""
        turn = TURN
        buffer = bytearray(PIECE) if self.loan is not None else bytearray()
        while not self.is_sent and turn > 0:
            try:
                if self.loan is None:
                    turn -= self._copied(turn)
                else:
                    turn -= self._encrypted(self.loan, memoryview(buffer))
            except BlockingIOError:
                if not _is_writable(self.socket):
                    return True
        return False

    def _copied(self, most: int) -> int:
        sent = os.sendfile(self.socket, self.file, self.offset, min(self.count, most))
        if not sent:
            raise EOFError
        self.offset += sent
        self.count -= sent
        return sent

    def _encrypted(self, loan: Loan, buffer: memoryview) -> int:
        if not self.left:
            size = os.preadv(self.file, (buffer[: self.count],), self.offset)
            if not size:
                raise EOFError
            self.offset += size
            self.count -= size
            self.left = loan.encrypted(buffer[:size])
        sent = os.write(self.socket, self.left)
        self.left = self.left[sent:]
        return sent

    def read(self, flags: int = 0) -> bytearray:
        """The next bytes.

        Errors: BlockingIOError for those that come from a disk, where that was not wanted.
        """
        piece = bytearray(min(self.count, PIECE))
        size = os.preadv(self.file, (piece,), self.offset, flags)
        if not size:
            raise EOFError
        del piece[size:]
        self.offset += size
        self.count -= size
        return piece

    def close(self, _: object = None) -> None:
        """Let go of the descriptors."""
        os.close(self.file)
        if self.socket >= 0:
            os.close(self.socket)


class Files:
    """How an answer is sent, with parts of files in it."""

    __slots__ = ("_cycle", "_patience", "_pending", "_send")

    def __init__(self, cycle: RequestResponseCycle, send: Send, patience: float) -> None:
        """Send an answer.

        Units:  patience is for who reads nothing, in seconds.
        """
        self._cycle = cycle
        self._send = send
        self._patience = patience
        self._pending: Future[Any] | None = None

    async def __call__(self, message: Any) -> None:
        """Send a message of ASGI."""
        if message["type"] != SENDFILE:
            await self._send(message)
            return
        part = Part(
            file=os.dup(message["file"].fileno()),
            offset=message["offset"],
            count=message["count"],
        )
        try:
            await self._sent(part)
        except (OSError, EOFError):
            # The client has gone, or the file is not what it was: either way it ends here.
            self._drop()
        finally:
            if self._pending is None:
                part.close()
            else:
                # Whoever is cancelled leaves a thread behind that still sends.
                self._pending.add_done_callback(part.close)
        more = message.get("more_body", False)
        await self._send({"type": "http.response.body", "body": b"", "more_body": more})

    async def _sent(self, part: Part) -> None:
        transport = self._cycle.transport
        is_plain = transport.get_extra_info("ssl_object") is None
        part.loan = lent(transport) if not is_plain and part.count >= LARGE else None
        if self._cycle.chunked_encoding or not (is_plain or part.loan):
            await self._read(part)
        elif part.count and await self._is_empty(part.loan):
            await (
                self._past_python(part) if part.loan is None else self._borrowed(part, part.loan)
            )

    async def _past_python(self, part: Part) -> None:
        """Send what the answer has announced behind the back of who counts that."""
        cycle = self._cycle
        cycle.expected_content_length -= part.count
        part.socket = os.dup(cycle.transport.get_extra_info("socket").fileno())
        await self._pushed(part)

    async def _borrowed(self, part: Part, loan: Loan) -> None:
        """Send while the event loop keeps off the connection."""
        # What it was asked to do with the connection before, it does before.
        await asyncio.sleep(0)
        if not loan.begin():
            await self._read(part)
            return
        loop = asyncio.get_running_loop()
        try:
            await self._past_python(part)
        finally:
            if self._pending is None or self._pending.done():
                loan.end(is_whole=part.is_sent)
            else:
                # The thread speaks to its end: its loan ends then, on the event loop.
                end = partial(loan.end, is_whole=False)
                self._pending.add_done_callback(lambda _: _soon(loop, end))

    async def _read(self, part: Part) -> None:
        while part.count and not self._cycle.disconnected:
            try:
                # What the system has in memory is not worth a thread.
                piece = part.read(os.RWF_NOWAIT)
            except OSError:
                piece = await self._in_thread(part.read)
            await self._send({"type": "http.response.body", "body": piece, "more_body": True})

    async def _pushed(self, part: Part) -> None:
        left, since = _unread(part.socket), 0.0
        while not part.is_sent and not self._cycle.disconnected:
            if not await self._in_thread(
                part.push, computes=part.loan is not None
            ) or await _written(part.socket):
                left, since = _unread(part.socket), 0.0
                continue
            # It may read slowly, or not at all.
            now, since = _unread(part.socket), since + LOOK
            if now < left:
                left, since = now, 0.0
            elif since >= self._patience:
                raise TimeoutError

    async def _is_empty(self, loan: Loan | None) -> bool:
        """Whether all that was written before has gone, as soon as it has."""
        transport = self._cycle.transport
        pause, waited = 0.0, 0.0
        while not self._cycle.disconnected:
            if not (transport.get_write_buffer_size() if loan is None else loan.unsent):
                return True
            await asyncio.sleep(pause)
            waited += pause
            pause = min(0.05, pause * 2 or 0.0005)
            if waited >= self._patience:
                raise TimeoutError
        return False

    async def _in_thread(self, do: Callable[[], T], *, computes: bool = False) -> T:
        self._pending = (_ENCRYPTING if computes else _WAITING).submit(do)
        found: T = await asyncio.shield(asyncio.wrap_future(self._pending))
        return found

    def _drop(self) -> None:
        self._cycle.disconnected = True
        self._cycle.message_event.set()
        self._cycle.transport.abort()


async def _written(descriptor: int) -> bool:
    """Whether a connection takes more within a moment."""
    loop = asyncio.get_running_loop()
    ready = loop.create_future()
    loop.add_writer(descriptor, _done, ready)
    try:
        async with asyncio.timeout(LOOK):
            await ready
    except TimeoutError:
        return False
    finally:
        loop.remove_writer(descriptor)
    return True


def _soon(loop: asyncio.AbstractEventLoop, do: Callable[[], None]) -> None:
    """Have the event loop do something, if it still does anything."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(do)


def _done(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)


def _is_writable(descriptor: int) -> bool:
    waiting = select.poll()
    waiting.register(descriptor, select.POLLOUT)
    return bool(waiting.poll(BRIEFLY))


def _unread(descriptor: int) -> int:
    """Bytes that the other side has not taken yet."""
    told = ioctl(descriptor, termios.TIOCOUTQ, bytes(4))
    return int.from_bytes(told, sys.byteorder)
