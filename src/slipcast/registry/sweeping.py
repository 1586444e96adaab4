"""Sweeping: content that nobody needs any more is removed, beside running pushes.

Needed is what an Image consists of, or one of the history of a stream, and what those that are
indexes stand for. The rest goes when nobody has relied on it for a while: a push relies on its
blobs as it sends them, is told of them or mounts them, and once more when its manifest comes, a
moment before the Image is there. A removal that comes too late for that does not happen; one that
comes too early makes the manifest be refused. Links go whose stream is gone, or which no image of
it needs; uploads that nobody has gone on with for a day.

Which Images are still needed is decided elsewhere: `slipcast adm prune images` removes those first
and asks for this after that, with

    POST /v2/_slipcast/prune    {"dryRun": false, "keepYoungerThanSeconds": 3600}

which needs the right to delete `images` of the cluster, and answers with a `Report`.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

import msgspec
from msgspec.structs import replace
from starlette.responses import Response

from slipcast.api import kinds
from slipcast.api.image import Image, ImageStream
from slipcast.api.lens import read
from slipcast.images.manifests import References, references
from slipcast.ports.api import ListOptions, Resource
from slipcast.ports.blobs import Link, LinkKind
from slipcast.registry import belonging, contents, streams
from slipcast.registry.bodies import whole
from slipcast.registry.faults import OPTIONS_INVALID, RegistryFault
from slipcast.registry.objects import all_of
from slipcast.registry.parts import Call, Parts
from slipcast.registry.rights import refused
from slipcast.values.apifaults import Forbidden
from slipcast.values.digest import Digest
from slipcast.values.faults import Fault, InvalidFault

log = logging.getLogger("slipcast.registry")

GRACE: Final = timedelta(days=1)
"""How long what nobody needs is kept. A push has so much time between its first blob and its
manifest, over whatever line; what it costs is a day's garbage on the disk."""
LEAST: Final = timedelta(minutes=2)
"""How long it is kept whoever asks: an Image is made within moments of its blobs being relied on,
and what has no Image in that moment must not go."""
IDLE: Final = timedelta(days=1)
"""How long an upload waits for somebody to go on with it."""
EVERY: Final = timedelta(hours=6)
MOST_NAMED: Final = 10_000
"""How many of the blobs that were removed a report names."""
IMAGES: Final = Resource(kinds.require(kinds.IMAGE, "Image"))
STREAMS: Final = Resource(streams.STREAM)
_REVIEW: Final = Resource(kinds.require(kinds.AUTHORIZATION, "SelfSubjectAccessReview"))
_ATTRIBUTES: Final = {"verb": "delete", "group": kinds.IMAGE, "resource": "images"}


