"""What images and image streams may say: image-streams.md sections 2, 5, 7, 8 and 9."""

from typing import Any

import pytest

from slipcast.api.image import (
    Image,
    ImageStream,
    ImageStreamImport,
    ImageStreamMapping,
    ImageStreamTag,
)
from slipcast.images.defaults import defaulted_import, defaulted_stream, defaulted_stream_tag
from slipcast.images.validate import (
    image,
    image_stream,
    image_stream_import,
    image_stream_mapping,
    image_stream_tag,
)
from verdicts import brief, seen

DIGEST = "x@sha256:" + "a" * 64


def of_stream(name: str = "ruby", **parts: Any) -> list[str]:
    """What is wrong with a stream."""
    stream = seen(ImageStream, metadata={"name": name, "namespace": "shop"}, **parts)
    return brief(image_stream(defaulted_stream(stream), None))


def of_tag(**tag: Any) -> list[str]:
    """What is wrong with a spec tag called t."""
    return of_stream(spec={"tags": [{"name": "t", **tag}]})


def of_import(**spec: Any) -> list[str]:
    """What is wrong with an import."""
    request = seen(ImageStreamImport, metadata={"name": "ruby", "namespace": "shop"}, spec=spec)
    return brief(image_stream_import(defaulted_import(request)))


@pytest.mark.parametrize("name", ["Ruby", "a--b", "a" * 255])
def test_a_stream_has_a_name_that_a_repository_can_have_is_1_is_2(name: str) -> None:
    assert of_stream(name) == ["metadata.name Invalid"]


@pytest.mark.parametrize("name", ["", "a/b"])
def test_what_no_object_may_be_called_is_said_elsewhere_is_1(name: str) -> None:
    assert of_stream(name) == []


@pytest.mark.parametrize("text", ["a/b:c", DIGEST, "A B"])
def test_a_repository_has_no_tag_and_no_digest_is_508(text: str) -> None:
    assert of_stream(spec={"dockerImageRepository": text}) == ["spec.dockerImageRepository Invalid"]


def test_a_repository_is_taken_is_508() -> None:
    assert of_stream(spec={"dockerImageRepository": "quay.io/a/b"}) == []


@pytest.mark.parametrize("name", ["", "a b", "a/b", "t" * 200])
def test_tags_may_be_called_anything_is_3(name: str) -> None:
    assert of_stream(spec={"tags": [{"name": name}]}) == []


def test_a_tag_comes_from_an_image_of_a_known_kind_is_514_is_515() -> None:
    wrong = of_tag(**{"from": {"kind": "Pod"}})

    assert wrong == ["spec.tags[t].from.kind Required", "spec.tags[t].from.name Required"]


def test_a_tag_comes_from_what_can_be_pulled_is_515() -> None:
    wrong = of_tag(**{"from": {"kind": "DockerImage", "name": "A B"}})

    assert wrong == ["spec.tags[t].from.name Invalid"]
    assert of_tag(**{"from": {"kind": "DockerImage"}}) == ["spec.tags[t].from.name Required"]


def test_only_tags_of_repositories_are_looked_up_again_and_again_is_519() -> None:
    policy = {"scheduled": True}

    digest = of_tag(**{"from": {"kind": "DockerImage", "name": DIGEST}, "importPolicy": policy})
    stream = of_tag(**{"from": {"kind": "ImageStreamTag", "name": "a:b"}, "importPolicy": policy})

    assert digest == ["spec.tags[t].from.name Invalid"]
    assert stream == ["spec.tags[t].importPolicy.scheduled Invalid"]


def test_a_tag_refers_in_known_ways_is_521() -> None:
    assert of_tag(referencePolicy={"type": "Local"}) == []
    assert of_tag(referencePolicy={"type": "Both"}) == ["spec.tags[t].referencePolicy.type Invalid"]


def test_history_names_images_is_525() -> None:
    wrong = of_stream(status={"tags": [{"tag": "t", "items": [{"image": "x"}]}]})

    assert wrong == ["status.tags[t].items[0].dockerImageReference Required"]


