"""Mappings: an image that was pushed becomes the newest of a tag.

Source: image-streams.md IS-70 to IS-73; what OpenShift 3.5 answers.
"""

from __future__ import annotations

from msgspec.structs import replace

from slipcast.api.image import Image, ImageStream, ImageStreamMapping, TagEvent
from slipcast.images.events import added, newest
from slipcast.images.tagging import pinned

MANAGED = "openshift.io/image.managed"
"""Says of an image that the registry here keeps it (IS-68)."""
STORED = "image.openshift.io/manifestBlobStored"
"""Says that it keeps its manifest, too."""


def placed(mapping: ImageStreamMapping, address: str) -> ImageStreamMapping:
    """The mapping of an image that the registry here keeps where nothing else is said.

    Shape:  address is `host:port` of that registry, empty where there is none. Signatures are
            added in their own way.
    """
    image = replace(mapping.image, signatures=())
    own = mapping.metadata
    if not image.docker_image_reference and address and own.name:
        reference = pinned(f"{address}/{own.namespace}/{own.name}", image.metadata.name)
        image = replace(image, docker_image_reference=reference)
    return replace(mapping, image=image)


def unmanaged(image: Image) -> Image:
    """The image without what only the registry may say of it (IS-68)."""
    said = image.metadata.annotations
    left = {name: each for name, each in said.items() if name not in {MANAGED, STORED}}
    return replace(image, metadata=replace(image.metadata, annotations=left))


def event_of(stream: ImageStream, image: Image, now: str, *, is_known: bool) -> TagEvent:
    """What a mapping tells a stream of an image.

    Shape:  is_known says that the image was there before: one that the registry here keeps is then
            pulled from this stream, whoever pushed it first (IS-72).
    """
    reference = image.docker_image_reference
    if is_known and image.metadata.annotations.get(MANAGED) == "true":
        own = pinned(stream.status.docker_image_repository, image.metadata.name)
        reference = own or reference
    return TagEvent(created=now, docker_image_reference=reference, image=image.metadata.name)


def mapped(stream: ImageStream, tag: str, event: TagEvent) -> ImageStream:
    """The stream with the image as the newest of a tag; the same object when it was that before."""
    return added(stream, tag, replace(event, generation=stream.metadata.generation))


def is_untouched(before: ImageStream, after: ImageStream, tag: str) -> bool:
    """Whether nobody else gave a tag another image meanwhile (IS-73)."""
    was, now = newest(before, tag), newest(after, tag)
    if was is None or now is None:
        return was is None
    return (was.image, was.docker_image_reference) == (now.image, now.docker_image_reference)
