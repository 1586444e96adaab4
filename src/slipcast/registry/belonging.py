"""Which blobs a repository hands out: those sent to it, and those its images consist of.

Images of a history have their blobs here when they were pushed here, into whichever repository
they were tagged from. A link is the repository's as long as it is: one that is left of another that
had the same name, in a namespace or a stream that is gone, counts for nothing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from slipcast.api import kinds
from slipcast.api.image import ImageStream
from slipcast.ports.api import Resource
from slipcast.ports.blobs import BlobInfo, Link
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
        info = await parts.blobs.touch(digest)
    if info is None:
        return None
    link = await parts.links.find("blobs", str(repository), digest)
    if link is None or link.made < young:
        await parts.links.add("blobs", str(repository), digest)
    return info


async def is_of(parts: Parts, repository: Repository, digest: Digest) -> bool:
    """Whether a repository hands out a blob, if it is here."""
    link = await parts.links.find("blobs", str(repository), digest)
    stream = await streams.stream_of(parts, repository)
    if link is not None and await _counts(parts, repository, stream, link):
        return True
    return stream is not None and await _in_history(parts, stream, digest)


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
        manifests=tuple(piece.digest for piece in meant.manifests),
    )
    parts.pieces[manifest] = known
    if len(parts.pieces) > MOST_PIECES:
        parts.pieces.popitem(last=False)
    return known


async def _counts(
    parts: Parts, repository: Repository, stream: ImageStream | None, link: Link
) -> bool:
    """Whether a link is of this repository, and not of one before it."""
    try:
        document = await parts.server.get(Resource(NAMESPACE, "", repository.namespace))
    except NotFound:
        return False
    made = link.made.replace(microsecond=0)
    began = document.content.get("metadata", {}).get("creationTimestamp", "")
    if began and made < instant.parse(began):
        return False
    began = stream.metadata.creation_timestamp if stream is not None else ""
    return not began or made >= instant.parse(began) - PUSHING


async def _in_history(parts: Parts, stream: ImageStream, digest: Digest) -> bool:
    """Whether an image of the history that is kept here consists of a blob."""
    images = dict.fromkeys(
        event.image
        for event in streams.events(stream)
        if event.image and not streams.elsewhere(parts, event)
    )
    for image in images:
        if await _consists_of(parts, Digest.parse(image), digest, DEEPEST):
            return True
    return False


async def _consists_of(parts: Parts, manifest: Digest, digest: Digest, deep: int) -> bool:
    found = await pieces(parts, manifest)
    if digest in found.content:
        return True
    if deep:
        for each in found.manifests:
            if await _consists_of(parts, each, digest, deep - 1):
                return True
    return False