def a_tag(**parts: Any) -> ImageStreamTag:
    """An ImageStreamTag that means another tag."""
    tag = {"name": "t", "from": {"kind": "ImageStreamTag", "name": "a:b"}}
    content = {"metadata": {"name": "ruby:t", "namespace": "shop"}, "tag": tag, **parts}
    return defaulted_stream_tag(seen(ImageStreamTag, **content))


def test_a_new_tag_says_what_it_is_is_54() -> None:
    assert brief(image_stream_tag(a_tag(), None)) == []
    assert brief(image_stream_tag(a_tag(tag=None), None)) == ["tag Required"]
    assert brief(image_stream_tag(a_tag(tag={"from": {}}), None)) == [
        "tag.from.kind Required",
        "tag.from.name Required",
    ]


def test_annotations_of_a_tag_are_said_once_is_56() -> None:
    tag = {"annotations": {"a": "b"}}

    assert brief(image_stream_tag(a_tag(tag=tag), None)) == ["tag.annotations Invalid"]


def test_of_a_tag_annotations_and_the_tag_itself_may_change_is_56() -> None:
    annotated = a_tag(metadata={"name": "ruby:t", "namespace": "shop", "annotations": {"a": "b"}})
    labelled = a_tag(metadata={"name": "ruby:t", "namespace": "shop", "labels": {"a": "b"}})

    assert brief(image_stream_tag(annotated, a_tag())) == []
    assert brief(image_stream_tag(a_tag(tag=None), a_tag())) == []
    assert brief(image_stream_tag(labelled, a_tag())) == ["metadata Invalid"]


@pytest.mark.parametrize(("name", "wrong"), [("", ["Required"]), ("A B", ["Invalid"]), ("a", [])])
def test_an_image_says_where_it_is_is_65(name: str, wrong: list[str]) -> None:
    causes = image(seen(Image, dockerImageReference=name), None)

    assert brief(causes) == [f"dockerImageReference {each}" for each in wrong]


def test_a_mapping_needs_stream_tag_and_image_is_70() -> None:
    wrong = image_stream_mapping(seen(ImageStreamMapping))

    assert brief(wrong) == [
        "name Required",
        "dockerImageRepository Required",
        "tag Required",
        "image.dockerImageReference Required",
    ]


def test_a_mapping_may_name_a_repository_instead_is_70() -> None:
    known = {"tag": "t", "image": {"dockerImageReference": DIGEST}}

    by_name = seen(ImageStreamMapping, metadata={"name": "ruby"}, **known)
    by_place = seen(ImageStreamMapping, dockerImageRepository="a/b:c", **known)

    assert brief(image_stream_mapping(by_name)) == []
    assert brief(image_stream_mapping(by_place)) == ["dockerImageRepository Invalid"]


def test_an_import_asks_for_something_is_537() -> None:
    assert of_import() == ["spec.images Invalid"]


@pytest.mark.parametrize(
    ("from_", "wrong"),
    [
        ({"kind": "Pod", "name": "x"}, ["kind Invalid"]),
        ({"kind": "DockerImage"}, ["name Required"]),
        ({"kind": "DockerImage", "name": "A B"}, ["name Invalid"]),
        ({"kind": "DockerImage", "name": "a/b:c"}, ["name Invalid"]),
        ({"kind": "DockerImage", "name": "a/b"}, []),
    ],
)
def test_a_whole_repository_is_imported_by_its_name_is_534(
    from_: dict[str, str], wrong: list[str]
) -> None:
    assert of_import(repository={"from": from_}) == [f"spec.repository.from.{w}" for w in wrong]


def test_images_are_imported_to_tags_is_535() -> None:
    scheduled = {
        "from": {"kind": "DockerImage", "name": DIGEST},
        "importPolicy": {"scheduled": True},
    }
    nameless = {"from": {"kind": "DockerImage", "name": "a:b"}, "to": {}}
    other = {"from": {"kind": "ImageStreamTag", "name": "a:b"}}

    assert of_import(images=[scheduled, nameless, other]) == [
        "spec.images[0].from.name Invalid",
        "spec.images[1].to.name Invalid",
        "spec.images[2].from.kind Invalid",
    ]