class Options(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What to sweep.

    Units:  seconds; what somebody has relied on within that stays. Less than `LEAST` is that.
    """

    dry_run: bool = False
    keep_younger_than_seconds: Annotated[int, msgspec.Meta(ge=0, le=10**9)] = int(
        GRACE.total_seconds()
    )


class Swept(msgspec.Struct, frozen=True, kw_only=True):
    """A blob that was removed.

    Units:  size in bytes.
    """

    digest: str
    size: int


class Report(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What came of it; of a dry run, what would have.

    Shape:  named are the first of the blobs that were removed.
    Units:  bytes won, in blobs and uploads; bytes that stay, in blobs.
    """

    dry_run: bool = False
    blobs: int = 0
    links: int = 0
    uploads: int = 0
    bytes_won: int = 0
    blobs_kept: int = 0
    bytes_kept: int = 0
    named: tuple[Swept, ...] = ()


class Needed(msgspec.Struct, frozen=True, kw_only=True):
    """What is needed: by digest, and the images of the history of each stream."""

    digests: set[str] = msgspec.field(default_factory=set)
    streams: dict[str, ImageStream] = msgspec.field(default_factory=dict)


async def answer(parts: Parts, call: Call) -> Response:
    """Sweep because somebody asks for it.

    Errors: RegistryFault.
    """
    if not call.actor.is_known or not await _may(parts, call):
        raise refused(call.actor)
    body = await whole(call.request, 4096)
    try:
        options = msgspec.json.decode(body or b"{}", type=Options)
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise RegistryFault(OPTIONS_INVALID, f"the options cannot be read: {wrong}") from wrong
    report = await sweep(parts, options)
    return Response(msgspec.json.encode(report), media_type="application/json")


async def sweep(parts: Parts, options: Options) -> Report:
    """Remove what nobody needs.

    Errors: any of the Api, before anything is removed; PortFault.
    """
    now = parts.clock.now()
    wanted = timedelta(seconds=options.keep_younger_than_seconds)
    # First: whoever relies on something from here on is not looked at any more, and stays.
    old = now - max(wanted, LEAST)
    needed = await needs(parts)
    report = Report(dry_run=options.dry_run)
    report = replace(report, links=await _links(parts, needed, old, dry_run=options.dry_run))
    forgotten = await parts.links.forget_uploads(now - IDLE, dry_run=options.dry_run)
    won = sum(upload.offset for upload in forgotten)
    report = replace(report, uploads=len(forgotten), bytes_won=won)
    return await _blobs(parts, needed, old, report)


async def background(
    parts: Parts, may: Callable[[], Awaitable[bool]] | None = None, every: timedelta = EVERY
) -> None:
    """Sweep again and again, while the server runs.

    Shape:  may says whether it is our turn, where several servers have the content in common.
    """
    while True:
        await parts.clock.until(parts.clock.now() + every)
        try:
            if may is not None and not await may():
                continue
            if not await _is_fit(parts):
                log.warning("registry.unswept", extra={"fields": {"why": "there are no images"}})
                continue
            report = await sweep(parts, Options())
        except Fault as fault:
            log.warning("registry.unswept", extra={"fields": {"why": fault.message}})
            continue
        fields = msgspec.to_builtins(replace(report, named=()))
        log.info("registry.swept", extra={"fields": fields})


async def needs(parts: Parts) -> Needed:
    """All that is needed.

    Errors: any of the Api.
    """
    needed = Needed()
    async for document in all_of(parts.server, IMAGES):
        await _mark_image(parts, needed.digests, read(document, Image))
    async for document in all_of(parts.server, STREAMS):
        stream = read(document, ImageStream)
        needed.streams[f"{stream.metadata.namespace}/{stream.metadata.name}"] = stream
        for event in streams.events(stream):
            await _mark(parts, needed.digests, event.image)
    return needed


async def _is_fit(parts: Parts) -> bool:
    """Whether there is any image.

    Shape:  without one, more likely the store was lost, or is another, than all were deleted; who
            has deleted them asks for it.
    """
    return bool((await parts.server.list(IMAGES, ListOptions(limit=1))).documents)


async def _mark_image(parts: Parts, needed: set[str], image: Image) -> None:
    needed.update(layer.name for layer in image.docker_image_layers)
    found = _said(image)
    if found is not None:
        config = (found.config,) if found.config is not None else ()
        needed.update(str(piece.digest) for piece in (*config, *found.layers))
        for piece in found.manifests:
            await _mark(parts, needed, str(piece.digest))
    await _mark(parts, needed, image.metadata.name)


def _said(image: Image) -> References | None:
    body = image.docker_image_manifest.encode(errors="surrogatepass")
    try:
        return references(image.docker_image_manifest_media_type, body) if body else None
    except InvalidFault:
        return None


async def _mark(parts: Parts, needed: set[str], name: str) -> None:
    """Mark a manifest and all it refers to, as far as it is here."""
    waiting, seen = [name], set[str]()
    while waiting:
        each = waiting.pop()
        digest = _digest(each)
        if digest is None or each in seen:
            continue
        seen.add(each)
        needed.add(each)
        found = await belonging.pieces(parts, digest)
        needed.update(map(str, found.content))
        waiting += map(str, found.manifests)


async def _links(parts: Parts, needed: Needed, old: datetime, *, dry_run: bool) -> int:
    removed = 0
    async for name in parts.links.repositories():
        for kind, link in await _unneeded(parts, needed, name):
            if link.made >= old:
                continue
            if dry_run or await parts.links.remove(kind, name, link.digest, old):
                removed += 1
    return removed


async def _unneeded(parts: Parts, needed: Needed, name: str) -> list[tuple[LinkKind, Link]]:
    """The links of a repository that no image of it needs."""
    stream = needed.streams.get(name)
    content = set[str]()
    for event in streams.events(stream) if stream is not None else ():
        await _mark(parts, content, event.image)
    unneeded: list[tuple[LinkKind, Link]] = []
    async for link in parts.links.links("manifests", name):
        is_of = stream is not None and contents.is_of(stream, link)
        if is_of and str(link.digest) in needed.digests:
            await _mark(parts, content, str(link.digest))
        else:
            unneeded.append(("manifests", link))
    blobs = parts.links.links("blobs", name)
    return unneeded + [("blobs", link) async for link in blobs if str(link.digest) not in content]


async def _blobs(parts: Parts, needed: Needed, old: datetime, report: Report) -> Report:
    removed, won, kept, stays = 0, report.bytes_won, 0, 0
    named: list[Swept] = []
    async for info in parts.blobs.blobs():
        is_garbage = str(info.digest) not in needed.digests and info.touched < old
        # One that was touched meanwhile stays.
        if is_garbage and (report.dry_run or await _is_removed(parts, info.digest, old)):
            removed += 1
            won += info.size
            if len(named) < MOST_NAMED:
                named.append(Swept(digest=str(info.digest), size=info.size))
        else:
            kept += 1
            stays += info.size
    return replace(
        report,
        blobs=removed,
        bytes_won=won,
        blobs_kept=kept,
        bytes_kept=stays,
        named=tuple(named),
    )


async def _is_removed(parts: Parts, digest: Digest, old: datetime) -> bool:
    won = await parts.blobs.remove(digest, old)
    # The blob of no bytes wins none.
    return won > 0 or await parts.blobs.stat(digest) is None


async def _may(parts: Parts, call: Call) -> bool:
    content: dict[str, Any] = {"metadata": {}, "spec": {"resourceAttributes": dict(_ATTRIBUTES)}}
    try:
        answer = await parts.apis.as_(call.actor).create(_REVIEW, content)
    except Forbidden:
        return False
    return bool(answer.document.content.get("status", {}).get("allowed"))


def _digest(text: str) -> Digest | None:
    try:
        return Digest.parse(text)
    except InvalidFault:
        return None
