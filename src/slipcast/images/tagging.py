"""Tagging: what the tags that a stream was given mean, at the moment it is written.

A tag of another stream is copied, and not followed any longer; one of the same stream is followed
from then on. Images of registries elsewhere are looked up by imports. Reading other streams, and
asking whether that is allowed, is the caller's.

Source: image-streams.md IS-20 to IS-28.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from slipcast.api.image import ImageStream, TagEvent, TagReference
from slipcast.images import lookup
from slipcast.images.events import added, newest
from slipcast.images.origins import Origins
from slipcast.values.causes import Cause, forbidden, invalid, not_found
from slipcast.values.digest import Digest
from slipcast.values.faults import InvalidFault
from slipcast.values.imageref import ImageRef

LATEST = "latest"
"""The tag that is meant where none is said (IS-40)."""

_FORM = "must be of the form <tag>, <repo>:<tag>, <id>, or <repo>@<id>"
_MARKS = {"ImageStreamTag": ":", "ImageStreamImage": "@"}


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where a tag gets its image: a stream, and a tag or an image in it.

    Shape:  namespace and stream are never empty.
    """

    tag: TagReference
    namespace: str
    stream: str
    what: str

    @property
    def path(self) -> str:
        """The field that says so."""
        return f"spec.tags[{self.tag.name}].from"

    def is_of(self, stream: ImageStream) -> bool:
        """Whether the image comes from that stream."""
        metadata = stream.metadata
        return (self.namespace, self.stream) == (metadata.namespace, metadata.name)


def changed(stream: ImageStream, stored: ImageStream | None) -> Iterator[TagReference]:
    """The tags that are new, or mean something else now, or shall be looked up again (IS-11).

    Shape:  stream is one whose generations are counted.
    """
    before = {tag.name: tag for tag in stored.spec.tags} if stored is not None else {}
    for tag in stream.spec.tags:
        old = before.get(tag.name)
        if tag.from_ is not None and (old is None or old.generation != tag.generation):
            yield tag


def source(stream: ImageStream, tag: TagReference) -> Source | Cause | None:
    """Where a tag of a stream gets its image; None when that is no stream; or what is wrong."""
    reference = tag.from_
    mark = _MARKS.get(reference.kind) if reference is not None else None
    if reference is None or mark is None:
        return None
    owner, is_there, what = reference.name.rpartition(mark)
    if mark in owner or bool(is_there) > bool(owner) or (mark == "@" and not what):
        return invalid(f"spec.tags[{tag.name}].from.name", reference.name, _FORM)
    own = stream.metadata
    return Source(
        tag=tag,
        namespace=reference.namespace or own.namespace,
        stream=owner or own.name,
        what=what,
    )


def is_foreign(stream: ImageStream, found: Source) -> bool:
    """Whether the right to pull has to be asked for: in another namespace (IS-24)."""
    return found.namespace != stream.metadata.namespace


def may_not_pull(found: Source) -> Cause:
    """What is wrong when the right to pull is missing."""
    return forbidden(found.path, f"{found.namespace}/{found.stream}")


def missing(found: Source) -> Cause:
    """What is wrong when there is no such stream (IS-23)."""
    return not_found(f"{found.path}.name", found.tag.from_.name if found.tag.from_ else "")


def may_not_come(tag: TagReference, origins: Origins) -> Cause | None:
    """What is wrong when the image of a tag may not come from where it is; None when it may."""
    if tag.from_ is None or tag.from_.kind != "DockerImage":
        return None
    try:
        host = ImageRef.parse(tag.from_.name).registry_host
    except InvalidFault:
        return None
    if origins.allow(host):
        return None
    return forbidden(f"spec.tags[{tag.name}].from.name", origins.refusal(host))


def recorded(stream: ImageStream, tag: TagReference, now: str) -> ImageStream:
    """The stream with an image that is only named, and never looked up (IS-20)."""
    if tag.from_ is None or tag.from_.kind != "DockerImage" or not tag.reference:
        return stream
    event = TagEvent(
        created=now, docker_image_reference=tag.from_.name, generation=tag.generation or 0
    )
    return added(stream, tag.name, event)


def copied(
    stream: ImageStream, found: Source, origin: ImageStream, *, now: str, address: str
) -> ImageStream | Cause:
    """The stream with what its tag means in the stream that it is from (IS-21, IS-22, IS-25).

    Shape:  unchanged where the tag there means nothing yet. address is that of the registry here,
            empty where there is none.
    """
    event = _event(origin, found)
    if isinstance(event, Cause) or event is None:
        return event or stream
    reference = event.docker_image_reference
    if not found.tag.reference:
        reference = _moved(reference, origin, stream, address)
    return added(
        stream,
        found.tag.name,
        TagEvent(
            created=now,
            docker_image_reference=reference,
            image=event.image,
            generation=found.tag.generation or 0,
        ),
    )


def _event(origin: ImageStream, found: Source) -> TagEvent | Cause | None:
    assert found.tag.from_ is not None  # noqa: S101 -- that is where it was found
    if found.tag.from_.kind == "ImageStreamTag":
        return newest(origin, found.what or LATEST)
    event = lookup.by_id(origin, found.what)
    if isinstance(event, TagEvent):
        return event
    what = f"error generating tag event: {lookup.told(event, found.what)}"
    return invalid(f"{found.path}.name", found.tag.from_.name, what)


def _moved(reference: str, origin: ImageStream, stream: ImageStream, address: str) -> str:
    """The name of an image that the registry here keeps for one stream, in another (IS-25)."""
    try:
        ref = ImageRef.parse(reference)
    except InvalidFault:
        return reference
    there, here = origin.metadata, stream.metadata
    kept_at = (ref.registry, ref.namespace, ref.name)
    if not address or kept_at != (address, there.namespace, there.name):
        return reference
    tag = "" if ref.digest else ref.tag
    return str(replace(ref, namespace=here.namespace, name=here.name, tag=tag))


def with_repository(stream: ImageStream, address: str, public: str = "") -> ImageStream:
    """The stream with where its images can be pulled (IS-522, IS-523).

    Shape:  address and public are `host:port` of the registry here, empty where there is none.
    """
    name = f"{stream.metadata.namespace}/{stream.metadata.name}"
    repository = f"{address}/{name}" if address else stream.spec.docker_image_repository
    told = f"{public}/{name}" if public else ""
    status = stream.status
    if (status.docker_image_repository, status.public_docker_image_repository) == (
        repository,
        told,
    ):
        return stream
    return replace(
        stream,
        status=replace(
            status, docker_image_repository=repository, public_docker_image_repository=told
        ),
    )


def pinned(repository: str, image: str) -> str:
    """The name of an image in a repository by its digest; empty where that cannot be named."""
    try:
        return str(ImageRef.parse(repository).with_digest(Digest.parse(image)))
    except InvalidFault:
        return ""
