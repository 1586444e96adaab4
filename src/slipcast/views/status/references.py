"""Images as objects refer to them: tags of streams, images of streams, pull specs.

What a reference leads to is the graph's question.

Source: build-api.md BA-71; cli.md ST-2.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from slipcast.api.build import CommonSpec
from slipcast.api.meta import ObjectReference
from slipcast.images.references import split_stream_image, split_stream_tag

TAG = "ImageStreamTag"
IMAGE = "ImageStreamImage"


class Place(msgspec.Struct, frozen=True, order=True):
    """Where an object is: its namespace, and its name."""

    namespace: str
    name: str


class TagPlace(msgspec.Struct, frozen=True, order=True):
    """Where a tag is: its stream, and its name there."""

    stream: Place
    tag: str


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """An image that an object names.

    Shape:  one of tag, image (a stream and the id in it) and pull_spec is there.
    """

    tag: TagPlace | None = None
    image: tuple[Place, str] | None = None
    pull_spec: str = ""

    @property
    def stream(self) -> Place | None:
        """The stream that the image is in."""
        if self.tag is not None:
            return self.tag.stream
        return self.image[0] if self.image is not None else None

    def shown(self, namespace: str) -> str:
        """The image as those of a namespace name it: `istag/app:latest`, `openshift/ruby:2.3`."""
        if self.tag is not None:
            return _inside("istag", self.tag.stream, f":{self.tag.tag}", namespace)
        if self.image is not None:
            stream, identity = self.image
            return _inside("isimage", stream, f"@{identity}", namespace)
        return self.pull_spec


def reference_of(held: ObjectReference | None, namespace: str) -> Reference | None:
    """What a reference in an object of a namespace means; None when it names nothing."""
    if held is None or not held.name.strip():
        return None
    inside = held.namespace or namespace
    if held.kind == TAG:
        halves = split_stream_tag(held.name)
        return Reference(tag=TagPlace(Place(inside, halves[0]), halves[1])) if halves else None
    if held.kind == IMAGE:
        halves = split_stream_image(held.name)
        return Reference(image=(Place(inside, halves[0]), halves[1])) if halves else None
    return Reference(pull_spec=held.name)


def inputs_of(spec: CommonSpec, namespace: str) -> tuple[Reference, ...]:
    """The images that a build is made of, that of the strategy first; each once."""
    held = (reference_of(each, namespace) for each in _held(spec))
    return tuple(dict.fromkeys(each for each in held if each is not None))


def builder_of(spec: CommonSpec, namespace: str) -> Reference | None:
    """The image that the strategy begins with; None where it says none."""
    strategy = spec.strategy
    for each in (strategy.source_strategy, strategy.docker_strategy, strategy.custom_strategy):
        if each is not None:
            return reference_of(each.from_, namespace)
    return None


def _held(spec: CommonSpec) -> Iterator[ObjectReference | None]:
    strategy = spec.strategy
    for each in (strategy.source_strategy, strategy.docker_strategy, strategy.custom_strategy):
        if each is not None:
            yield each.from_
    yield from (image.from_ for image in spec.source.images)


def _inside(kind: str, stream: Place, rest: str, namespace: str) -> str:
    if stream.namespace == namespace:
        return f"{kind}/{stream.name}{rest}"
    return f"{stream.namespace}/{stream.name}{rest}"
