"""Pulling through: what a stream's history names and another registry keeps (IS-119).

It is fetched with the logins of the stream's namespace, handed on while it comes, verified, and
kept: next time it is here. Only what the history names is fetched, and what that consists of.
Whatever the reference policy of a tag: that says where those who use the tag are sent to, here
(Local) or there (Source), and who has come here is served.

Whoever imports an image from a repository here gets it with all that it consists of: it counts as
kept here from then on. So it must be, whole, and be the repository's: that somebody knows a
manifest, or has made one up about what others have, makes nothing theirs.

Source: image-streams.md IS-119.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import override

from slipcast.api.image import ImageStream, TagEvent
from slipcast.images.manifests import OLDEST, SCHEMA_1, Piece, digest_of
from slipcast.images.schema1 import payload
from slipcast.ports.blobs import NoRoom, NoUpload
from slipcast.ports.distribution import UNKNOWN, VIA, DistributionFault, RemoteManifest, Way
from slipcast.registry import belonging, contents, streams
from slipcast.registry.faults import UNAVAILABLE, RegistryFault
from slipcast.registry.names import Repository
from slipcast.registry.parts import Manifest, Parts
from slipcast.registry.pullsecrets import logins
from slipcast.values.digest import Digest
from slipcast.values.faults import InvalidFault
from slipcast.values.imageref import ImageRef

log = logging.getLogger("slipcast.registry")

INSECURE: Final = "openshift.io/image.insecureRepository"
DEEPEST: Final = 3
"""How deep indexes are looked into."""
PATIENCE: Final = 30.0
"""Seconds that somebody waits for others to have fetched what they fetch."""


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where something of a stream is kept: an image elsewhere, and whether TLS may be wrong."""

    ref: ImageRef
    image: str = ""
    insecure: bool = False


async def manifest(parts: Parts, repository: Repository, event: TagEvent) -> Manifest | None:
    """The manifest that an event names without saying which it is, as it is there now."""
    stream = await streams.stream_of(parts, repository)
    found = sources(parts, stream) if stream is not None else []
    name = event.docker_image_reference
    return await _first(parts, repository, [each for each in found if str(each.ref) == name])


async def pinned(
    parts: Parts, repository: Repository, stream: ImageStream, digest: Digest
) -> Manifest | None:
    """A manifest of the history, or of an index that was fetched, from where it is kept."""
    found = sources(parts, stream)
    named = [each for each in found if each.image == str(digest)]
    if found and not named and await _piece(parts, repository, stream, digest) is not None:
        named = found
    pins = [msgspec.structs.replace(each, ref=each.ref.with_digest(digest)) for each in named]
    return await _first(parts, repository, pins)


async def blob(
    parts: Parts, repository: Repository, digest: Digest, *, is_head: bool
) -> Response | None:
    """The answer to who asks for a blob that is elsewhere; None when the history has no such.

    Errors: RegistryFault UNAVAILABLE when nobody has it who answers, and somebody does not.
    """
    stream = await streams.stream_of(parts, repository)
    found = sources(parts, stream) if stream is not None else []
    if stream is None or not found:
        return None
    piece = await _piece(parts, repository, stream, digest)
    if piece is None:
        return None
    headers = {
        "content-type": "application/octet-stream",
        "docker-content-digest": str(digest),
        "etag": f'"{digest}"',
    }
    if piece.size:
        headers["content-length"] = str(piece.size)
    if is_head:
        return Response(headers=headers)
    way, trouble = await _way(parts, repository), None
    for source in found:
        try:
            pieces = await parts.distribution.blob(source.ref, digest, _as(way, source))
        except DistributionFault as fault:
            _failed(source, fault)
            trouble = trouble if fault.reason == UNKNOWN else fault
            continue
        return Through(pieces, _handed_on(parts, repository, digest, pieces), headers)
    if trouble is not None:
        raise RegistryFault(UNAVAILABLE, trouble.message) from trouble
    return None


