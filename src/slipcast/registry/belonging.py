"""Which blobs a repository hands out: those sent to it, and those its images consist of.

Images of a history have their blobs here when they were pushed here, into whichever repository
they were tagged from; foreign layers, which need not be, only where they were sent. A link is the
repository's as long as it is: one that is left of another that had the same name, in a namespace or
a stream that is gone, counts for nothing.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from typing import Final

from slipcast.api import kinds
from slipcast.api.image import ImageStream
from slipcast.ports.api import Resource
from slipcast.ports.blobs import BlobInfo
from slipcast.registry import contents, streams
from slipcast.registry.names import Repository
from slipcast.registry.parts import Parts, Pieces
from slipcast.values import instant
from slipcast.values.apifaults import NotFound
from slipcast.values.digest import Digest

PUSHING: Final = timedelta(days=1)
"""How long a push may take: the blobs of the first one are older than the stream."""
RENEWED: Final = timedelta(minutes=10)
"""How old what somebody relies on may be without being made new."""
MOST_PIECES: Final = 2000
"""Manifests of which it is remembered what they consist of."""
DEEPEST: Final = 3
"""How deep indexes are looked into."""
EVER: Final = datetime.min.replace(tzinfo=UTC)
NAMESPACE: Final = kinds.require("", "Namespace")


async def blob(parts: Parts, repository: Repository, digest: Digest) -> BlobInfo | None:
    """A blob, if it is here and of the repository."""
    if not await is_of(parts, repository, digest):
        return None
    return await parts.blobs.stat(digest)


async def relied_on(parts: Parts, repository: Repository, digest: Digest) -> BlobInfo | None:
    """A blob, if it is here and of the repository, which it stays for as long as a push may take.

    Shape:  whoever was told that a blob is there does not send it, and relies on it.
    """
    if not await is_of(parts, repository, digest):
        return None
    info = await parts.blobs.stat(digest)
    young = parts.clock.now() - RENEWED
    if info is not None and info.touched < young:
        info = (await parts.blobs.touch((digest,))).get(digest)
    if info is None:
        return None
    link = await parts.links.find("blobs", str(repository), digest)
    if link is None or link.made < young:
        await parts.links.add("blobs", str(repository), digest)
    return info


async def is_of(parts: Parts, repository: Repository, digest: Digest) -> bool:
    """Whether a repository hands out a blob, if it is here."""
    stream = await streams.stream_of(parts, repository)
    return not await missing(parts, repository, stream, {digest})


async def missing(
    parts: Parts, repository: Repository, stream: ImageStream | None, digests: AbstractSet[Digest]
) -> set[Digest]:
    """Which of some blobs a repository does not hand out, even if they are here."""
    links = await parts.links.those("blobs", str(repository), digests)
    since = await _since(parts, repository, stream) if links else None
    left = {
        digest
        for digest in digests
        if since is None or digest not in links or links[digest].made.replace(microsecond=0) < since
    }
    return await _out_of_history(parts, stream, left) if left and stream is not None else left


async def pieces(parts: Parts, manifest: Digest) -> Pieces:
    """What a manifest consists of; nothing, when it is not here."""
    known = parts.pieces.get(manifest)
    if known is not None:
        return known
    found = await contents.kept(parts, manifest)
    meant = contents.meant(found.body) if found is not None else None
    if meant is None:
        return Pieces()
    config = (meant.config,) if meant.config is not None else ()
    known = Pieces(
        content=frozenset(piece.digest for piece in (*config, *meant.layers)),
        # Of a foreign layer nobody was asked whether it is theirs: its digest proves nothing.
        owned=frozenset(piece.digest for piece in (*config, *meant.layers) if not piece.is_foreign),
        manifests=tuple(piece.digest for piece in meant.manifests),
    )
    parts.pieces[manifest] = known
    if len(parts.pieces) > MOST_PIECES:
        parts.pieces.popitem(last=False)
    return known


async def _since(
    parts: Parts, repository: Repository, stream: ImageStream | None
) -> datetime | None:
    """Since when links are of this repository, and not of one before it; None when none are."""
    try:
        document = await parts.server.get(Resource(NAMESPACE, "", repository.namespace))
    except NotFound:
        return None
    made = document.content.get("metadata", {}).get("creationTimestamp", "")
    since = instant.parse(made) if made else EVER
    made = stream.metadata.creation_timestamp if stream is not None else ""
    return max(since, instant.parse(made) - PUSHING) if made else since


async def _out_of_history(
    parts: Parts, stream: ImageStream, digests: AbstractSet[Digest]
) -> set[Digest]:
    """Which of some blobs no image of the history that is kept here consists of."""
    left = set(digests)
    images = (
        streams.image_of(event)
        for event in streams.events(stream)
        if not streams.elsewhere(parts, event)
    )
    waiting = [(image, DEEPEST) for image in images if image is not None]
    seen = set[tuple[Digest, int]]()
    while waiting and left:
        image, deep = waiting.pop(0)
        if (image, deep) in seen:
            continue
        seen.add((image, deep))
        found = await pieces(parts, image)
        left -= found.owned
        if deep:
            waiting += [(each, deep - 1) for each in found.manifests]
    return left
