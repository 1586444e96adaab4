"""Tag events: an image becomes the newest of a tag, and of every tag that follows it.

Where the image comes from (a push, an import, another tag) is its caller's to say; what a tag
means by its spec is decided in `tagging`.

Source: image-streams.md IS-26, IS-27, IS-526 to IS-532.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from slipcast.api.image import ImageStream, NamedTagEventList, TagEvent, TagReference
from slipcast.images.references import split_stream_tag
from slipcast.images.tagorder import in_order


def added(stream: ImageStream, tag: str, event: TagEvent) -> ImageStream:
    """The stream with an event as the newest of a tag, and of those that follow it (IS-26).

    Shape:  the very same object when nothing changes. What followed is asked only of tags that
            changed, so that tags which follow one another end the matter (IS-27).
    """
    changed, waiting = stream, [tag]
    while waiting:
        before, current = changed, waiting.pop()
        changed = _with_event(before, current, event)
        if changed is not before:
            waiting.extend(followers(changed, current))
    return changed


def newest(stream: ImageStream, tag: str) -> TagEvent | None:
    """What a tag means now; None where it means nothing (IS-40)."""
    history = history_of(stream, tag)
    return history.items[0] if history is not None and history.items else None


def history_of(stream: ImageStream, tag: str) -> NamedTagEventList | None:
    """The history of a tag, and what went wrong with it; None where there is nothing of both."""
    return next((each for each in stream.status.tags if each.tag == tag), None)


def spec_tag(stream: ImageStream, tag: str) -> TagReference | None:
    """What a tag shall be; None where only pushes made it."""
    return next((each for each in stream.spec.tags if each.name == tag), None)


def followers(stream: ImageStream, tag: str) -> Iterator[str]:
    """The tags of a stream that follow one of its tags (IS-26)."""
    for each in stream.spec.tags:
        if followed(stream, each) == tag:
            yield each.name


def followed(stream: ImageStream, tag: TagReference) -> str:
    """The tag of the same stream that a spec tag follows; empty where it follows none.

    Shape:  a tag alone is of the stream itself, and so is `stream:tag` with its own name.
    """
    source = tag.from_
    if source is None or source.kind != "ImageStreamTag":
        return ""
    if source.namespace and source.namespace != stream.metadata.namespace:
        return ""
    if ":" not in source.name:
        return source.name
    halves = split_stream_tag(source.name)
    return halves[1] if halves is not None and halves[0] == stream.metadata.name else ""


def with_history(stream: ImageStream, history: NamedTagEventList) -> ImageStream:
    """The stream with a history in the place of what the tag had; tags stay in order (IS-524)."""
    held = {each.tag: each for each in (*stream.status.tags, history)}
    tags = tuple(held[tag] for tag in in_order(held))
    return replace(stream, status=replace(stream.status, tags=tags))


def _with_event(stream: ImageStream, tag: str, event: TagEvent) -> ImageStream:
    """The stream with an event in one history (IS-527 to IS-532)."""
    history = history_of(stream, tag)
    items = history.items if history is not None else ()
    if items and _says_the_same(items[0], event):
        return stream
    changed = NamedTagEventList(tag=tag, items=_merged(items, event))
    return with_history(stream, changed)


def _merged(items: tuple[TagEvent, ...], event: TagEvent) -> tuple[TagEvent, ...]:
    """A history with an event: the newest is corrected when it is the same image or reference."""
    if not items:
        return (event,)
    last, *before = items
    same_reference = last.docker_image_reference == event.docker_image_reference
    if not same_reference and last.image != event.image:
        return (event, *items)
    return (replace(event, created=last.created), *before)


def _says_the_same(last: TagEvent, event: TagEvent) -> bool:
    """Whether an event tells nothing new; when it was made does not count (IS-528)."""
    return replace(event, created=last.created) == last
