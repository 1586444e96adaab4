"""Requests as they are sent and answers as they come in, whoever carries them. No sockets."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Final, Protocol
from urllib.parse import quote, unquote, urlsplit

import msgspec

Headers = tuple[tuple[str, str], ...]

PORTS: Final = {"http": 80, "https": 443}
_AS_WRITTEN: Final = "/?[]@!$&'()*+,;=:%~"
_FORBIDDEN: Final = frozenset("\r\n\0")


class NotCarried(Exception):
    """There is no answer, and why."""


class NoAddress(Exception):
    """There can be no such address, and why."""


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """How long silence is borne: while connecting, reading and writing.

    Units:  seconds; None for ever.
    """

    connecting: float | None
    reading: float | None
    writing: float | None

    @staticmethod
    def even(seconds: float | None) -> Patience:
        """The same for all."""
        return Patience(connecting=seconds, reading=seconds, writing=seconds)


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where a request goes: an origin, what is asked of it, and who asks if the URL says that.

    Shape:  host without brackets; target is path and query, fit to be sent.
    """

    scheme: str
    host: str
    port: int
    target: str
    user: tuple[str, str] | None = None

    @property
    def origin(self) -> tuple[str, str, int]:
        """What a connection leads to."""
        return self.scheme, self.host, self.port

    @property
    def named(self) -> str:
        """The host as a request names it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """A request.

    Shape:  is_stream where the answer may go on for ever.
    """

    method: str
    url: str
    headers: Headers
    body: bytes | AsyncIterator[bytes]
    patience: Patience
    is_stream: bool = False


class Incoming(Protocol):
    """An answer of which the head is there."""

    @property
    def status(self) -> int:
        """The code."""
        ...

    @property
    def headers(self) -> Headers:
        """All of them, names in lower case."""
        ...

    def pieces(self) -> AsyncGenerator[bytes, None]:
        """The body, unpacked.

        Errors: NotCarried when it ends before its end.
        """
        ...

    async def close(self) -> None:
        """Read no more of it."""
        ...


class Carrier(Protocol):
    """Carries requests to servers."""

    async def send(self, sent: Sent) -> Incoming:
        """Send a request, and wait for the head of its answer.

        Errors: NotCarried, NoAddress.
        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


def address_of(url: str) -> Address:
    """A URL as an address.

    Errors: NoAddress.
    """
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
        host = host if host.isascii() else host.encode("idna").decode()
    except ValueError as wrong:
        raise NoAddress(str(wrong)) from wrong
    if scheme not in PORTS:
        raise NoAddress("a URL begins with http:// or https://")
    if not host:
        raise NoAddress("the URL names no host")
    target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    user = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    return Address(
        scheme=scheme,
        host=host,
        port=port or PORTS[scheme],
        target=quote(target, safe=_AS_WRITTEN),
        user=user,
    )


def joined(base: str, target: str) -> str:
    """The URL of a path below a base; of another URL itself."""
    if target.startswith(("http://", "https://")):
        return target
    return f"{base.rstrip('/')}/{target.lstrip('/')}"


def head(sent: Sent, address: Address, extra: Headers) -> bytes:
    """The beginning of a request, as it goes over the wire.

    Errors: NotCarried for a header that nobody may send.
    Source: RFC 9112.
    """
    lines = [f"{sent.method} {address.target} HTTP/1.1", f"host: {address.named}"]
    for name, value in (*sent.headers, *extra):
        if not _FORBIDDEN.isdisjoint(name + value):
            raise NotCarried(f"no header {name} may hold the end of a line")
        lines.append(f"{name}: {value}")
    return "\r\n".join((*lines, "", "")).encode()


def first(headers: Headers, name: str) -> str:
    """The first value of a header; empty when there is none."""
    return next((value for each, value in headers if each == name), "")


def every(headers: Headers, name: str) -> list[str]:
    """All values of a header."""
    return [value for each, value in headers if each == name]
