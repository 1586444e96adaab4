"""The door for other servers of the same database, which ask for logs that lie here.

Whether somebody may read a log was decided by the server that he asked.

Source: values.peerwire.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from slipcast.ports.peerlogs import PeerLogs
from slipcast.values.faults import NotFound
from slipcast.values.peerwire import CONTAINERS, HEADER, RECORDS, framed, is_proven
from slipcast.values.sensitive import Sensitive


class PeerDoor:
    """Answers other servers."""

    def __init__(self, held: PeerLogs, word: Callable[[], Awaitable[Sensitive]]) -> None:
        """Hand out what is held here, to whoever knows the word."""
        self._held = held
        self._word = word
        self.app = Starlette(
            routes=[
                Route(RECORDS, self.records, methods=["GET"]),
                Route(CONTAINERS, self.containers, methods=["GET"]),
            ]
        )

    async def records(self, request: Request) -> Response:
        """A log, to its end."""
        if not await self._may(request):
            return _refused()
        asked = request.query_params
        try:
            pieces = await self._held.records(
                asked.get("pod", ""),
                asked.get("key", ""),
                asked.get("container", ""),
                follow=bool(asked.get("follow")),
            )
        except NotFound:
            return PlainTextResponse("there is no such log here", status_code=404)
        return StreamingResponse(_sent(pieces), media_type="application/octet-stream")

    async def containers(self, request: Request) -> Response:
        """Whose logs are kept under a key."""
        if not await self._may(request):
            return _refused()
        return JSONResponse(list(await self._held.containers(request.query_params.get("key", ""))))

    async def _may(self, request: Request) -> bool:
        query = dict(request.query_params.items())
        shown = request.headers.get(HEADER, "")
        return is_proven(shown, await self._word(), request.url.path, query)


async def _sent(pieces: AsyncGenerator[bytes, None]) -> AsyncIterator[bytes]:
    async with aclosing(pieces):
        async for piece in pieces:
            yield framed(piece)


def _refused() -> Response:
    return PlainTextResponse("only servers of the same database are answered", status_code=403)
