"""Blobs of a repository: looked at, read whole or in part, taken away.

Taken away is that the repository has it; the bytes go when nobody needs them (`sweeping`).

Source: OCI distribution specification 1.1, pulling, deleting blobs; RFC 9110, sections 13, 14.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from typing import Any, BinaryIO, Final

from starlette.responses import Response
from typing_extensions import override

from slipcast.registry import belonging, pullthrough, ranges
from slipcast.registry.faults import BLOB_UNKNOWN, DIGEST_INVALID, RegistryFault
from slipcast.registry.parts import Call, Parts
from slipcast.registry.ranges import Span
from slipcast.registry.rights import demand
from slipcast.values.digest import Digest
from slipcast.values.faults import InvalidFault, NotFound

PIECE: Final = 256 * 1024
"""Bytes that are read at once."""
SENDFILE: Final = "http.response.zerocopysend"
"""The extension of ASGI by which a server sends a file itself."""


class FileAnswer(Response):
    """An answer that is a part of a file, sent by the server itself where it can."""

    def __init__(
        self, file: BinaryIO, span: Span, headers: Mapping[str, str], status: int = 200
    ) -> None:
        """Answer with a file, which is closed after that."""
        super().__init__(None, status, {**headers, "content-length": str(span.count)})
        self._file = file
        self._span = span

    @override
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Send it."""
        with self._file:
            start = {"status": self.status_code, "headers": self.raw_headers}
            await send({"type": "http.response.start", **start})
            if SENDFILE in scope.get("extensions", {}):
                whole = {"offset": self._span.start, "count": self._span.count}
                await send({"type": SENDFILE, "file": self._file, **whole, "more_body": False})
            else:
                await self._sent(send)

    async def _sent(self, send: Any) -> None:
        at, end = self._span.start, self._span.start + self._span.count
        while True:
            count = min(PIECE, end - at)
            piece = await asyncio.to_thread(os.pread, self._file.fileno(), count, at)
            at += len(piece)
            is_last = at >= end or not piece
            await send({"type": "http.response.body", "body": piece, "more_body": not is_last})
            if is_last:
                break


async def read(parts: Parts, call: Call) -> Response:
    """A blob, or the part of it that is asked for.

    Errors: RegistryFault.
    """
    await demand(parts, call.actor, call.repository, "pull")
    digest = digest_of(call.reference)
    file = await _opened(parts, call, digest)
    if file is None:
        return await _elsewhere(parts, call, digest, is_head=False)
    try:
        return _answer(call, digest, file)
    except BaseException:
        file.close()
        raise


async def head(parts: Parts, call: Call) -> Response:
    """Whether a blob is there, and how large it is.

    Errors: RegistryFault.
    """
    await demand(parts, call.actor, call.repository, "pull")
    digest = digest_of(call.reference)
    info = await belonging.relied_on(parts, call.repository, digest)
    if info is None:
        return await _elsewhere(parts, call, digest, is_head=True)
    return Response(headers={**_headers(digest), "content-length": str(info.size)})


async def remove(parts: Parts, call: Call) -> Response:
    """Take a blob from a repository; what an image of the stream consists of goes with the image.

    Errors: RegistryFault.
    """
    await demand(parts, call.actor, call.repository, "delete")
    digest = digest_of(call.reference)
    if not await belonging.is_of(parts, call.repository, digest):
        raise unknown(call)
    # Pruners take the layers first and then the image: neither is an error, nor breaks the image.
    await parts.links.remove("blobs", str(call.repository), digest)
    return Response(status_code=202, headers={"docker-content-digest": str(digest)})


def digest_of(reference: str) -> Digest:
    """The digest that a reference is.

    Errors: RegistryFault DIGEST_INVALID.
    """
    try:
        return Digest.parse(reference)
    except InvalidFault as fault:
        raise RegistryFault(DIGEST_INVALID, "the digest is none that is known") from fault


def unknown(call: Call) -> RegistryFault:
    """The fault of a blob that the repository does not have."""
    return RegistryFault(
        BLOB_UNKNOWN,
        f"{call.repository} has no blob {call.reference[:256]!r}",
        detail={"digest": call.reference[:256]},
    )


async def _opened(parts: Parts, call: Call, digest: Digest) -> BinaryIO | None:
    """The file of a blob, if it is here and of the repository."""
    if not await belonging.is_of(parts, call.repository, digest):
        return None
    try:
        path = await parts.blobs.path(digest)
        # Not in a thread: who is cancelled while it opens would never close.
        return path.open("rb", buffering=0)
    except (NotFound, FileNotFoundError):
        return None


async def _elsewhere(parts: Parts, call: Call, digest: Digest, *, is_head: bool) -> Response:
    if pullthrough.is_asked_by_us(call.request):
        raise unknown(call)
    found = await pullthrough.blob(parts, call.repository, digest, is_head=is_head)
    if found is None:
        raise unknown(call)
    return found


def _answer(call: Call, digest: Digest, file: BinaryIO) -> Response:
    asked = call.request.headers
    headers = _headers(digest)
    etag = headers["etag"]
    if etag in (each.strip().removeprefix("W/") for each in _list(asked, "if-none-match")):
        file.close()
        return Response(status_code=304, headers={"etag": etag})
    size = os.fstat(file.fileno()).st_size
    if asked.get("if-range", etag) == etag:
        span = ranges.asked(asked.get("range", ""), size)
        if span is not None:
            headers["content-range"] = span.told(size)
            return FileAnswer(file, span, headers, 206)
    return FileAnswer(file, Span(0, size), headers)


def _headers(digest: Digest) -> dict[str, str]:
    return {
        "content-type": "application/octet-stream",
        "docker-content-digest": str(digest),
        "etag": f'"{digest}"',
        "accept-ranges": "bytes",
    }


def _list(headers: Mapping[str, str], name: str) -> list[str]:
    return headers.get(name, "").split(",")
