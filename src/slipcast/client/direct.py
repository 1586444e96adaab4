"""Requests over connections of our own: kept, shared, one more only where none is soon free.

A handshake costs more than a short answer takes, so who wants a connection waits a moment for one
that others are done with.
"""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections import defaultdict, deque
from typing import Any, Final

from slipcast.client.line import Answer, Line, told
from slipcast.client.sending import Address, Headers, NotCarried, Sent, address_of, head

FRESH: Final = 4.0
"""Seconds for which an idle connection is used again: servers close theirs after five."""
MOMENT: Final = 0.02
"""Seconds that are waited for a connection which others use."""
MOST: Final = 32
"""Connections to a server at which those who want one wait for as long as it takes."""
ATTEMPT: Final = 0.25
"""Seconds after which another address of a host is tried, too (RFC 8305)."""
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
_HARMLESS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods of requests that are made once more where nobody has heard them (RFC 9110, 9.2.2)."""
_HERE: Final = ("localhost", "127.", "::1")

Origin = tuple[str, str, int]


class Direct:
    """Carries requests to servers that are reached without anybody between."""

    def __init__(self, context: ssl.SSLContext | None, server_name: str = "") -> None:
        """Shape:  server_name is that for which a server's certificate must be, if not its host."""
        self._context = context
        self._server_name = server_name
        self._idle = defaultdict[Origin, list[Line]](list)
        self._wanted = defaultdict[Origin, deque[asyncio.Future[Line | None]]](deque)
        self._busy = defaultdict[Origin, int](int)
        self._lines = set[Line]()

    async def send(self, sent: Sent) -> Answer:
        """See the protocol."""
        address = address_of(sent.url)
        said = head(sent, address, _framing(sent, address))
        line = await self._line(address, sent)
        while not await self._asked(line, said, sent, address.origin):
            line = await self._line(address, sent)
        return Answer(
            line,
            sent.patience.reading,
            lambda freed: self._back(address.origin, freed, is_stream=sent.is_stream),
        )

    async def _asked(self, line: Line, said: bytes, sent: Sent, origin: Origin) -> bool:
        """Whether there is an answer; not, where the server was just letting go of a connection.

        Errors: NotCarried.
        """
        is_again = bool(line.idle_since) and sent.method in _HARMLESS
        try:
            await line.ask(said, sent.body, sent.patience)
        except BaseException as broken:
            was_left = line.is_gone and not line.is_heard
            await line.cut()
            self._back(origin, line, is_stream=sent.is_stream)
            if isinstance(broken, NotCarried) and is_again and was_left:
                return False
            raise
        return True

    async def close(self) -> None:
        """See the protocol."""
        lines = [*self._lines]
        self._lines.clear()
        self._idle.clear()
        for line in lines:
            await line.cut()

    async def _line(self, address: Address, sent: Sent) -> Line:
        origin = address.origin
        line = self._free(origin)
        if line is None and self._busy[origin]:
            line = await self._freed(origin)
        self._busy[origin] += int(not sent.is_stream)
        if line is not None:
            if line.is_open:
                return line
            self._drop(line)
        try:
            return await self._dialled(address, sent.patience.connecting)
        except BaseException:
            self._busy[origin] -= int(not sent.is_stream)
            self._pass_on(origin, None)
            raise

    def _free(self, origin: Origin) -> Line | None:
        idle = self._idle[origin]
        oldest = asyncio.get_running_loop().time() - FRESH
        while idle:
            line = idle.pop()
            if line.is_open and line.idle_since > oldest:
                return line
            self._drop(line)
        return None

    async def _freed(self, origin: Origin) -> Line | None:
        """A connection that others are done with; None when that takes too long."""
        freed = asyncio.get_running_loop().create_future()
        self._wanted[origin].append(freed)
        line: Line | None = None
        try:
            async with asyncio.timeout(MOMENT if self._busy[origin] < MOST else None):
                line = await freed
        except TimeoutError:
            line = _result(freed)
        except asyncio.CancelledError:
            self._pass_on(origin, _result(freed))
            raise
        finally:
            if freed in self._wanted[origin]:
                self._wanted[origin].remove(freed)
        return line

    def _back(self, origin: Origin, line: Line, *, is_stream: bool) -> None:
        """Take a connection back from who has used it, for the next."""
        self._busy[origin] -= int(not is_stream)
        if line.is_kept and line.is_open and line in self._lines:
            line.idle_since = asyncio.get_running_loop().time()
            self._pass_on(origin, line)
        else:
            self._drop(line)
            self._pass_on(origin, None)

    def _pass_on(self, origin: Origin, line: Line | None) -> None:
        """Give a connection, or the place of one, to who waits the longest."""
        waiting = self._wanted[origin]
        while waiting:
            freed = waiting.popleft()
            if not freed.done():
                freed.set_result(line)
                return
        if line is not None:
            self._idle[origin].append(line)

    def _drop(self, line: Line) -> None:
        self._lines.discard(line)
        if line.transport is not None:
            line.transport.abort()

    async def _dialled(self, address: Address, seconds: float | None) -> Line:
        loop = asyncio.get_running_loop()
        is_secret = address.scheme == "https"
        if is_secret and self._context is None:
            self._context = ssl.create_default_context()
        # As bytes it is not looked at by a codec for all languages, which takes long to import.
        name: Any = (self._server_name or address.host).encode() if is_secret else None
        try:
            async with asyncio.timeout(seconds):
                _, line = await loop.create_connection(
                    Line,
                    address.host,
                    address.port,
                    ssl=self._context if is_secret else None,
                    server_hostname=name,
                    happy_eyeballs_delay=ATTEMPT,
                )
        except TimeoutError as late:
            raise NotCarried(f"no connection within {seconds or 0:g} seconds") from late
        except (OSError, ValueError) as wrong:
            raise NotCarried(told(wrong)) from wrong
        self._lines.add(line)
        return line


def _result(freed: asyncio.Future[Line | None]) -> Line | None:
    """What somebody was given, if it came in the moment in which he went away."""
    return freed.result() if freed.done() and not freed.cancelled() else None


def _framing(sent: Sent, address: Address) -> Headers:
    """How long the body is, how its answer may be packed, and who asks if the URL says that."""
    extra: list[tuple[str, str]] = []
    if not isinstance(sent.body, bytes):
        extra.append(("transfer-encoding", "chunked"))
    elif sent.body or sent.method in _WITH_BODY:
        extra.append(("content-length", str(len(sent.body))))
    # Packing takes longer than memory does.
    extra.append(("accept-encoding", "identity" if address.host.startswith(_HERE) else "gzip"))
    known = {name.lower() for name, _ in sent.headers}
    if address.user is not None and "authorization" not in known:
        extra.append(("authorization", basic(*address.user)))
    return tuple(extra)


def basic(user: str, password: str) -> str:
    """User and password as a header.

    Source: RFC 7617.
    """
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"
