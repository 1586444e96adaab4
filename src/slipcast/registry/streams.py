"""What the stream behind a repository holds: the images of its history, and where they are kept.

An image of a history is trusted to be of the repository when its name says that it is kept in this
registry: names are written by pushes, and by tagging, which asks for the right to pull. What is
kept elsewhere has to be fetched from there before it is handed out.

Source: image-streams.md IS-25, IS-40, IS-119.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from slipcast.api import kinds
from slipcast.api.image import ImageStream, TagEvent
from slipcast.api.lens import read
from slipcast.ports.api import Resource
from slipcast.registry.names import Repository
from slipcast.registry.parts import Parts
from slipcast.values.apifaults import NotFound
from slipcast.values.digest import Digest
from slipcast.values.faults import InvalidFault
from slipcast.values.imageref import ImageRef

STREAM: Final = kinds.require(kinds.IMAGE, "ImageStream")


def resource_of(repository: Repository, subresource: str = "") -> Resource:
    """The stream that a repository is."""
    return Resource(STREAM, repository.namespace, repository.stream, subresource)


async def stream_of(parts: Parts, repository: Repository) -> ImageStream | None:
    """The stream that a repository is; None when it is not there."""
    try:
        return read(await parts.server.get(resource_of(repository)), ImageStream)
    except NotFound:
        return None


def events(stream: ImageStream) -> Iterator[TagEvent]:
    """The history of all tags, each its newest first."""
    for history in stream.status.tags:
        yield from history.items


def image_of(event: TagEvent) -> Digest | None:
    """What names the image of an event; None for one that is called by something else."""
    try:
        return Digest.parse(event.image)
    except InvalidFault:
        return None


def keeps(parts: Parts, stream: ImageStream, digest: Digest) -> bool:
    """Whether an image of the history is kept in this registry."""
    name = str(digest)
    return any(event.image == name and not elsewhere(parts, event) for event in events(stream))


def elsewhere(parts: Parts, event: TagEvent) -> bool:
    """Whether what an event names is kept in another registry, or in none that can be told."""
    try:
        ref = ImageRef.parse(event.docker_image_reference)
    except InvalidFault:
        return True
    return not is_here(parts, ref)


def is_here(parts: Parts, ref: ImageRef) -> bool:
    """Whether a name means this registry."""
    return ref.registry_host == parts.address or ref.registry_host in parts.aliases
