"""What tags mean when a stream is written: image-streams.md section 3."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from slipcast.api.image import ImageStream, TagReference
from slipcast.images.events import newest
from slipcast.images.tagging import (
    Source,
    changed,
    copied,
    may_not_pull,
    missing,
    pinned,
    recorded,
    source,
    with_repository,
)
from slipcast.values.causes import Cause
from unit.images.streaming import ADDRESS, NOW, ONE, TWO, a_stream, an_event, follows


def a_source(stream: ImageStream, tag: TagReference) -> Source:
    """Where a tag is from, which is known to be a stream."""
    found = source(stream, tag)
    assert isinstance(found, Source)
    return found


def tagged(stream: ImageStream, tag: TagReference, origin: ImageStream) -> ImageStream:
    """A stream with what its tag means, which is known to mean something."""
    found = copied(stream, a_source(stream, tag), origin, now=NOW, address=ADDRESS)
    assert isinstance(found, ImageStream)
    return found


def test_every_tag_of_a_new_stream_is_looked_at_but_those_that_are_pushed() -> None:
    tag = follows("a", "b")

    assert list(changed(a_stream(tag, TagReference(name="pushed")), None)) == [tag]


def test_of_a_stored_stream_only_tags_of_another_generation_are_looked_at_is_11() -> None:
    same, other = follows("a", "b"), follows("c", "d")
    stored = a_stream(same, replace(other, generation=0))

    assert list(changed(a_stream(same, other), stored)) == [other]


@pytest.mark.parametrize(
    ("name", "kind", "stream", "what"),
    [
        ("2.3", "ImageStreamTag", "ruby", "2.3"),
        ("python:v3", "ImageStreamTag", "python", "v3"),
        ("python:", "ImageStreamTag", "python", ""),
        ("sha256:123", "ImageStreamImage", "ruby", "sha256:123"),
        ("python@sha256:123", "ImageStreamImage", "python", "sha256:123"),
    ],
)
def test_a_name_without_a_stream_is_of_the_stream_itself_is_21_is_22(
    name: str, kind: str, stream: str, what: str
) -> None:
    found = a_source(a_stream(), follows("a", name, kind))

    assert (found.namespace, found.stream, found.what) == ("shop", stream, what)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a:b:c", "ImageStreamTag"),
        (":b", "ImageStreamTag"),
        ("a@b@c", "ImageStreamImage"),
        ("a@", "ImageStreamImage"),
    ],
)
def test_a_name_of_another_form_is_told_at_its_own_path_is_23(name: str, kind: str) -> None:
    found = source(a_stream(), follows("a", name, kind))

    assert isinstance(found, Cause)
    assert found.field == "spec.tags[a].from.name"
    assert "must be of the form <tag>, <repo>:<tag>, <id>, or <repo>@<id>" in found.message


def test_an_image_elsewhere_is_of_no_stream() -> None:
    assert source(a_stream(), follows("a", "centos/ruby", "DockerImage")) is None
    assert source(a_stream(), TagReference(name="a")) is None


def test_what_is_wrong_with_another_stream_stands_at_the_tag_is_23_is_24() -> None:
    found = a_source(a_stream(), follows("a", "python:v3", space="elsewhere"))

    assert missing(found).sentence == 'spec.tags[a].from.name: Not found: "python:v3"'
    assert may_not_pull(found).sentence == "spec.tags[a].from: Forbidden: elsewhere/python"


def test_an_image_that_is_only_named_is_there_at_once_is_20() -> None:
    tag = replace(follows("a", "centos/ruby:2.3", "DockerImage"), reference=True)

    event = newest(recorded(a_stream(tag), tag, NOW), "a")

    assert event is not None
    assert (event.docker_image_reference, event.image) == ("centos/ruby:2.3", "")


def test_an_image_that_is_looked_up_is_not_there_yet_is_20() -> None:
    tag = follows("a", "centos/ruby:2.3", "DockerImage")
    stream = a_stream(tag)

    assert recorded(stream, tag, NOW) is stream


def test_a_tag_gets_what_another_means_now_is_21() -> None:
    tag = replace(follows("a", "python:v3"), generation=4)

    event = newest(tagged(a_stream(tag), tag, a_stream(name="python", v3=an_event())), "a")

    assert event == replace(an_event(), created=NOW, generation=4)


def test_a_tag_of_one_that_means_nothing_yet_means_nothing_is_21() -> None:
    tag = follows("a", "python:v3")
    stream = a_stream(tag)

    assert tagged(stream, tag, a_stream(name="python")) is stream


def test_latest_is_meant_where_no_tag_is_said_is_40() -> None:
    tag = follows("a", "python:")

    stream = tagged(a_stream(tag), tag, a_stream(name="python", latest=an_event()))

    assert newest(stream, "a") is not None


def test_a_tag_gets_an_image_of_any_history_by_the_beginning_of_its_id_is_22() -> None:
    tag = follows("a", "ruby@111", "ImageStreamImage")
    origin = a_stream(x=an_event(), y=an_event(TWO))

    event = newest(tagged(a_stream(tag), tag, origin), "a")

    assert event is not None
    assert event.image == ONE


@pytest.mark.parametrize(
    ("prefix", "why"),
    [("3", "not found"), ("sha256:", f'multiple images match the prefix "sha256:": {ONE}, {TWO}')],
)
def test_an_id_that_means_not_one_image_is_wrong_is_22(prefix: str, why: str) -> None:
    tag = follows("a", f"ruby@{prefix}", "ImageStreamImage")
    origin = a_stream(x=an_event(), y=an_event(TWO))

    found = copied(origin, a_source(origin, tag), origin, now=NOW, address="")

    assert isinstance(found, Cause)
    assert found.field == "spec.tags[a].from.name"
    assert "error generating tag event: " in found.message
    assert why in found.message


def test_what_is_kept_here_is_pulled_from_the_own_repository_is_25() -> None:
    tag = follows("a", "python:v3", space="base")
    origin = a_stream(name="python", space="base", v3=an_event(ONE, f"{ADDRESS}/base/python"))

    event = newest(tagged(a_stream(tag), tag, origin), "a")

    assert event is not None
    assert event.docker_image_reference == f"{ADDRESS}/shop/ruby@{ONE}"


@pytest.mark.parametrize(
    "repository", [f"{ADDRESS}/other/python", "docker.io/base/python", "other:5000/base/python"]
)
def test_what_is_kept_elsewhere_stays_there_is_25(repository: str) -> None:
    tag = follows("a", "python:v3", space="base")
    event = an_event(ONE, repository)

    stream = tagged(a_stream(tag), tag, a_stream(name="python", space="base", v3=event))

    assert newest(stream, "a") == replace(event, created=NOW)


def test_what_is_only_referred_to_stays_where_it_is_is_25() -> None:
    tag = replace(follows("a", "python:v3", space="base"), reference=True)
    event = an_event(ONE, f"{ADDRESS}/base/python")

    stream = tagged(a_stream(tag), tag, a_stream(name="python", space="base", v3=event))

    assert newest(stream, "a") == replace(event, created=NOW)


def test_who_follows_the_tag_gets_the_image_too_is_26() -> None:
    tag = follows("a", "python:v3")
    stream = a_stream(tag, follows("b", "a"))

    done = tagged(stream, tag, a_stream(name="python", v3=an_event()))

    assert newest(done, "b") == newest(done, "a")


def test_a_stream_is_pulled_from_the_registry_here_if_there_is_one_is_522() -> None:
    stream = a_stream()
    elsewhere = replace(stream, spec=replace(stream.spec, docker_image_repository="centos/ruby"))

    here = with_repository(elsewhere, ADDRESS, "images.example.com")

    assert here.status.docker_image_repository == "registry:5000/shop/ruby"
    assert here.status.public_docker_image_repository == "images.example.com/shop/ruby"
    assert with_repository(here, "").status.docker_image_repository == "centos/ruby"


def test_a_stream_that_says_so_already_stays_the_same() -> None:
    stream = with_repository(a_stream(), ADDRESS)

    assert with_repository(stream, ADDRESS) is stream


def test_what_cannot_be_named_is_not_pinned() -> None:
    assert pinned(f"{ADDRESS}/shop/ruby", ONE) == f"{ADDRESS}/shop/ruby@{ONE}"
    assert pinned("", ONE) == pinned(f"{ADDRESS}/shop/ruby", "one") == ""
