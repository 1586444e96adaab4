"""What is filled in of images and streams, and how generations count: image-streams.md."""

from typing import Any

import pytest
from msgspec.structs import replace

from slipcast.api.image import (
    Image,
    ImageStream,
    ImageStreamImport,
    ImageStreamMapping,
    ImageStreamStatus,
    ImageStreamTag,
)
from slipcast.images.defaults import (
    created_stream,
    defaulted_image,
    defaulted_import,
    defaulted_mapping,
    defaulted_stream,
    defaulted_stream_tag,
    reported_stream,
    updated_stream,
    whole_stream,
)
from verdicts import seen

TAG: dict[str, Any] = {"name": "t", "from": {"kind": "ImageStreamTag", "name": "a:b"}}


def a_stream(*tags: dict[str, Any], generation: int = 0, **status: Any) -> ImageStream:
    """A stream with spec tags."""
    metadata = {"name": "ruby", "namespace": "shop", "generation": generation}
    stream = seen(ImageStream, metadata=metadata, spec={"tags": tags}, status=status)
    return defaulted_stream(stream)


STORED = a_stream({**TAG, "generation": 2}, generation=5, dockerImageRepository="r/shop/ruby")


def test_tags_are_sorted_and_the_last_of_a_name_counts_is_510() -> None:
    stream = a_stream({"name": "b"}, {"name": "a"}, {"name": "b", "reference": True})

    assert [(tag.name, tag.reference) for tag in stream.spec.tags] == [("a", False), ("b", True)]


def test_images_are_pulled_from_their_source_unless_said_otherwise_is_521_is_536() -> None:
    local = {"name": "l", "referencePolicy": {"type": "Local"}}
    request = seen(ImageStreamImport, spec={"repository": {}, "images": [{}]})

    tags = a_stream({"name": "t"}, local).spec.tags
    alone = defaulted_stream_tag(seen(ImageStreamTag, tag=TAG)).tag
    spec = defaulted_import(request).spec

    assert [tag.reference_policy.type for tag in tags] == ["Local", "Source"]
    assert alone is not None
    assert alone.reference_policy.type == "Source"
    assert spec.repository is not None
    assert spec.repository.reference_policy.type == "Source"
    assert spec.images[0].reference_policy.type == "Source"


def test_a_tag_that_says_nothing_is_left_alone() -> None:
    assert defaulted_stream_tag(seen(ImageStreamTag)).tag is None


@pytest.mark.parametrize(("name", "tag"), [("a/b:c", "c"), ("a/b", None), ("A B", None)])
def test_an_image_is_imported_to_the_tag_it_has_is_80(name: str, tag: str | None) -> None:
    image = {"from": {"kind": "DockerImage", "name": name}}

    spec = defaulted_import(seen(ImageStreamImport, spec={"images": [image]})).spec

    assert (spec.images[0].to.name if spec.images[0].to else None) == tag


def test_metadata_of_an_image_have_a_version_is_65() -> None:
    known, none = seen(Image, dockerImageMetadata={"Id": "x"}), seen(Image)

    assert defaulted_image(known).docker_image_metadata_version == "1.0"
    assert defaulted_image(none) == none
    assert defaulted_mapping(seen(ImageStreamMapping)) == seen(ImageStreamMapping)


def test_a_new_stream_has_no_history_and_first_generations_is_10() -> None:
    stream = created_stream(a_stream({**TAG, "generation": 0}, dockerImageRepository="x"))

    assert stream.metadata.generation == 1
    assert stream.spec.tags[0].generation == 1
    assert stream.status.docker_image_repository == ""


def test_an_update_that_changes_nothing_changes_nothing_is_11() -> None:
    sent = a_stream({**TAG, "generation": 9}, generation=7)

    assert updated_stream(sent, STORED) == STORED


@pytest.mark.parametrize(
    ("tag", "generation"),
    [
        ({**TAG, "generation": 0}, 6),
        ({**TAG, "from": {"kind": "ImageStreamTag", "name": "a:c"}}, 6),
        ({**TAG, "from": {**TAG["from"], "namespace": "other"}}, 6),
        ({"name": "t"}, 6),
        ({"name": "new"}, 6),
        ({**TAG, "reference": True}, 2),
        ({**TAG, "from": {"kind": "DockerImage", "name": "a:b"}}, 2),
    ],
)
def test_a_tag_that_means_something_else_gets_the_next_generation_is_11_is_12(
    tag: dict[str, Any], generation: int
) -> None:
    updated = updated_stream(a_stream(tag), STORED)

    assert updated.metadata.generation == 6
    assert updated.spec.tags[0].generation == generation


def test_a_namespace_that_is_the_own_one_is_no_change_is_11() -> None:
    same = {**TAG, "from": {**TAG["from"], "namespace": "shop"}}

    assert updated_stream(a_stream(same), STORED).spec.tags[0].generation == 2


def test_history_stays_when_its_tag_goes_is_13() -> None:
    updated = updated_stream(a_stream(), STORED)

    assert updated.spec.tags == ()
    assert updated.status == STORED.status


def test_what_is_new_in_a_history_is_of_the_tags_generation_is_14() -> None:
    event = {"dockerImageReference": "x", "image": "y"}
    told = [{"tag": "t", "items": [event]}, {"tag": "pushed", "items": [event]}]
    status = seen(ImageStreamStatus, tags=told)

    found = reported_stream(replace(STORED, status=status), STORED)

    assert [each.items[0].generation for each in found.status.tags] == [2, 5]
    assert (found.spec, found.metadata) == (STORED.spec, STORED.metadata)


def test_a_generation_that_is_told_stays_is_14() -> None:
    event = {"dockerImageReference": "x", "image": "y", "generation": 1}
    status = seen(ImageStreamStatus, tags=[{"tag": "t", "items": [event]}])

    found = reported_stream(replace(STORED, status=status), STORED)

    assert found.status == status


def test_a_spec_that_is_told_with_the_history_counts() -> None:
    other = replace(STORED, spec=a_stream().spec, status=ImageStreamStatus())

    assert whole_stream(other, STORED).metadata.generation == 6
    assert whole_stream(STORED, STORED) == STORED
