"""Manifests of a repository: which it has, and their bytes.

A repository has the manifests that were put into it, those of its history that are kept in this
registry, and the parts of an index that it has.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

from slipcast.api.image import ImageStream
from slipcast.images.manifests import INDEXES, LARGEST, References, references
from slipcast.ports.blobs import Link, NoUpload
from slipcast.registry import streams
from slipcast.registry.names import Repository
from slipcast.registry.parts import Manifest, Parts
from slipcast.values import instant
from slipcast.values.digest import Digest
from slipcast.values.faults import InvalidFault, NotFound

REMEMBERED: Final = 64 * 1024
"""Bytes of manifests that are remembered."""
MOST_REMEMBERED: Final = 500
"""How many are."""


async def manifest(
    parts: Parts, repository: Repository, stream: ImageStream, digest: Digest
) -> Manifest | None:
    """A manifest that the repository has and that is here."""
    if not await has(parts, repository, stream, digest):
        return None
    return await kept(parts, digest)


async def has(parts: Parts, repository: Repository, stream: ImageStream, digest: Digest) -> bool:
    """Whether a manifest is the repository's."""
    if streams.keeps(parts, stream, digest) or await linked(parts, repository, stream, digest):
        return True
    return await _is_part(parts, stream, digest)


async def linked(
    parts: Parts, repository: Repository, stream: ImageStream, digest: Digest
) -> Link | None:
    """The link by which a repository has a manifest.

    Shape:  one that is older than the stream is of another that had its name, which is gone.
    """
    link = await parts.links.find("manifests", str(repository), digest)
    return link if link is not None and is_of(stream, link) else None


async def all_linked(
    parts: Parts, repository: Repository, stream: ImageStream
) -> AsyncIterator[Link]:
    """All such links."""
    async for link in parts.links.links("manifests", str(repository)):
        if is_of(stream, link):
            yield link


async def kept(parts: Parts, digest: Digest) -> Manifest | None:
    """A manifest that is here, whosever it is."""
    info = await parts.blobs.stat(digest)
    if info is None or info.size > LARGEST:
        return None
    known = parts.manifests.get(digest)
    if known is not None:
        return known
    try:
        path = await parts.blobs.path(digest)
        body = await asyncio.to_thread(path.read_bytes)
    except (NotFound, FileNotFoundError):
        return None
    found = meant(body)
    if found is None:
        return None
    manifest = Manifest(digest=digest, media_type=found.media_type, body=body)
    if len(body) <= REMEMBERED:
        parts.manifests[digest] = manifest
        if len(parts.manifests) > MOST_REMEMBERED:
            parts.manifests.popitem(last=False)
    return manifest


async def keep(parts: Parts, repository: Repository, manifest: Manifest) -> None:
    """Keep the bytes of a manifest as a blob, unless they are there."""
    if await parts.blobs.touch((manifest.digest,)):
        return

    async def body() -> AsyncIterator[bytes]:
        yield manifest.body

    upload = await parts.blobs.begin(str(repository))
    try:
        await parts.blobs.append(upload.id, 0, body())
        await parts.blobs.commit(upload.id, manifest.digest)
    except BaseException:
        with suppress(NoUpload):
            await asyncio.shield(parts.blobs.abort(upload.id))
        raise


def meant(body: bytes) -> References | None:
    """What a body refers to; None when it is no manifest."""
    try:
        return references("", body)
    except InvalidFault:
        return None


def is_of(stream: ImageStream, link: Link) -> bool:
    """Whether a link was made since the stream is there."""
    began = stream.metadata.creation_timestamp
    return not began or link.made.replace(microsecond=0) >= instant.parse(began)


async def _is_part(parts: Parts, stream: ImageStream, digest: Digest) -> bool:
    """Whether a manifest is part of an index of the history that is kept here.

    Shape:  images tagged from other streams have no links here; their indexes say what is theirs.
    """
    seen = set[Digest]()
    for event in streams.events(stream):
        image = streams.image_of(event)
        if image is None or image in seen or streams.elsewhere(parts, event):
            continue
        seen.add(image)
        found = await kept(parts, image)
        if found is None or found.media_type not in INDEXES:
            continue
        index = meant(found.body)
        if index is not None and any(piece.digest == digest for piece in index.manifests):
            return True
    return False
