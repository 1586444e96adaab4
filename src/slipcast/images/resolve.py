"""Which image a reference means: a tag of a stream, an image in its history, or a pull spec.

Answers with what is pulled, under the reference policy of the tag. Reading the stream is its
caller's; whether the image can be pulled is found out by pulling it.

Source: image-streams.md IS-40 to IS-42; build-lifecycle.md BL-19; build-api.md BA-77, BA-116.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec
from msgspec.structs import replace

from slipcast.api.image import ImageStream, TagEvent, TagReference
from slipcast.images.references import split_stream_image, split_stream_tag
from slipcast.values.digest import Digest
from slipcast.values.faults import InvalidFault
from slipcast.values.imageref import ImageRef


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """An image: what is pulled, and its name among Images, empty where that is not known."""

    pull_spec: str
    image: str = ""


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """No image, and why."""

    why: str


def stream_named(kind: str, name: str) -> str | Missing:
    """The stream that a reference is into; empty for a pull spec, which is into none."""
    if kind == "ImageStreamTag":
        halves = split_stream_tag(name)
        return Missing(why=_not_a_tag(name)) if halves is None else halves[0]
    if kind == "ImageStreamImage":
        halves = split_stream_image(name)
        return Missing(why=_not_an_image(name)) if halves is None else halves[0]
    return ""


def resolved(kind: str, name: str, stream: ImageStream | None) -> Found | Missing:
    """The image that a reference means in the stream that it is into (BL-19)."""
    into = stream_named(kind, name)
    if isinstance(into, Missing):
        return into
    if not into or stream is None:
        return Found(pull_spec=name)
    if kind == "ImageStreamTag":
        return of_tag(stream, name.partition(":")[2])
    return of_image(stream, name.partition("@")[2])


def of_tag(stream: ImageStream, tag: str) -> Found | Missing:
    """The image that a tag means now: the newest of its history; its spec is not asked (IS-40)."""
    histories = (each.items for each in stream.status.tags if each.tag == tag)
    newest = next((items[0] for items in histories if items), None)
    if newest is None:
        return Missing(why="unable to find latest tagged image")
    return _found(stream, tag, newest)


def newest(stream: ImageStream) -> Mapping[str, Found]:
    """The image that each tag means now; tags that have none are not there."""
    local = {each.name for each in stream.spec.tags if _is_local(each)}
    return {
        each.tag: _pulled(stream, each.items[0], is_local=each.tag in local)
        for each in stream.status.tags
        if each.items
    }


def of_image(stream: ImageStream, image: str) -> Found | Missing:
    """An image of a stream's history, as the tag has it that was given it last (BL-19)."""
    events = [
        (tag, event) for tag, event in _history(stream) if event.image and event.image == image
    ]
    if not events:
        return Missing(why=f'unable to find corresponding tag for image "{image}"')
    return _found(stream, *max(events, key=lambda each: each[1].created))


def repository_of(stream: ImageStream, tag: str) -> str:
    """Where a tag of a stream is pushed to; empty where the stream has no repository (BA-92)."""
    repository = stream.status.docker_image_repository
    return f"{repository}:{tag}" if repository else ""


def _history(stream: ImageStream) -> Iterator[tuple[str, TagEvent]]:
    for history in stream.status.tags:
        for event in history.items:
            yield history.tag, event


def _found(stream: ImageStream, tag: str, event: TagEvent) -> Found:
    """What is pulled under the reference policy of a tag."""
    is_local = any(_is_local(each) for each in stream.spec.tags if each.name == tag)
    return _pulled(stream, event, is_local=is_local)


def _is_local(tag: TagReference) -> bool:
    return tag.reference_policy.type == "Local"


def _pulled(stream: ImageStream, event: TagEvent, *, is_local: bool) -> Found:
    """What is pulled: through the stream's own repository where the tag wants it so (IS-41)."""
    repository = stream.status.docker_image_repository
    if not is_local or not repository or not event.image:
        return Found(pull_spec=event.docker_image_reference, image=event.image)
    try:
        pinned = replace(ImageRef.parse(repository), tag="", digest=Digest.parse(event.image))
    except InvalidFault:
        return Found(pull_spec=event.docker_image_reference, image=event.image)
    return Found(pull_spec=str(pinned), image=event.image)


def _not_a_tag(name: str) -> str:
    if name.count(":") == 1:
        return f'image reference "{name}" must have a name and a tag'
    return f'expected exactly one : delimiter in the request "{name}"'


def _not_an_image(name: str) -> str:
    if name.count("@") == 1:
        return f'image reference "{name}" must have a name and an id'
    return f'expected exactly one @ in the request "{name}"'
