"""Uploads: whole, in pieces, gone on with, and blobs mounted from other repositories.

An upload is of a repository, and found in no other. What was sent stays when a connection breaks;
it becomes a blob when it is what its digest names, and the repository's only then.

Source: OCI distribution specification 1.1, pushing blobs; image-streams.md IS-112.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable
from contextlib import aclosing, suppress
from typing import Final, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from slipcast.ports.blobs import NoRoom, NoUpload, UploadState, WrongDigest, WrongOffset
from slipcast.registry import belonging, ranges
from slipcast.registry.blobs import digest_of
from slipcast.registry.faults import (
    BLOB_UPLOAD_UNKNOWN,
    BODY_LARGE,
    BODY_SLOW,
    DIGEST_INVALID,
    NO_ROOM,
    RANGE_INVALID,
    SIZE_INVALID,
    RegistryFault,
)
from slipcast.registry.names import Repository
from slipcast.registry.parts import Call, Parts
from slipcast.registry.rights import demand, may
from slipcast.values.digest import Digest

PATIENCE: Final = 60.0
"""Seconds that a client may send nothing of what it has begun to send."""

T = TypeVar("T")


async def begin(parts: Parts, call: Call) -> Response:
    """A new upload; or a blob at once, mounted, or sent along.

    Errors: RegistryFault.
    """
    await demand(parts, call.actor, call.repository, "push")
    asked = call.request.query_params
    if "mount" in asked and await _mounted(parts, call, digest_of(asked["mount"])):
        return _made(call, digest_of(asked["mount"]))
    whole = "digest" in asked and "mount" not in asked and _has_body(call.request)
    digest = digest_of(asked["digest"]) if whole else None
    state = await parts.opened.begin(parts.blobs, call.actor.name, str(call.repository))
    if digest is None:
        return _told(call, state, 202)
    try:
        await _taken(parts, call, state, None)
        return await _finished(parts, call, state, digest)
    except BaseException:
        # Nobody was told of it, so that nobody can go on with it.
        with suppress(NoUpload):
            await asyncio.shield(_aborted(parts, call, state))
        raise


async def state(parts: Parts, call: Call) -> Response:
    """How far an upload is.

    Errors: RegistryFault.
    """
    return _told(call, await _upload(parts, call), 204)


async def append(parts: Parts, call: Call) -> Response:
    """Go on with an upload.

    Errors: RegistryFault.
    """
    now = await _upload(parts, call)
    span = ranges.sent(call.request.headers.get("content-range", ""))
    return _told(call, await _taken(parts, call, now, span), 202)


async def finish(parts: Parts, call: Call) -> Response:
    """End an upload, with the last piece or without: it is a blob from now on.

    Errors: RegistryFault.
    """
    now = await _upload(parts, call)
    digest = digest_of(call.request.query_params.get("digest", ""))
    span = ranges.sent(call.request.headers.get("content-range", ""))
    if span is not None or _has_body(call.request):
        await _taken(parts, call, now, span)
    return await _finished(parts, call, now, digest)


async def abort(parts: Parts, call: Call) -> Response:
    """Forget an upload.

    Errors: RegistryFault.
    """
    now = await _upload(parts, call)
    await _tried(call, now, _aborted(parts, call, now))
    return Response(status_code=204)


async def _upload(parts: Parts, call: Call) -> UploadState:
    """The upload that a request is about.

    Errors: RegistryFault.
    """
    await demand(parts, call.actor, call.repository, "push")
    try:
        found = await parts.blobs.upload(call.reference)
    except NoUpload as fault:
        raise _unknown(call) from fault
    if found.repository != str(call.repository):
        raise _unknown(call)
    return found


async def _mounted(parts: Parts, call: Call, digest: Digest) -> bool:
    """Whether a blob of a repository that somebody may pull from is of this one, too, now.

    Shape:  whatever stands against it, the blob is sent instead, and nobody is told why (IS-112).
    """
    try:
        source = Repository.parse(call.request.query_params.get("from", ""))
    except RegistryFault:
        return False
    if not await may(parts, call.actor, source, "pull"):
        return False
    if await belonging.relied_on(parts, source, digest) is None:
        return False
    await parts.links.add("blobs", str(call.repository), digest)
    return True


async def _taken(
    parts: Parts, call: Call, now: UploadState, span: ranges.Span | None
) -> UploadState:
    """Take the body of a request as the next piece of an upload.

    Errors: RegistryFault.
    """
    if span is not None and span.start != now.offset:
        raise _gap(call, now)
    announced = call.request.headers.get("content-length", "")
    if span is not None and announced and announced != str(span.count):
        raise RegistryFault(SIZE_INVALID, "Content-Range and Content-Length contradict each other")
    offset = span.start if span is not None else None
    async with aclosing(_body(call.request, span)) as body:
        with parts.receiving.seat(call.actor.name):
            return await _tried(call, now, parts.blobs.append(now.id, offset, body))


async def _finished(parts: Parts, call: Call, now: UploadState, digest: Digest) -> Response:
    try:
        await _tried(call, now, parts.blobs.commit(now.id, digest))
    except RegistryFault as fault:
        if fault.code is DIGEST_INVALID:
            parts.opened.end(call.actor.name, now.id)
        raise
    parts.opened.end(call.actor.name, now.id)
    await parts.links.add("blobs", str(call.repository), digest)
    return _made(call, digest)


async def _aborted(parts: Parts, call: Call, now: UploadState) -> None:
    await parts.blobs.abort(now.id)
    parts.opened.end(call.actor.name, now.id)


async def _body(request: Request, span: ranges.Span | None) -> AsyncGenerator[bytes, None]:
    """The body of a request, as it comes.

    Errors: RegistryFault when it stays away, or is not as long as was said.
    """
    size = 0
    pieces = request.stream()
    while True:
        try:
            async with asyncio.timeout(PATIENCE):
                piece = await anext(pieces, None)
        except TimeoutError as slow:
            raise RegistryFault(BODY_SLOW, f"nothing came for {PATIENCE:.0f} s") from slow
        if piece is None:
            break
        size += len(piece)
        if span is not None and size > span.count:
            raise RegistryFault(SIZE_INVALID, "more was sent than Content-Range says")
        yield piece
    if span is not None and size != span.count:
        raise RegistryFault(SIZE_INVALID, "less was sent than Content-Range says")


async def _tried(call: Call, now: UploadState, doing: Awaitable[T]) -> T:
    """What is done with an upload, its faults in the words of the specification."""
    try:
        return await doing
    except NoUpload as fault:
        raise _unknown(call) from fault
    except WrongOffset as fault:
        raise _gap(call, now) from fault
    except WrongDigest as fault:
        raise RegistryFault(DIGEST_INVALID, fault.message) from fault
    except NoRoom as fault:
        code = NO_ROOM if fault.retryable else BODY_LARGE
        raise RegistryFault(code, fault.message) from fault


def _has_body(request: Request) -> bool:
    length = request.headers.get("content-length", "")
    return length not in {"", "0"} or "transfer-encoding" in request.headers


def _told(call: Call, now: UploadState, status: int) -> Response:
    return Response(status_code=status, headers=_where(call, now))


def _where(call: Call, now: UploadState) -> dict[str, str]:
    return {
        "location": f"/v2/{call.repository}/blobs/uploads/{now.id}",
        "docker-upload-uuid": now.id,
        "range": f"0-{max(0, now.offset - 1)}",
    }


def _made(call: Call, digest: Digest) -> Response:
    headers = {
        "location": f"/v2/{call.repository}/blobs/{digest}",
        "docker-content-digest": str(digest),
    }
    return Response(status_code=201, headers=headers)


def _gap(call: Call, now: UploadState) -> RegistryFault:
    return RegistryFault(
        RANGE_INVALID,
        f"the upload goes on at {now.offset}, or somebody else goes on with it",
        headers=_where(call, now),
    )


def _unknown(call: Call) -> RegistryFault:
    return RegistryFault(
        BLOB_UPLOAD_UNKNOWN, f"{call.repository} has no upload {call.reference[:64]!r}"
    )