def is_asked_by_us(request: Request) -> bool:
    """Whether it is this server, or another of its kind, that asks on behalf of somebody."""
    return any(VIA in each for each in request.headers.getlist("via"))


async def is_whole(
    parts: Parts, repository: Repository, stream: ImageStream, digest: Digest, deep: int = DEEPEST
) -> bool:
    """Whether a manifest, and all that it refers to, is here and the repository's."""
    manifest = await contents.manifest(parts, repository, stream, digest)
    found = contents.meant(manifest.body) if manifest is not None else None
    if found is None or (found.manifests and not deep):
        return False
    config: tuple[Piece, ...] = (found.config,) if found.config else ()
    for piece in (*config, *found.layers):
        is_here = await belonging.blob(parts, repository, piece.digest) is not None
        if not (piece.is_foreign or is_here):
            return False
    for piece in found.manifests:
        if not await is_whole(parts, repository, stream, piece.digest, deep - 1):
            return False
    return True


def sources(parts: Parts, stream: ImageStream) -> list[Source]:
    """Where the images of a history are that are not kept here, each once.

    Shape:  what needs no TLS comes last, and what tags mean now before what they have meant.
    """
    annotations = stream.metadata.annotations or {}
    insecure = {tag.name for tag in stream.spec.tags if tag.import_policy.insecure}
    found: dict[Source, int] = {}
    for history in stream.status.tags:
        for age, event in enumerate(history.items):
            try:
                ref = ImageRef.parse(event.docker_image_reference)
            except InvalidFault:
                continue
            source = Source(
                ref=ref,
                image=event.image,
                insecure=history.tag in insecure or annotations.get(INSECURE) == "true",
            )
            # A name without its digest that means this registry would be asked for by ourselves.
            if not streams.is_here(parts, ref):
                found[source] = min(age, found.get(source, age))
    return sorted(found, key=lambda source: (source.insecure, found[source] > 0))


