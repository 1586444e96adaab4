"""Manifests read, put and removed; one that is put becomes the newest of its tag.

Source: OCI distribution specification 1.1, pulling, pushing, deleting manifests; image-streams.md
IS-113 to IS-119.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
from starlette.responses import Response

from slipcast.api import kinds
from slipcast.api.image import ImageStream
from slipcast.images.events import newest
from slipcast.images.manifests import (
    LARGEST,
    MEDIA_TYPES,
    OLDEST,
    SCHEMA_1,
    References,
    digest_of,
    references,
)
from slipcast.images.schema1 import payload
from slipcast.ports.api import Resource
from slipcast.ports.blobs import BlobInfo
from slipcast.registry import belonging, contents, pullthrough, recording, streams
from slipcast.registry.bodies import whole
from slipcast.registry.faults import (
    DENIED,
    DIGEST_INVALID,
    MANIFEST_BLOB_UNKNOWN,
    MANIFEST_INVALID,
    MANIFEST_UNKNOWN,
    TAG_INVALID,
    RegistryFault,
)
from slipcast.registry.names import TAG, Repository
from slipcast.registry.parts import Call, Manifest, Parts
from slipcast.registry.rights import demand
from slipcast.registry.texts import texts
from slipcast.values.apifaults import Forbidden, NotFound
from slipcast.values.digest import Digest
from slipcast.values.faults import InvalidFault

MOST_MISSING: Final = 100
"""Pieces that are missing, after which no more are looked for."""
ANY_TYPE: Final = frozenset({"", "application/json", "text/plain"})
"""Types of bodies that leave it to the body to say what it is."""


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """A manifest that was sent, and under which tag, if any."""

    manifest: Manifest
    found: References
    tag: str = ""


async def read(parts: Parts, call: Call) -> Response:
    """A manifest, as it is kept.

    Errors: RegistryFault.
    """
    await demand(parts, call.actor, call.repository, "pull")
    digest = _digest(call.reference)
    stream = await streams.stream_of(parts, call.repository)
    found = await _found(parts, call, stream, digest) if stream is not None else None
    if found is None:
        raise _unknown(call)
    etag = f'"{found.digest}"'
    headers = {"docker-content-digest": str(found.digest), "etag": etag}
    asked = call.request.headers.get("if-none-match", "")
    if etag in (each.strip().removeprefix("W/") for each in asked.split(",")):
        return Response(status_code=304, headers=headers)
    headers["content-type"] = found.media_type
    if call.request.method == "HEAD":
        return Response(headers={**headers, "content-length": str(len(found.body))})
    return Response(found.body, headers=headers)


async def _found(
    parts: Parts, call: Call, stream: ImageStream, digest: Digest | None
) -> Manifest | None:
    """What a tag or a digest means in a repository, here or elsewhere."""
    repository, ours = call.repository, pullthrough.is_asked_by_us(call.request)
    if digest is None:
        event = newest(stream, call.reference)
        if event is None:
            return None
        if not event.image:
            return None if ours else await pullthrough.manifest(parts, repository, event)
        digest = streams.image_of(event)
        if digest is None:
            return None
    if ours and not await pullthrough.is_whole(parts, repository, stream, digest):
        return None
    found = await contents.manifest(parts, repository, stream, digest)
    return found or await pullthrough.pinned(parts, repository, stream, digest)


async def put(parts: Parts, call: Call) -> Response:
    """Take a manifest whose pieces are there, and let it be the newest of its tag.

    Errors: RegistryFault.
    """
    await demand(parts, call.actor, call.repository, "push")
    # The body is in memory until all is done.
    with parts.receiving.seat(call.actor.name):
        return await _taken(parts, call, _sent(call, await whole(call.request, LARGEST)))


async def _taken(parts: Parts, call: Call, sent: Sent) -> Response:
    repository = call.repository
    stream = await streams.stream_of(parts, repository)
    if stream is None:
        await recording.check_namespace(parts, repository)
    there = await _pieces(parts, repository, stream, sent.found)
    _check_sizes(sent.found, there)
    if stream is None:
        await recording.prepare(parts, call.actor, repository)
    manifest = sent.manifest
    await contents.keep(parts, repository, manifest)
    subject = sent.found.subject.digest if sent.found.subject else None
    await parts.links.add("manifests", str(repository), manifest.digest, subject)
    held = await texts(parts, manifest, sent.found, there)
    image = recording.image_of(parts, repository, manifest, held, subject)
    await recording.record(parts, repository, image, sent.tag)
    headers = {
        "location": f"/v2/{repository}/manifests/{manifest.digest}",
        "docker-content-digest": str(manifest.digest),
    }
    if subject is not None:
        headers["oci-subject"] = str(subject)
    return Response(status_code=201, headers=headers)


async def remove(parts: Parts, call: Call) -> Response:
    """Take a tag from a stream; or an image from its history, all tags, and the repository.

    Errors: RegistryFault.
    """
    repository = call.repository
    await demand(parts, call.actor, repository, "delete")
    digest = _digest(call.reference)
    if digest is None:
        await _remove_tag(parts, call)
        return Response(status_code=202)
    link = await parts.links.find("manifests", str(repository), digest)
    was_there = await recording.forget(parts, repository, str(digest))
    if link is None and not was_there:
        raise _unknown(call)
    await parts.links.remove("manifests", str(repository), digest)
    return Response(status_code=202)


async def _remove_tag(parts: Parts, call: Call) -> None:
    repository = call.repository
    if not TAG.fullmatch(call.reference):
        raise _unknown(call)
    name = f"{repository.stream}:{call.reference}"
    kind = kinds.require(kinds.IMAGE, "ImageStreamTag")
    try:
        await parts.apis.as_(call.actor).delete(Resource(kind, repository.namespace, name))
    except NotFound as fault:
        raise _unknown(call) from fault
    except Forbidden as fault:
        raise RegistryFault(DENIED, "access denied") from fault


def _sent(call: Call, body: bytes) -> Sent:
    """What was sent.

    Errors: RegistryFault when it is no manifest, or not the one that it was said to be.
    """
    media_type = call.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in MEDIA_TYPES and media_type not in ANY_TYPE:
        raise RegistryFault(MANIFEST_INVALID, "the content type is no manifest's")
    try:
        found = references(media_type, body)
        digest = digest_of(body, found.media_type)
    except InvalidFault as fault:
        raise RegistryFault(MANIFEST_INVALID, str(fault)) from fault
    if found.media_type in OLDEST:
        # Kept without its signatures, of which its digest knows nothing.
        body, media_type = payload(body), SCHEMA_1
    tag, wanted = call.reference, _digest(call.reference)
    if wanted is not None:
        if not wanted.matches(body):
            raise RegistryFault(DIGEST_INVALID, "the manifest is not the one that the digest names")
        tag, digest = "", wanted
    elif not TAG.fullmatch(tag):
        raise RegistryFault(TAG_INVALID, "tags have 128 letters, digits and _ . - at most")
    form = SCHEMA_1 if found.media_type in OLDEST else found.media_type
    return Sent(manifest=Manifest(digest=digest, media_type=form, body=body), found=found, tag=tag)


async def _pieces(
    parts: Parts, repository: Repository, stream: ImageStream | None, found: References
) -> Mapping[Digest, BlobInfo]:
    """All that a manifest refers to: it is the repository's, and stays here.

    Errors: RegistryFault MANIFEST_BLOB_UNKNOWN, with all that is missing.
    """
    config = (found.config,) if found.config else ()
    pieces = [piece.digest for piece in (*config, *found.layers) if not piece.is_foreign]
    theirs = await belonging.missing(parts, repository, stream, set(pieces))
    for piece in dict.fromkeys(piece.digest for piece in found.manifests):
        pieces.append(piece)
        # One that was only pulled through says of layers what nobody has looked at.
        if stream is None or not await pullthrough.is_whole(parts, repository, stream, piece):
            theirs.add(piece)
        if len(theirs) >= MOST_MISSING:
            break
    there = await parts.blobs.touch({*pieces} - theirs)
    missing = [str(each) for each in dict.fromkeys(pieces) if each not in there][:MOST_MISSING]
    if missing:
        raise RegistryFault(
            MANIFEST_BLOB_UNKNOWN,
            "the manifest refers to what the repository does not have",
            detail=[{"digest": each} for each in missing],
        )
    return there


def _check_sizes(found: References, there: Mapping[Digest, BlobInfo]) -> None:
    """Nothing, when all is as large as a manifest says, which limits of images go by.

    Errors: RegistryFault MANIFEST_INVALID.
    """
    if found.media_type in OLDEST:
        return
    config = (found.config,) if found.config else ()
    for piece in (*config, *found.layers, *found.manifests):
        info = there.get(piece.digest)
        if info is not None and info.size != piece.size:
            raise RegistryFault(
                MANIFEST_INVALID,
                f"{piece.digest} has {info.size} bytes, and not {piece.size} as the manifest says",
            )


def _digest(reference: str) -> Digest | None:
    """The digest that a reference is; None for a tag.

    Errors: RegistryFault DIGEST_INVALID.
    """
    if ":" not in reference:
        return None
    try:
        return Digest.parse(reference)
    except InvalidFault as fault:
        raise RegistryFault(DIGEST_INVALID, "the digest is none that is known") from fault


def _unknown(call: Call) -> RegistryFault:
    return RegistryFault(
        MANIFEST_UNKNOWN,
        f"{call.repository} has no manifest {call.reference[:256]!r}",
    )
