"""What a browser brings back: a page of our own on this machine that a login ends at.

It answers on the loopback address only, and to one path; an answer that does not carry the state
this login began with is somebody else's, and is not taken.

Source: RFC 8252 sections 7.3 and 8.9.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import parse_qsl

from slipcast.values.faults import PortFault

HOST: Final = "127.0.0.1"
PATH: Final = "/callback"
LARGEST: Final = 16 * 1024
"""Bytes of a request."""
SLOWEST: Final = 10.0
"""Seconds that a request may take to come."""
FIELDS: Final = 20

_PAGE: Final = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} - slipcast</title>'
    '</head><body><h1>{title}</h1><p role="status">{text}</p></body></html>'
)
_DONE: Final = _PAGE.format(
    title="Back to the terminal",
    text="slipcast has its answer. This window can be closed.",
)
_STRANGE: Final = _PAGE.format(
    title="That does not work", text="This is not the login that slipcast waits for."
)


class Callback:
    """A login on its way."""

    def __init__(self, state: str) -> None:
        self._state = state
        self._answer: asyncio.Future[Mapping[str, str]] = asyncio.get_running_loop().create_future()
        self.port = 0

    @property
    def address(self) -> str:
        """Where the browser is to be sent."""
        return f"http://{HOST}:{self.port}{PATH}"

    async def answer(self, seconds: float) -> Mapping[str, str]:
        """What the browser brought.

        Errors: PortFault when it does not come in time.
        """
        try:
            async with asyncio.timeout(seconds):
                return await self._answer
        except TimeoutError as late:
            raise PortFault(
                f"nobody has logged in within {seconds / 60:.0f} minutes",
                reason="NoLogin",
                hint="`slipcast login --web` begins again.",
            ) from late

    async def hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request."""
        try:
            async with asyncio.timeout(SLOWEST):
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(self._heard(head.split(b"\r\n", 1)[0].decode("ascii", "replace")))
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # Whoever it was: the login goes on.
        finally:
            writer.close()

    def _heard(self, line: str) -> bytes:
        method, _, rest = line.partition(" ")
        path, _, query = rest.partition(" ")[0].partition("?")
        if (method, path) != ("GET", PATH):
            return _reply("404 Not Found", _STRANGE)
        try:
            fields = dict(parse_qsl(query, keep_blank_values=True, max_num_fields=FIELDS))
        except ValueError:
            fields = {}
        if not hmac.compare_digest(fields.get("state", "").encode(), self._state.encode()):
            return _reply("400 Bad Request", _STRANGE)
        if not self._answer.done():
            self._answer.set_result(fields)
        return _reply("200 OK", _DONE)


@asynccontextmanager
async def listening(state: str, port: int = 0) -> AsyncGenerator[Callback]:
    """The page, for as long as it is waited for; port 0 takes any that is free.

    Errors: PortFault when the port is taken.
    """
    callback = Callback(state)
    try:
        server = await asyncio.start_server(callback.hear, HOST, port, limit=LARGEST)
    except OSError as taken:
        raise PortFault(
            f"the browser cannot come back to port {port} of this machine: {taken.strerror}",
            reason="NoCallback",
            hint="Without --callback-port any port that is free is taken.",
        ) from taken
    async with server:
        callback.port = server.sockets[0].getsockname()[1]
        yield callback


def _reply(status: str, page: str) -> bytes:
    body = page.encode()
    head = (
        f"HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\ncache-control: no-store\r\n"
        "content-security-policy: default-src 'none'; frame-ancestors 'none'\r\n"
        "x-content-type-options: nosniff\r\nreferrer-policy: no-referrer\r\n\r\n"
    )
    return head.encode() + body
