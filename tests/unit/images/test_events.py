"""What becomes of a tag when an image is pushed, imported or tagged."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from slipcast.api.image import (
    ImageStream,
    ImageStreamSpec,
    ImageStreamStatus,
    NamedTagEventList,
    TagEvent,
    TagEventCondition,
    TagReference,
)
from slipcast.api.meta import ObjectMeta, ObjectReference
from slipcast.images.events import added, followed, newest

EVENT = TagEvent(
    created="2026-11-22T12:00:00Z",
    docker_image_reference="docker.io/centos/ruby@sha256:1",
    image="sha256:1",
    generation=2,
)
LATER = replace(EVENT, created="2026-11-23T12:00:00Z")
FAILED = TagEventCondition(type="ImportSuccess", status="False", reason="NotFound")


def a_stream(*items: TagEvent, **follows: str) -> ImageStream:
    """A stream whose tag `latest` has such a history; other tags follow what is said."""
    history = NamedTagEventList(tag="latest", items=items, conditions=(FAILED,))
    return ImageStream(
        metadata=ObjectMeta(name="ruby", namespace="shop"),
        spec=ImageStreamSpec(tags=tuple(follows_tag(*pair) for pair in follows.items())),
        status=ImageStreamStatus(tags=(history,)),
    )


def follows_tag(name: str, source: str, kind: str = "ImageStreamTag", ns: str = "") -> TagReference:
    """A tag that is made of another."""
    return TagReference(name=name, from_=ObjectReference(kind=kind, name=source, namespace=ns))


def latest(stream: ImageStream) -> NamedTagEventList:
    """The history of the tag `latest`."""
    return next(each for each in stream.status.tags if each.tag == "latest")


def test_a_tag_without_history_gets_its_only_item_is_527() -> None:
    stream = added(a_stream(), "latest", EVENT)

    assert latest(stream) == NamedTagEventList(tag="latest", items=(EVENT,))


def test_the_same_again_changes_nothing_is_528() -> None:
    stream = a_stream(EVENT)

    assert added(stream, "latest", LATER) is stream


def test_the_same_image_of_another_generation_only_counts_is_529() -> None:
    stream = added(a_stream(EVENT), "latest", replace(LATER, generation=3))

    assert latest(stream).items == (replace(EVENT, generation=3),)


def test_another_image_under_the_same_reference_takes_its_place_is_530() -> None:
    stream = added(a_stream(EVENT), "latest", replace(LATER, image="sha256:2", generation=3))

    assert latest(stream).items == (replace(EVENT, image="sha256:2", generation=3),)


def test_the_same_image_elsewhere_takes_its_place_is_531() -> None:
    moved = replace(LATER, docker_image_reference="registry:5000/shop/ruby@sha256:1")

    stream = added(a_stream(EVENT), "latest", moved)

    assert latest(stream).items == (replace(moved, created=EVENT.created),)


def test_another_image_becomes_the_newest_is_532() -> None:
    other = replace(LATER, image="sha256:2", docker_image_reference="centos/ruby@sha256:2")

    stream = added(a_stream(EVENT), "latest", other)

    assert latest(stream).items == (other, EVENT)


def test_what_went_wrong_is_forgotten_with_a_new_image_is_532() -> None:
    stream = added(a_stream(EVENT), "latest", replace(EVENT, generation=3))

    assert latest(stream).conditions == ()


def test_histories_are_ordered_by_how_much_people_care_is_524() -> None:
    stream = added(added(added(a_stream(EVENT), "2.3", EVENT), "a", EVENT), "2.10", EVENT)

    assert [each.tag for each in stream.status.tags] == ["latest", "2.10", "2.3", "a"]


def test_tags_that_follow_get_the_image_as_well_also_down_a_chain_is_26() -> None:
    stream = added(a_stream(b="ruby:a", a="latest"), "latest", EVENT)

    assert newest(stream, "a") == newest(stream, "b") == EVENT


def test_tags_that_follow_one_another_end_the_matter_is_27() -> None:
    stream = added(a_stream(latest="a", a="b", b="a"), "b", EVENT)

    assert newest(stream, "latest") == EVENT


def test_who_follows_is_not_told_what_is_not_new_is_26() -> None:
    stream = a_stream(EVENT, a="latest")

    assert newest(added(stream, "latest", LATER), "a") is None


def test_chains_may_be_longer_than_the_stack_is_deep_is_26() -> None:
    chain = {f"t{number + 1}": f"t{number}" for number in range(1500)}

    stream = added(a_stream(t0="latest", **chain), "latest", EVENT)

    assert newest(stream, "t1500") == EVENT


@pytest.mark.parametrize(
    "tag",
    [
        follows_tag("a", "latest", kind="DockerImage"),
        follows_tag("a", "python:latest"),
        follows_tag("a", "ruby:latest", ns="elsewhere"),
        follows_tag("a", "ruby:x:latest"),
        TagReference(name="a"),
    ],
)
def test_what_is_elsewhere_is_not_followed_is_26(tag: TagReference) -> None:
    assert followed(a_stream(), tag) == ""
