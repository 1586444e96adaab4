"""Which image a reference means."""

from __future__ import annotations

import pytest

from slipcast.api.image import (
    ImageStream,
    ImageStreamSpec,
    ImageStreamStatus,
    NamedTagEventList,
    TagEvent,
    TagReference,
    TagReferencePolicy,
)
from slipcast.images.resolve import Found, Missing, repository_of, resolved, stream_named

OLD, NEW = "sha256:" + "1" * 64, "sha256:" + "2" * 64
ELSEWHERE = "docker.io/centos/ruby"


def an_event(image: str, created: str = "2026-11-22T12:00:00Z") -> TagEvent:
    """An image as a tag has it."""
    pull_spec = f"{ELSEWHERE}@{image}" if image else f"{ELSEWHERE}:2.3"
    return TagEvent(created=created, docker_image_reference=pull_spec, image=image)


def a_stream(*tags: NamedTagEventList, policy: str = "Source", repository: str = "") -> ImageStream:
    """A stream with such histories; its tags in the spec have a policy."""
    spec = tuple(
        TagReference(name=each.tag, reference_policy=TagReferencePolicy(type=policy))
        for each in tags
    )
    status = ImageStreamStatus(docker_image_repository=repository, tags=tags)
    return ImageStream(spec=ImageStreamSpec(tags=spec), status=status)


def test_a_tag_is_the_newest_image_of_its_history_bl_19():
    stream = a_stream(NamedTagEventList(tag="2.3", items=(an_event(NEW), an_event(OLD))))

    found = resolved("ImageStreamTag", "ruby:2.3", stream)

    assert found == Found(pull_spec=f"{ELSEWHERE}@{NEW}", image=NEW)


def test_a_tag_without_history_leads_nowhere_ba_116():
    stream = a_stream(NamedTagEventList(tag="2.3"))

    assert resolved("ImageStreamTag", "ruby:2.3", stream) == Missing(
        why="unable to find latest tagged image"
    )


def test_what_a_tag_shall_be_is_not_asked_is_40():
    spec = ImageStreamSpec(tags=(TagReference(name="2.3"),))

    found = resolved("ImageStreamTag", "ruby:2.3", ImageStream(spec=spec))

    assert isinstance(found, Missing)


def test_a_local_tag_is_pulled_through_the_streams_repository_is_41():
    tag = NamedTagEventList(tag="2.3", items=(an_event(NEW),))
    stream = a_stream(tag, policy="Local", repository="registry:5000/p/ruby")

    found = resolved("ImageStreamTag", "ruby:2.3", stream)

    assert found == Found(pull_spec=f"registry:5000/p/ruby@{NEW}", image=NEW)


@pytest.mark.parametrize(
    ("repository", "image"), [("", NEW), ("registry:5000/p/ruby", ""), ("no: repository", NEW)]
)
def test_a_local_tag_is_pulled_from_elsewhere_where_that_cannot_be_is_41(
    repository: str, image: str
):
    tag = NamedTagEventList(tag="2.3", items=(an_event(image),))
    stream = a_stream(tag, policy="Local", repository=repository)

    found = resolved("ImageStreamTag", "ruby:2.3", stream)

    assert found == Found(pull_spec=an_event(image).docker_image_reference, image=image)


def test_an_image_is_found_in_the_history_of_any_tag_bl_19():
    stream = a_stream(
        NamedTagEventList(tag="a", items=(an_event(NEW),)),
        NamedTagEventList(tag="b", items=(an_event(NEW), an_event(OLD))),
    )

    found = resolved("ImageStreamImage", f"ruby@{OLD}", stream)

    assert found == Found(pull_spec=f"{ELSEWHERE}@{OLD}", image=OLD)


def test_an_image_of_several_tags_is_as_it_was_tagged_last_bl_19():
    last = TagEvent(created="2026-11-22T13:00:00Z", docker_image_reference="x/y", image=NEW)
    stream = a_stream(
        NamedTagEventList(tag="a", items=(last,)),
        NamedTagEventList(tag="b", items=(an_event(NEW),)),
    )

    found = resolved("ImageStreamImage", f"ruby@{NEW}", stream)

    assert found == Found(pull_spec="x/y", image=NEW)


def test_an_image_that_a_stream_never_had_leads_nowhere_ba_116():
    stream = a_stream(NamedTagEventList(tag="2.3", items=(an_event(NEW),)))

    found = resolved("ImageStreamImage", "ruby@sha256:018cd3a", stream)

    assert found == Missing(why='unable to find corresponding tag for image "sha256:018cd3a"')


def test_a_pull_spec_is_what_it_is_bl_19():
    assert resolved("DockerImage", "centos/ruby", None) == Found(pull_spec="centos/ruby")


@pytest.mark.parametrize(
    ("kind", "name", "why"),
    [
        ("ImageStreamTag", "ruby", 'expected exactly one : delimiter in the request "ruby"'),
        ("ImageStreamTag", "a:b:c", 'expected exactly one : delimiter in the request "a:b:c"'),
        ("ImageStreamTag", "ruby:", 'image reference "ruby:" must have a name and a tag'),
        ("ImageStreamImage", "ruby", 'expected exactly one @ in the request "ruby"'),
        ("ImageStreamImage", "@id", 'image reference "@id" must have a name and an id'),
    ],
)
def test_a_name_of_another_form_is_into_no_stream_ba_77(kind: str, name: str, why: str):
    assert stream_named(kind, name) == Missing(why=why)
    assert resolved(kind, name, ImageStream()) == Missing(why=why)


def test_a_tag_is_pushed_into_the_streams_repository_ba_92():
    assert repository_of(a_stream(repository="registry:5000/p/app"), "v1") == (
        "registry:5000/p/app:v1"
    )
    assert repository_of(a_stream(), "v1") == ""
