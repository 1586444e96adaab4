"""Matches among image streams: detection.md sections 8.1, 8.3, 8.4."""

from typing import Any

import pytest

from slipcast.api.image import ImageStream
from slipcast.newapp.image import ImageFacts
from slipcast.newapp.streams import Wanted, by_name, by_support, followed_tag
from verdicts import seen


def a_stream(
    name: str, tags: dict[str, Any], *, images: str = "", namespace: str = "openshift"
) -> ImageStream:
    """A stream; tags map names to the tag followed, or to annotations; images are tags."""
    spec = []
    for tag, what in tags.items():
        follows = isinstance(what, str) and what
        from_ = {"from": {"kind": "ImageStreamTag", "name": what}} if follows else {}
        spec.append({"name": tag, **from_, "annotations": what if isinstance(what, dict) else {}})
    status = [
        {"tag": tag, "items": [{"image": f"sha256:{tag}", "dockerImageReference": "r"}]}
        for tag in images.split()
    ]
    return seen(
        ImageStream,
        metadata={"name": name, "namespace": namespace},
        spec={"tags": spec},
        status={"tags": status},
    )


def image_of(_stream: ImageStream, tag: str) -> ImageFacts | None:
    return None if tag == "gone" else ImageFacts(id=f"sha256:{tag}")


def named(wanted: str, *namespaces: list[ImageStream], **more: Any) -> list[tuple[str, float]]:
    """What a word finds: what is shown, and the score."""
    name, _, tag = wanted.partition(":")
    found = by_name(Wanted(term=wanted, name=name, tag=tag, **more), namespaces, image_of)
    return [(match.shown, match.score) for match in found]


def test_latest_is_followed_one_step_rs_21() -> None:
    mysql = a_stream("mysql", {"latest": "5.7", "5.7": ""}, images="latest 5.7")

    assert named("mysql", [mysql]) == [("openshift/mysql:5.7", 0.0)]


@pytest.mark.parametrize(
    ("tags", "images", "followed"),
    [
        ({"latest": "5.7"}, "latest 5.7", "latest"),
        ({"latest": "5.7", "5.7": ""}, "latest", "latest"),
        ({"latest": "5.7", "5.7": {"tags": "hidden"}}, "latest 5.7", "latest"),
        ({"latest": "other:5.7", "other:5.7": ""}, "latest other:5.7", "latest"),
        ({"latest": {"tags": "hidden"}, "5.7": ""}, "latest 5.7", "latest"),
        ({"latest": "a", "a": "b", "b": ""}, "latest a b", "a"),
    ],
)
def test_what_latest_follows_must_be_there_and_visible_rs_21_rs_22(
    tags: dict[str, Any], images: str, followed: str
) -> None:
    assert followed_tag(a_stream("s", tags, images=images), "latest") == followed


def test_a_tag_that_is_named_may_be_hidden_rs_23() -> None:
    ruby = a_stream("ruby", {"2.0": {"tags": "hidden,builder"}, "2.2": ""}, images="2.0 2.2")

    assert named("ruby:2.0", [ruby]) == [("openshift/ruby:2.0", 0.0)]


def test_other_tags_are_offered_for_one_that_is_not_there_rs_24_rs_29() -> None:
    ruby = a_stream("ruby", {"2.0": {"tags": "hidden"}, "2.2": ""}, images="2.0 2.2")

    assert named("ruby:2.5", [ruby]) == [("openshift/ruby:2.2", 0.5)]


def test_a_tag_without_an_image_is_taken_when_allowed_rs_24() -> None:
    ruby = a_stream("ruby", {"2.2": ""}, images="2.2")

    assert named("ruby:2.5", [ruby], allows_missing=True) == [("openshift/ruby:2.5", 0.0)]


def test_a_stream_without_images_has_no_tag_rs_25() -> None:
    assert named("empty", [a_stream("empty", {})]) == [("openshift/empty", 0.5)]


@pytest.mark.parametrize(
    ("tags", "images"), [({"a": {"tags": "hidden"}}, "a"), ({"latest": ""}, "gone")]
)
def test_hidden_tags_and_lost_images_are_as_if_absent_rs_26_rs_27(
    tags: dict[str, Any], images: str
) -> None:
    assert named("s", [a_stream("s", tags, images=images)]) == []


def test_an_exact_name_hides_those_of_later_namespaces_rs_11() -> None:
    own = a_stream("ruby", {}, images="latest", namespace="mine")
    theirs = a_stream("ruby", {}, images="latest")

    assert named("ruby", [own], [theirs]) == [("mine/ruby:latest", 0.0)]
    assert len(named("ruby", [own], [theirs], is_precise=False)) == 2
    assert named("ruby", [own], [theirs], namespace="openshift") == [("openshift/ruby:latest", 0.0)]


def supported(term: str, *streams: ImageStream) -> list[tuple[str, float]]:
    found = by_support(Wanted(term=term, name=term), [streams], image_of)
    return [(match.shown, match.score) for match in found]


def test_of_tags_that_support_it_the_followed_one_is_taken_rs_34() -> None:
    jee = {"supports": "jee,java"}
    wildfly = a_stream("wildfly", {"8.1": jee, "10.1": jee}, images="8.1 10.1 latest")
    latest = {"name": "latest", "from": {"kind": "ImageStreamTag", "name": "10.1"}}
    spec = [{"name": "8.1", "annotations": jee}, {"name": "10.1", "annotations": jee}, latest]
    following = seen(
        ImageStream,
        metadata={"name": "wildfly", "namespace": "openshift"},
        spec={"tags": spec},
        status={
            "tags": [
                {"tag": tag, "items": [{"image": "sha256:1", "dockerImageReference": "r"}]}
                for tag in ("8.1", "10.1", "latest")
            ]
        },
    )

    assert supported("jee", wildfly) == [
        ("openshift/wildfly:8.1", 0.0),
        ("openshift/wildfly:10.1", 0.0),
    ]
    assert supported("jee", following) == [("openshift/wildfly:10.1", 0.0)]


@pytest.mark.parametrize(
    ("annotation", "score"),
    [("ruby", [0.0]), ("ruby:2.2", [0.5]), (" ruby", []), ("python,ruby", [0.0]), ("", [])],
)
def test_what_a_tag_supports_is_split_at_commas_rs_31(annotation: str, score: list[float]) -> None:
    stream = a_stream("x", {"1": {"supports": annotation}}, images="1")

    assert [each for _, each in supported("ruby", stream)] == score


def test_hidden_tags_support_nothing_rs_32() -> None:
    tags = {"1": {"supports": "ruby", "tags": "hidden"}, "2": {"supports": "ruby"}}

    assert supported("ruby", a_stream("x", tags, images="1")) == []
