"""Streams and images as the tests of this folder make them."""

from __future__ import annotations

from slipcast.api.image import (
    Image,
    ImageStream,
    ImageStreamSpec,
    ImageStreamStatus,
    NamedTagEventList,
    TagEvent,
    TagReference,
)
from slipcast.api.meta import ObjectMeta, ObjectReference

ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64
ADDRESS = "registry:5000"
NOW = "2026-11-23T12:00:00Z"


def an_image(name: str = ONE, size: int | None = None, **annotations: str) -> Image:
    """An image of a name."""
    return Image(
        metadata=ObjectMeta(name=name, uid="u", annotations=annotations),
        docker_image_reference=f"docker.io/centos/ruby@{name}",
        docker_image_metadata=None if size is None else {"Size": size},
    )


def an_event(
    image: str = ONE, repository: str = "docker.io/centos/ruby", created: str = ""
) -> TagEvent:
    """An image as a tag has it."""
    reference = f"{repository}@{image}" if image else repository
    return TagEvent(created=created, docker_image_reference=reference, image=image, generation=1)


def follows(name: str, source: str, kind: str = "ImageStreamTag", space: str = "") -> TagReference:
    """A tag that is made of something."""
    reference = ObjectReference(kind=kind, name=source, namespace=space)
    return TagReference(name=name, from_=reference, generation=1)


def a_stream(
    *tags: TagReference,
    name: str = "ruby",
    space: str = "shop",
    repository: str = "",
    **histories: TagEvent,
) -> ImageStream:
    """A stream whose tags shall be so, and which has one image in each of those histories."""
    status = tuple(NamedTagEventList(tag=tag, items=(each,)) for tag, each in histories.items())
    return ImageStream(
        metadata=ObjectMeta(name=name, namespace=space, generation=1, uid="s"),
        spec=ImageStreamSpec(tags=tags),
        status=ImageStreamStatus(docker_image_repository=repository, tags=status),
    )