class Through(Response):
    """An answer that is handed on while it comes.

    Shape:  source is where the pieces come from: closed also when nobody has begun to read them.
    """

    def __init__(
        self,
        source: AsyncGenerator[bytes, None],
        pieces: AsyncGenerator[bytes, None],
        headers: dict[str, str],
    ) -> None:
        super().__init__(headers=headers)
        self._source = source
        self._pieces = pieces
        self.raw_headers = [
            (name.encode(), value.encode("latin-1")) for name, value in headers.items()
        ]

    @override
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Send it; one that turns out to be wrong is not sent to its end."""
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        async with aclosing(self._source), aclosing(self._pieces) as pieces:
            await send(start)
            async for piece in pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def _first(parts: Parts, repository: Repository, named: list[Source]) -> Manifest | None:
    """The manifest of the first source that has it, kept.

    Errors: RegistryFault UNAVAILABLE when none has it and one may.
    """
    way = await _way(parts, repository) if named else Way()
    trouble: DistributionFault | None = None
    for source in named:
        try:
            async with _seat(parts):
                remote = await parts.distribution.manifest(source.ref, _as(way, source))
        except DistributionFault as fault:
            _failed(source, fault)
            trouble = trouble if fault.reason == UNKNOWN else fault
            continue
        found = _verified(source, remote)
        if found is not None:
            await contents.keep(parts, repository, found)
            await parts.links.add("manifests", str(repository), found.digest)
            return found
    if trouble is not None:
        raise RegistryFault(UNAVAILABLE, trouble.message) from trouble
    return None


def _verified(source: Source, remote: RemoteManifest) -> Manifest | None:
    """What was fetched, when it is a manifest, and the one that was asked for."""
    body, wanted = remote.body, source.ref.digest
    found = contents.meant(body)
    if found is None:
        return None
    old = found.media_type in OLDEST
    body = payload(body) if old else body
    digest = wanted or digest_of(body, found.media_type)
    if not digest.matches(body):
        return None
    return Manifest(digest=digest, media_type=SCHEMA_1 if old else found.media_type, body=body)


async def _piece(
    parts: Parts, repository: Repository, stream: ImageStream, digest: Digest
) -> Piece | None:
    """What a manifest that the repository was given says of a digest."""
    async for link in contents.all_linked(parts, repository, stream):
        kept = await contents.kept(parts, link.digest)
        found = contents.meant(kept.body) if kept is not None else None
        if found is None:
            continue
        config: tuple[Piece, ...] = (found.config,) if found.config else ()
        for piece in (*config, *found.layers, *found.manifests):
            if piece.digest == digest:
                return piece
    return None


async def _handed_on(
    parts: Parts, repository: Repository, digest: Digest, pieces: AsyncGenerator[bytes, None]
) -> AsyncGenerator[bytes, None]:
    """The pieces as they come, the last one when all have turned out to be right."""
    counted = hashlib.new(digest.algorithm, usedforsecurity=False)
    held = b""
    async with aclosing(pieces), _seat(parts), _keeping(parts, repository, digest) as keep:
        async for piece in pieces:
            counted.update(piece)
            await keep.append(piece)
            if held:
                yield held
            held = piece
        if counted.hexdigest() != digest.hex:
            raise RegistryFault(UNAVAILABLE, f"what was fetched is not {digest}")
        await keep.commit()
    if held:
        yield held


class _Keep:
    """A blob on its way into the store, unless another is already, or there is no room."""

    def __init__(self, parts: Parts, repository: Repository, digest: Digest) -> None:
        self._parts = parts
        self._repository = repository
        self._digest = digest
        self._upload = ""

    async def begin(self) -> None:
        if self._digest not in self._parts.fetching.kept:
            self._parts.fetching.kept.add(self._digest)
            self._upload = (await self._parts.blobs.begin(str(self._repository))).id

    async def append(self, piece: bytes) -> None:
        if not self._upload:
            return

        async def body() -> AsyncIterator[bytes]:
            yield piece

        try:
            await self._parts.blobs.append(self._upload, None, body())
        except NoRoom as full:
            log.warning("pullthrough.unkept", extra={"fields": {"why": full.message}})
            await self.end()

    async def commit(self) -> None:
        if self._upload:
            await self._parts.blobs.commit(self._upload, self._digest)
            await self._parts.links.add("blobs", str(self._repository), self._digest)
            self._parts.fetching.kept.discard(self._digest)
            self._upload = ""

    async def end(self) -> None:
        if self._upload:
            upload, self._upload = self._upload, ""
            self._parts.fetching.kept.discard(self._digest)
            with suppress(NoUpload):
                await self._parts.blobs.abort(upload)


@asynccontextmanager
async def _keeping(parts: Parts, repository: Repository, digest: Digest) -> AsyncIterator[_Keep]:
    keep = _Keep(parts, repository, digest)
    await keep.begin()
    try:
        yield keep
    finally:
        await asyncio.shield(keep.end())


@asynccontextmanager
async def _seat(parts: Parts) -> AsyncIterator[None]:
    """While something is fetched: one of many, so that nobody has us fetch for ever.

    Errors: RegistryFault UNAVAILABLE.
    """
    try:
        async with asyncio.timeout(PATIENCE):
            await parts.fetching.seats.acquire()
    except TimeoutError as busy:
        raise RegistryFault(UNAVAILABLE, "too much is being fetched from elsewhere") from busy
    try:
        yield
    finally:
        parts.fetching.seats.release()


async def _way(parts: Parts, repository: Repository) -> Way:
    return Way(logins=await logins(parts, repository.namespace))


def _as(way: Way, source: Source) -> Way:
    return msgspec.structs.replace(way, insecure=source.insecure)


def _failed(source: Source, fault: DistributionFault) -> None:
    fields = {"image": str(source.ref), "reason": fault.reason, "why": fault.message}
    log.info("pullthrough.failed", extra={"fields": fields})
