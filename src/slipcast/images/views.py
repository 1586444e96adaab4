"""Views of streams: their tags and images as objects of their own.

None of them is kept; what is written through them is written to the stream.

Source: image-streams.md sections 5 and 6; user-pain.md UP-23; the API reference of
image.openshift.io/v1.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from slipcast.api.image import (
    Image,
    ImageStream,
    ImageStreamImage,
    ImageStreamTag,
    ImageTag,
    TagEvent,
    TagReference,
)
from slipcast.api.meta import ObjectMeta
from slipcast.images.events import history_of, newest, spec_tag
from slipcast.images.scheduling import looks

LOOK = "image.slipcast.io/scheduled-import"
"""The annotation of an ImageStreamTag that says when it was and will be looked up (UP-23).

It is told only, and never kept: the stream keeps it, for all of its tags.
"""


def tags(stream: ImageStream) -> Iterator[str]:
    """The tags that a stream has, or shall have, in order."""
    yield from sorted(
        {each.name for each in stream.spec.tags} | {each.tag for each in stream.status.tags}
    )


def has_image(stream: ImageStream, tag: str) -> bool:
    """Whether a tag means an image that is known (IS-51)."""
    event = newest(stream, tag)
    return event is not None and bool(event.image)


def stream_tag(stream: ImageStream, tag: str, image: Image | None) -> ImageStreamTag:
    """A tag of a stream with its image (IS-52).

    Shape:  without the image, it has only its name and reference (IS-53).
    """
    event = _event(stream, tag)
    history, wanted = history_of(stream, tag), spec_tag(stream, tag)
    annotations = wanted.annotations if wanted is not None else {}
    shown = Image(metadata=ObjectMeta(name=event.image)) if image is None else plain(image)
    if annotations and image is not None:
        said = {**shown.metadata.annotations, **annotations}
        shown = replace(shown, metadata=replace(shown.metadata, annotations=said))
    return ImageStreamTag(
        metadata=_metadata(stream, tag, event, wanted),
        tag=wanted,
        generation=event.generation,
        lookup_policy=stream.spec.lookup_policy,
        conditions=history.conditions if history is not None else (),
        image=replace(shown, docker_image_reference=event.docker_image_reference),
    )


def image_tag(stream: ImageStream, tag: str, image: Image | None) -> ImageTag:
    """A tag of a stream: what it shall be, its history and its image."""
    event, wanted = _event(stream, tag), spec_tag(stream, tag)
    return ImageTag(
        metadata=_metadata(stream, tag, event, wanted),
        spec=wanted,
        status=history_of(stream, tag),
        image=None
        if image is None
        else replace(plain(image), docker_image_reference=event.docker_image_reference),
    )


def stream_image(stream: ImageStream, asked: str, image: Image) -> ImageStreamImage:
    """An image of a stream's history, under the id that it was asked for by (IS-61)."""
    own = stream.metadata
    return ImageStreamImage(
        metadata=ObjectMeta(
            name=f"{own.name}@{asked}",
            namespace=own.namespace,
            creation_timestamp=image.metadata.creation_timestamp,
            annotations=own.annotations,
            labels=own.labels,
        ),
        image=plain(image),
    )


def plain(image: Image) -> Image:
    """An image without the texts that its metadata is made of."""
    return replace(image, docker_image_manifest="", docker_image_config="")


def with_tag(stream: ImageStream, tag: TagReference) -> ImageStream:
    """The stream with a tag in the place of the one of that name."""
    others = (each for each in stream.spec.tags if each.name != tag.name)
    in_order = tuple(sorted((*others, tag), key=lambda each: each.name))
    return replace(stream, spec=replace(stream.spec, tags=in_order))


def without_tag(stream: ImageStream, tag: str) -> ImageStream | None:
    """The stream without a tag and its history; None when it had neither (IS-57)."""
    spec = tuple(each for each in stream.spec.tags if each.name != tag)
    histories = tuple(each for each in stream.status.tags if each.tag != tag)
    if len(spec) == len(stream.spec.tags) and len(histories) == len(stream.status.tags):
        return None
    return replace(
        stream,
        spec=replace(stream.spec, tags=spec),
        status=replace(stream.status, tags=histories),
    )


def wanted_tag(stream: ImageStream, sent: ImageStreamTag, tag: str) -> TagReference:
    """What a tag shall be after an ImageStreamTag was written (IS-55, IS-56)."""
    wanted = sent.tag or spec_tag(stream, tag) or TagReference()
    annotations = sent.metadata.annotations
    kept = {name: text for name, text in annotations.items() if name != LOOK}
    return replace(wanted, name=tag, annotations=kept)


def _event(stream: ImageStream, tag: str) -> TagEvent:
    found = newest(stream, tag)
    return found or TagEvent(created=stream.metadata.creation_timestamp)


def _metadata(
    stream: ImageStream, tag: str, event: TagEvent, wanted: TagReference | None
) -> ObjectMeta:
    own = stream.metadata
    annotations = wanted.annotations if wanted is not None else {}
    look = looks(own.annotations).get(tag)
    if look is not None:
        annotations = {**annotations, LOOK: msgspec.json.encode(look).decode()}
    return ObjectMeta(
        name=f"{own.name}:{tag}",
        namespace=own.namespace,
        uid=own.uid,
        resource_version=own.resource_version,
        creation_timestamp=event.created,
        labels=own.labels,
        annotations=annotations,
    )
