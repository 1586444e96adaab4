"""Laws of tag events."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from slipcast.api.image import ImageStream, ImageStreamSpec, TagEvent, TagReference
from slipcast.api.meta import ObjectMeta, ObjectReference
from slipcast.images.events import added, followers, newest

TAGS = ("a", "b", "c", "d")

tags = st.sampled_from(TAGS)
events = st.builds(
    TagEvent,
    created=st.sampled_from(("2026-11-22T12:00:00Z", "2026-11-23T12:00:00Z")),
    docker_image_reference=st.sampled_from(("ruby@1", "ruby@2", "ruby@3")),
    image=st.sampled_from(("", "1", "2", "3")),
    generation=st.integers(1, 3),
)
histories = st.lists(st.tuples(tags, events), max_size=8)


@st.composite
def streams(draw: st.DrawFn) -> ImageStream:
    """A stream whose tags follow one another anyhow, after some pushes."""
    follows = draw(st.dictionaries(tags, tags))
    spec = tuple(
        TagReference(name=name, from_=ObjectReference(kind="ImageStreamTag", name=source))
        for name, source in sorted(follows.items())
    )
    stream = ImageStream(metadata=ObjectMeta(name="s"), spec=ImageStreamSpec(tags=spec))
    for tag, event in draw(histories):
        stream = added(stream, tag, event)
    return stream


@given(streams(), tags, events)
def test_an_event_twice_is_an_event_once(stream: ImageStream, tag: str, event: TagEvent) -> None:
    once = added(stream, tag, event)

    assert added(once, tag, event) is once


@given(streams(), tags, events)
def test_the_newest_is_what_was_told(stream: ImageStream, tag: str, event: TagEvent) -> None:
    last = newest(added(stream, tag, event), tag)

    assert last is not None
    assert (last.docker_image_reference, last.image, last.generation) == (
        event.docker_image_reference,
        event.image,
        event.generation,
    )


@given(streams(), tags, events)
def test_nothing_but_the_newest_of_a_history_changes(
    stream: ImageStream, tag: str, event: TagEvent
) -> None:
    before = {each.tag: each.items[1:] for each in stream.status.tags}

    after = {each.tag: each.items for each in added(stream, tag, event).status.tags}

    assert all(after[name][len(after[name]) - len(old) :] == old for name, old in before.items())


@given(streams(), tags, events)
def test_histories_only_grow_and_stay_in_order(
    stream: ImageStream, tag: str, event: TagEvent
) -> None:
    before = {each.tag: len(each.items) for each in stream.status.tags}

    after = added(stream, tag, event).status.tags

    assert [each.tag for each in after] == sorted({*before, *(each.tag for each in after)})
    assert all(0 <= len(each.items) - before.get(each.tag, 0) <= 1 for each in after)


@given(streams(), tags, events)
def test_who_follows_what_changed_has_the_same_image(
    stream: ImageStream, tag: str, event: TagEvent
) -> None:
    told = added(stream, tag, event)

    changed = told is not stream
    newer = [newest(told, each) for each in followers(told, tag) if changed]
    assert all(last is not None and last.image == event.image for last in newer)
