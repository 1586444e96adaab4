"""What an import looks up, and what of it becomes of the stream."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from slipcast.api.image import (
    Image,
    ImageImportSpec,
    ImageImportStatus,
    ImageStream,
    ImageStreamImport,
    ImageStreamImportSpec,
    ImageStreamImportStatus,
    ImageStreamSpec,
    RepositoryImportSpec,
    RepositoryImportStatus,
    TagEventCondition,
    TagImportPolicy,
    TagReference,
    TagReferencePolicy,
)
from slipcast.api.meta import LocalObjectReference, ObjectMeta, ObjectReference
from slipcast.api.status import Status
from slipcast.images.events import history_of, newest, spec_tag
from slipcast.images.imports import (
    AMD64,
    SUCCESS,
    Found,
    Source,
    as_found,
    blank,
    chosen,
    folded,
    image_source,
    images_of,
    limited,
    moved,
    tag_source,
    taken,
    told,
    told_of_all,
)
from slipcast.images.manifests import OCI_INDEX, Piece, Platform, References
from slipcast.values.digest import Digest
from slipcast.values.imageref import ImageRef

WEB = "registry.example.com/acme/web"
ONE, TWO = (f"sha256:{digit * 64}" for digit in "12")
THEN, NOW = "2026-11-22T12:00:00Z", "2026-11-22T13:00:00Z"
GONE = Status(status="Failure", reason="NotFound", message="it is not there", code=404)


def docker(name: str) -> ObjectReference:
    """An image elsewhere."""
    return ObjectReference(kind="DockerImage", name=name)


def a_spec(name: str = f"{WEB}:1", to: str = "1", **policy: Any) -> ImageImportSpec:
    """An image that is asked for."""
    return ImageImportSpec(
        from_=docker(name),
        to=LocalObjectReference(name=to) if to else None,
        import_policy=TagImportPolicy(**policy),
        reference_policy=TagReferencePolicy(type="Source"),
    )


def an_image(name: str = ONE) -> Image:
    """An image that was found."""
    return Image(metadata=ObjectMeta(name=name), docker_image_reference=f"{WEB}@{name}")


def found(name: str = ONE, tag: str = "1") -> ImageImportStatus:
    """What is said of an image that was found."""
    return ImageImportStatus(status=SUCCESS, image=an_image(name), tag=tag)


def gone(tag: str = "1", status: Status = GONE) -> ImageImportStatus:
    """What is said of an image that was not found."""
    return ImageImportStatus(status=status, tag=tag)


def an_import(status: ImageImportStatus, spec: ImageImportSpec | None = None) -> ImageStreamImport:
    """An import of one image, and what was found."""
    return ImageStreamImport(
        spec=ImageStreamImportSpec(import_=True, images=(spec or a_spec(),)),
        status=ImageStreamImportStatus(images=(status,)),
    )


def of_all(*said: ImageImportStatus, images: Any = ()) -> ImageStreamImport:
    """An import of a repository, and what was found."""
    repository = RepositoryImportSpec(from_=docker(WEB), import_policy=TagImportPolicy())
    specs, statuses = zip(*images, strict=True) if images else ((), ())
    return ImageStreamImport(
        spec=ImageStreamImportSpec(import_=True, repository=repository, images=specs),
        status=ImageStreamImportStatus(
            repository=RepositoryImportStatus(images=said), images=statuses
        ),
    )


def a_stream(*tags: TagReference, generation: int = 3) -> ImageStream:
    """A stream with such tags."""
    return ImageStream(
        metadata=ObjectMeta(name="web", namespace="shop", generation=generation),
        spec=ImageStreamSpec(tags=tags),
    )


def a_tag(name: str = "1", source: str = f"{WEB}:1", **more: Any) -> TagReference:
    """A tag that comes from elsewhere."""
    return TagReference(
        name=name,
        from_=docker(source),
        **{"generation": 3, "reference_policy": TagReferencePolicy(type="Source"), **more},
    )


def imported(stream: ImageStream, status: ImageImportStatus, **policy: Any) -> ImageStream:
    """The stream after an import of one image, once it is written."""
    after = folded(stream, an_import(status, a_spec(**policy)), THEN)
    if after is stream:
        return stream
    generation = stream.metadata.generation + 1
    tags = tuple(replace(tag, generation=tag.generation or generation) for tag in after.spec.tags)
    metadata = replace(after.metadata, generation=generation)
    return replace(after, metadata=metadata, spec=replace(after.spec, tags=tags))


def conditions(stream: ImageStream, tag: str = "1") -> tuple[TagEventCondition, ...]:
    """What went wrong with a tag."""
    history = history_of(stream, tag)
    return history.conditions if history is not None else ()


def test_an_image_is_looked_up_with_nothing_left_to_defaults():
    source = image_source(a_spec("ruby", insecure=True))

    assert source == Source(ref=ImageRef.parse("docker.io/library/ruby:latest"), insecure=True)


def test_of_a_tag_beside_a_digest_the_digest_counts():
    source = image_source(a_spec(f"{WEB}:1@{ONE}"))

    assert str(source.ref) == f"{WEB}@{ONE}"


def test_an_image_for_several_platforms_stays_one_when_that_is_asked_for_is_520():
    assert image_source(a_spec(import_mode="PreserveOriginal")).is_original
    assert not image_source(a_spec(import_mode="Legacy")).is_original


def test_a_tag_of_a_repository_is_looked_up():
    spec = RepositoryImportSpec(from_=docker("centos/ruby"))

    assert str(tag_source(spec, "2.3").ref) == "docker.io/centos/ruby:2.3"


def test_tags_are_taken_in_an_order_that_people_would_choose_is_86():
    tags = ["b", "a", "1.10.0", "v1.9.1", "2.0", "v10.1", "latest", "2.0-rc1", "2.0-rc.2", "1.9.1"]

    first, left = taken(tags, -1)

    assert left == ()
    assert first == (
        *("latest", "v10.1", "2.0", "2.0-rc1", "2.0-rc.2"),
        *("1.10.0", "1.9.1", "v1.9.1", "a", "b"),
    )


def test_no_more_tags_are_taken_than_are_allowed_is_86():
    assert taken(["3", "1", "2"], 2) == (("1", "2"), ("3",))


def test_numbers_in_suffixes_are_compared_as_numbers_is_86():
    assert taken(["1.0-rc.2", "1.0-rc.10"], -1)[0] == ("1.0-rc.10", "1.0-rc.2")


def an_index(*platforms: Platform) -> References:
    """An image for several platforms, whose digests begin with their number."""
    pieces = (
        Piece(digest=Digest.parse(f"sha256:{number}{'0' * 63}"), platform=platform)
        for number, platform in enumerate(platforms)
    )
    return References(media_type=OCI_INDEX, manifests=tuple(pieces))


ARM = Platform(os="linux", architecture="arm", variant="v7")
NOWHERE = Platform(os="unknown", architecture="unknown")


@pytest.mark.parametrize(
    ("platforms", "number"),
    [
        ((ARM, AMD64), "1"),
        ((ARM, replace(AMD64, variant="v3"), AMD64), "2"),
        ((ARM, replace(AMD64, variant="v3")), "1"),
        ((NOWHERE, ARM), "1"),
    ],
)
def test_of_an_index_the_image_for_the_platform_is_chosen_else_the_first(
    platforms: tuple[Platform, ...], number: str
):
    piece = chosen(an_index(*platforms), AMD64)

    assert piece is not None
    assert piece.digest.hex[0] == number


def test_an_index_without_images_stands_for_none():
    assert chosen(an_index(NOWHERE), AMD64) is None


def test_an_image_is_pulled_by_its_digest_from_where_it_was_found():
    source = image_source(a_spec("ruby:2.3"))

    image = as_found(Image(metadata=ObjectMeta(name=ONE)), source)

    assert image.docker_image_reference == f"docker.io/library/ruby@{ONE}"


def test_images_of_the_registry_here_are_named_as_the_streams_is_25():
    here = ImageRef.parse("here:5000/shop/web")
    status = of_all(found(), gone(), images=((a_spec(), found()),)).status

    taken = moved(status, here, {WEB.partition("/")[0]})

    assert taken.repository is not None
    names = {
        each.image.docker_image_reference
        for each in (*taken.images, *taken.repository.images)
        if each.image is not None
    }
    assert names == {f"here:5000/shop/web@{ONE}"}


def test_images_of_other_registries_keep_their_names():
    status = an_import(found()).status

    assert moved(status, ImageRef.parse("here:5000/shop/web"), {"here:5000"}) == status


def test_of_each_image_it_is_told_what_was_found_is_85():
    source = image_source(a_spec())

    assert told(source, Found(image=an_image())) == found()
    assert told(source, GONE) == gone()


def test_an_image_asked_for_by_digest_has_no_tag_is_85():
    assert told(image_source(a_spec(f"{WEB}@{ONE}")), GONE).tag == ""


@pytest.mark.parametrize(
    ("images", "reason", "message"),
    [
        ([found()], "", ""),
        ([found(), gone()], "ImportFailed", "one of the images from this repository failed"),
        ([gone(), gone()], "ImportFailed", "2 of the images from this repository failed"),
    ],
)
def test_a_repository_is_as_good_as_its_tags_is_87(
    images: list[ImageImportStatus], reason: str, message: str
):
    status = told_of_all(images, ("more",))

    assert status.status.reason == reason
    assert status.status.message.startswith(message)
    assert (status.images, status.additional_tags) == (tuple(images), ("more",))


def test_manifests_are_told_only_where_they_are_asked_for_is_85():
    image = replace(an_image(), docker_image_manifest="{}", docker_image_config="{}")
    status = replace(found(), image=image, manifests=(image,))

    bare = blank(status, whole=False)

    assert blank(status, whole=True) is status
    assert bare == replace(found(), manifests=(an_image(),))


def test_an_image_becomes_the_newest_of_its_tag_is_89():
    after = folded(a_stream(), an_import(found()), NOW)

    event, tag = newest(after, "1"), spec_tag(after, "1")
    assert event is not None
    assert (event.image, event.generation, event.created) == (ONE, 4, NOW)
    assert event.docker_image_reference == f"{WEB}@{ONE}"
    assert tag is not None
    assert (tag.from_, tag.generation) == (docker(f"{WEB}:1"), 0)


def test_an_image_without_a_tag_to_become_changes_nothing_is_80():
    request = an_import(found(), a_spec(to=""))

    assert folded(a_stream(), request, NOW) == a_stream()
    assert images_of(request) == ()


def test_the_same_image_again_changes_nothing_is_91():
    stream = imported(a_stream(), found())

    assert folded(stream, an_import(found()), NOW) is stream


def test_annotations_and_reference_policy_of_a_tag_stay_is_89():
    local = TagReferencePolicy(type="Local")
    stream = a_stream(a_tag(annotations={"tags": "builder"}, reference_policy=local))

    tag = spec_tag(folded(stream, an_import(found()), NOW), "1")

    assert tag is not None
    assert (tag.annotations, tag.reference_policy) == ({"tags": "builder"}, local)


def test_the_import_policy_becomes_that_of_the_request_is_89():
    stream = imported(a_stream(), found())

    after = imported(stream, found(), insecure=True)

    tag = spec_tag(after, "1")
    assert tag is not None
    assert (tag.import_policy.insecure, tag.generation) == (True, 4)


def test_a_tag_that_was_changed_since_is_seen_as_imported_is_89():
    stream = imported(a_stream(), found())
    stream = replace(
        stream, spec=ImageStreamSpec(tags=(replace(stream.spec.tags[0], generation=9),))
    )

    event = newest(folded(stream, an_import(found()), NOW), "1")

    assert event is not None
    assert event.generation == 5


def test_a_failure_is_a_condition_of_the_tag_is_90():
    after = folded(a_stream(a_tag()), an_import(gone()), NOW)

    assert conditions(after) == (
        TagEventCondition(
            type="ImportSuccess",
            status="False",
            reason="NotFound",
            message="it is not there",
            last_transition_time=NOW,
            generation=4,
        ),
    )
    assert spec_tag(after, "1") == a_tag(generation=0)


def test_a_failure_without_words_gets_some_is_90():
    status = replace(GONE, message="")

    after = folded(a_stream(a_tag()), an_import(gone(status=status)), NOW)

    assert conditions(after)[0].message == "unknown error prevented import"


def test_a_tag_that_is_not_there_is_made_so_that_it_can_be_tried_again_is_90():
    after = folded(a_stream(), an_import(gone()), NOW)

    tag = spec_tag(after, "1")
    assert tag is not None
    assert (tag.from_, tag.generation) == (docker(f"{WEB}:1"), 0)


def test_a_failing_tag_of_a_repository_is_not_made_is_90():
    after = folded(a_stream(), of_all(gone()), NOW)

    assert after.spec.tags == ()
    assert len(conditions(after)) == 1


def test_history_stays_when_an_import_fails_is_90():
    after = imported(imported(a_stream(), found()), gone())

    event = newest(after, "1")
    assert event is not None
    assert (event.image, len(conditions(after))) == (ONE, 1)


def test_the_same_failure_again_changes_nothing_is_90():
    stream = imported(a_stream(a_tag()), gone())

    assert folded(stream, an_import(gone()), NOW) is stream


def test_the_same_failure_of_a_tag_that_was_changed_is_told_again_is_90():
    stream = imported(a_stream(a_tag()), gone())
    changed = replace(stream, spec=ImageStreamSpec(tags=(a_tag(generation=7),)))

    after = folded(changed, an_import(gone()), NOW)

    assert conditions(after)[0].generation == 5


def test_what_works_again_has_no_condition_is_89():
    after = imported(imported(a_stream(), gone()), found())

    assert conditions(after) == ()


def test_an_image_that_could_not_be_kept_is_a_failure_is_90():
    refused = {ONE: Status(status="Failure", reason="Forbidden", message="too large")}

    after = folded(a_stream(), an_import(found()), NOW, refused)

    assert newest(after, "1") is None
    assert conditions(after)[0].reason == "Forbidden"


def test_tags_of_a_repository_come_from_the_tags_there_is_89():
    after = folded(a_stream(), of_all(found(tag="a"), found(TWO, "b")), NOW)

    assert [(tag.name, tag.from_) for tag in after.spec.tags] == [
        ("a", docker(f"{WEB}:a")),
        ("b", docker(f"{WEB}:b")),
    ]


def test_a_tag_that_is_asked_for_by_itself_wins_is_102():
    request = of_all(found(tag="1"), images=[(a_spec(), found(TWO))])

    after = folded(a_stream(), request, NOW)

    history = history_of(after, "1")
    assert history is not None
    assert [event.image for event in history.items] == [TWO]


def test_images_are_kept_once_and_after_those_that_they_stand_for():
    whole = replace(found(TWO), manifests=(an_image(),))
    request = of_all(found(TWO, "a"), images=[(a_spec(), whole)])

    assert [image.metadata.name for image in images_of(request)] == [TWO, ONE]


def test_a_limit_is_told_of_the_tags_that_are_not_there_because_of_it_is_92():
    before = imported(a_stream(), found())
    wanted = folded(before, an_import(found(TWO), a_spec(to="2")), NOW)

    after = limited(before, wanted, Status(reason="Forbidden", message="too many"), NOW)

    assert conditions(after, "1") == ()
    assert [each.reason for each in conditions(after, "2")] == ["Forbidden"]
