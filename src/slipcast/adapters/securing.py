"""Securing: TLS of connections, whose sending somebody may take over for a while.

uvloop speaks TLS on the event loop, through buffers of its own. What is large is cheaper encrypted
beside it, by threads that hand it to the system at once. Two may not speak on one connection:
while it is lent, the event loop reads nothing of it, and has written all that it had to.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import Any, Final

from typing_extensions import override
from uvloop.loop import Loop, SSLProtocol  # type: ignore[attr-defined]

from slipcast.adapters.gathering import Gathered

UNDER: Final = "uvloop.sslproto"
"""What a transport of uvloop's calls that which speaks TLS for it."""


class _Speaker(ssl.SSLObject):
    outgoing: ssl.MemoryBIO


class Context(ssl.SSLContext):
    """A context of which it is known where what it encrypts goes."""

    @override
    def wrap_bio(
        self, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO, *args: Any, **kwargs: Any
    ) -> ssl.SSLObject:
        speaker = super().wrap_bio(incoming, outgoing, *args, **kwargs)
        assert isinstance(speaker, _Speaker)  # noqa: S101 -- so `server_context` has it
        speaker.outgoing = outgoing
        return speaker


def server_context() -> Context:
    """A context for a server."""
    context = Context(ssl.PROTOCOL_TLS_SERVER)
    context.sslobject_class = _Speaker
    return context


class Secured(SSLProtocol):  # type: ignore[misc]
    """uvloop's TLS on the connection of a client."""

    raw: asyncio.Transport

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:
        """See asyncio."""
        self.raw = transport
        super().connection_made(transport)


class Loan:
    """The sending of a connection, for somebody who takes it over."""

    __slots__ = ("_speaker", "_transport", "_under")

    def __init__(self, transport: Gathered, under: Secured) -> None:
        self._transport = transport
        self._under = under
        self._speaker: _Speaker = transport.get_extra_info("ssl_object")

    @property
    def unsent(self) -> int:
        """Bytes that the event loop has still to send."""
        return self._transport.get_write_buffer_size() + self._under.raw.get_write_buffer_size()

    def begin(self) -> bool:
        """Keep the event loop off the connection; whether it has let go of it.

        Shape:  a client that has sent more than we have read keeps it: it is not heard meanwhile.
        """
        if self.unsent or self._transport.is_closing() or not self._under.raw.is_reading():
            return False
        self._under.raw.pause_reading()
        self._transport.lend()
        return True

    def encrypted(self, piece: memoryview) -> memoryview:
        """What is to be sent for a piece."""
        while piece:
            piece = piece[self._speaker.write(piece) :]
        return memoryview(self._speaker.outgoing.read())

    def end(self, *, is_whole: bool) -> None:
        """Give it back; where not all that was encrypted has been sent, it is at its end."""
        self._transport.take_back()
        if is_whole:
            self._under.raw.resume_reading()
        else:
            self._transport.abort()


def securing(make: Callable[..., asyncio.Protocol], context: ssl.SSLContext) -> Callable[..., Any]:
    """Makes protocols as another does, behind TLS."""

    def made(*args: Any, **kwargs: Any) -> Secured:
        loop = asyncio.get_running_loop()
        return Secured(loop, make(*args, **kwargs), context, None, server_side=True)

    return made


def is_able() -> bool:
    """Whether the event loop that runs can be taken over from."""
    return isinstance(asyncio.get_running_loop(), Loop)


def lent(transport: asyncio.BaseTransport) -> Loan | None:
    """A connection to be borrowed; None when it cannot be."""
    under = transport.get_extra_info(UNDER)
    if isinstance(transport, Gathered) and isinstance(under, Secured):
        return Loan(transport, under)
    return None
