"""Tags and images as objects of their own: image-streams.md sections 5 and 6."""

from __future__ import annotations

from msgspec.structs import replace

from slipcast.api.image import ImageStreamTag, TagReference
from slipcast.api.meta import ObjectMeta
from slipcast.images import views
from slipcast.images.scheduling import LOOKS
from unit.images.streaming import ONE, TWO, a_stream, an_event, an_image, follows


def test_a_tag_has_the_annotations_of_its_spec_and_so_has_its_image_is_52() -> None:
    tag = replace(follows("a", "b"), annotations={"tags": "builder"})
    image = replace(an_image(kept="here"), docker_image_manifest="{}", docker_image_config="{}")

    found = views.stream_tag(a_stream(tag, a=an_event()), "a", image)

    assert found.metadata.annotations == {"tags": "builder"}
    assert found.image.metadata.annotations == {"kept": "here", "tags": "builder"}
    assert found.image.docker_image_manifest == found.image.docker_image_config == ""
    assert (found.tag, found.generation) == (tag, 1)


def test_a_tag_says_where_its_own_event_is_pulled_is_52() -> None:
    event = an_event(ONE, "registry:5000/shop/ruby")

    found = views.stream_tag(a_stream(a=event), "a", an_image())

    assert found.image.docker_image_reference == event.docker_image_reference


def test_a_tag_in_a_list_has_no_more_of_its_image_than_its_name_is_53() -> None:
    found = views.stream_tag(a_stream(a=an_event()), "a", None)

    assert found.image.metadata == ObjectMeta(name=ONE)
    assert found.tag is None


def test_a_tag_that_is_only_wanted_is_of_the_streams_age() -> None:
    stream = a_stream(follows("a", "b"))
    stream = replace(stream, metadata=replace(stream.metadata, creation_timestamp="t"))

    assert views.stream_tag(stream, "a", None).metadata.creation_timestamp == "t"
    assert not views.has_image(stream, "a")


def test_an_image_that_is_only_named_is_none_is_51() -> None:
    assert not views.has_image(a_stream(a=an_event("")), "a")
    assert views.has_image(a_stream(a=an_event()), "a")


def test_the_tags_are_those_that_are_wanted_and_those_that_are_there() -> None:
    stream = a_stream(follows("c", "a"), follows("a", "b"), b=an_event())

    assert list(views.tags(stream)) == ["a", "b", "c"]


def test_an_image_tag_shows_spec_history_and_image() -> None:
    tag = follows("a", "b")

    found = views.image_tag(a_stream(tag, a=an_event()), "a", an_image())

    assert (found.spec, found.metadata.name) == (tag, "ruby:a")
    assert found.status is not None
    assert found.status.items == (an_event(),)
    assert views.image_tag(a_stream(tag), "a", None).image is None


def test_an_image_of_a_stream_has_the_name_that_was_asked_for_is_61() -> None:
    stream = a_stream()
    stream = replace(stream, metadata=replace(stream.metadata, annotations={"a": "b"}))

    found = views.stream_image(stream, "111", an_image())

    assert found.metadata.name == "ruby@111"
    assert found.metadata.annotations == {"a": "b"}
    assert found.image.metadata.name == ONE


def test_a_tag_goes_with_its_history_is_57() -> None:
    stream = a_stream(follows("a", "b"), a=an_event(), b=an_event(TWO))

    rest = views.without_tag(stream, "a")

    assert rest is not None
    assert list(views.tags(rest)) == ["b"]
    assert views.without_tag(rest, "a") is None


def test_what_is_written_through_a_tag_has_its_name_and_annotations_is_55() -> None:
    tag = replace(follows("z", "b"), annotations={"c": "d"})
    sent = ImageStreamTag(metadata=ObjectMeta(annotations={"a": "b"}), tag=tag)

    found = views.wanted_tag(a_stream(), sent, "a")

    assert found == replace(tag, name="a", annotations={"a": "b"})


def test_annotations_alone_leave_the_tag_what_it_is_is_55() -> None:
    tag = follows("a", "b")
    sent = ImageStreamTag(metadata=ObjectMeta(annotations={"a": "b"}))

    assert views.wanted_tag(a_stream(tag), sent, "a") == replace(tag, annotations={"a": "b"})
    assert views.wanted_tag(a_stream(), sent, "a") == TagReference(name="a", annotations={"a": "b"})


def test_a_tag_takes_the_place_of_the_one_of_its_name() -> None:
    stream = a_stream(follows("a", "x"), follows("c", "x"))

    both = views.with_tag(views.with_tag(stream, follows("b", "y")), follows("a", "y"))

    assert [(each.name, each.from_ and each.from_.name) for each in both.spec.tags] == [
        ("a", "y"),
        ("b", "y"),
        ("c", "x"),
    ]


def test_a_tag_says_when_it_is_looked_up_and_does_not_keep_that_up_23() -> None:
    known = '{"a":{"last":"2026-11-23T12:00:00Z","next":"2026-11-23T12:15:00Z"}}'
    stream = a_stream(follows("a", "centos/ruby", "DockerImage"), a=an_event())
    stream = replace(stream, metadata=replace(stream.metadata, annotations={LOOKS: known}))

    found = views.stream_tag(stream, "a", None)

    look = '{"last":"2026-11-23T12:00:00Z","next":"2026-11-23T12:15:00Z"}'
    assert found.metadata.annotations == {views.LOOK: look}
    assert views.wanted_tag(stream, found, "a").annotations == {}
