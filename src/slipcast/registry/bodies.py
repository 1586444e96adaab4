"""Bodies of requests that are small enough to be held: manifests, forms.

What is large streams through `uploads`.
"""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.requests import Request

from slipcast.registry.faults import BODY_LARGE, BODY_SLOW, RegistryFault

PATIENCE: Final = 60.0
"""Seconds that a client may take to send a body."""


async def whole(request: Request, most: int) -> bytes:
    """The body, of so many bytes at most.

    Errors: RegistryFault; starlette's ClientDisconnect.
    """
    announced = request.headers.get("content-length", "0")
    if announced.isdigit() and int(announced[:18]) > most:
        raise _large(most)
    pieces: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(PATIENCE):
            async for piece in request.stream():
                size += len(piece)
                if size > most:
                    raise _large(most)
                pieces.append(piece)
    except TimeoutError as slow:
        raise RegistryFault(BODY_SLOW, f"the body did not come within {PATIENCE:.0f} s") from slow
    return b"".join(pieces)


def _large(most: int) -> RegistryFault:
    return RegistryFault(BODY_LARGE, f"a body may have {most} bytes at most here")
