"""Laws of pruning: image-streams.md IS-132 to IS-135."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from slipcast.api.image import (
    Image,
    ImageLayer,
    ImageManifest,
    ImageStream,
    ImageStreamSpec,
    ImageStreamStatus,
    NamedTagEventList,
    TagEvent,
    TagReference,
)
from slipcast.api.meta import ObjectMeta, ObjectReference
from slipcast.images.prune import MANAGED, Item, Keeping, Known, Pruned, prune, without
from slipcast.images.uses import Use
from slipcast.values.instant import to_text

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NAMES = [f"sha256:{digit * 64}" for digit in "0123456789ab"]
PLACES = [("shop", "app"), ("shop", "base"), ("other", "app")]
TAGS = ["latest", "v1"]

names = st.sampled_from(NAMES)
moments = st.integers(0, 120).map(lambda minutes: to_text(NOW - timedelta(minutes=minutes)))


@st.composite
def images(draw: st.DrawFn) -> Image:
    """An image, perhaps one for several platforms."""
    annotations = {MANAGED: "true"} if draw(st.booleans()) else {}
    layers = draw(st.lists(st.sampled_from(NAMES), max_size=3))
    parts = draw(st.lists(names, max_size=2))
    return Image(
        metadata=ObjectMeta(
            name=draw(names), creation_timestamp=draw(moments), annotations=annotations
        ),
        docker_image_layers=tuple(ImageLayer(name=each, size=10) for each in layers),
        docker_image_manifests=tuple(ImageManifest(digest=each) for each in parts),
    )


@st.composite
def events(draw: st.DrawFn) -> TagEvent:
    """An image in a history, or one that was never looked up."""
    name = draw(names)
    return TagEvent(
        created=draw(moments),
        docker_image_reference=f"registry.example.com/a/b@{name}",
        image=draw(st.sampled_from([name, name, name, ""])),
    )


@st.composite
def streams(draw: st.DrawFn) -> ImageStream:
    """A stream with histories, and perhaps a tag that is pinned."""
    namespace, name = draw(st.sampled_from(PLACES))
    pinned = draw(st.lists(names, max_size=1))
    histories = draw(st.lists(st.lists(events(), max_size=5), max_size=len(TAGS)))
    return ImageStream(
        metadata=ObjectMeta(namespace=namespace, name=name, creation_timestamp=draw(moments)),
        spec=ImageStreamSpec(
            tags=tuple(
                TagReference(name="p", from_=ObjectReference(kind="ImageStreamImage", name=each))
                for each in pinned
            )
        ),
        status=ImageStreamStatus(
            tags=tuple(
                NamedTagEventList(tag=tag, items=tuple(items))
                for tag, items in zip(TAGS, histories, strict=False)
            )
        ),
    )


@st.composite
def uses(draw: st.DrawFn) -> Use:
    """Somebody who uses an image, in one of the ways there are."""
    namespace, stream = draw(st.sampled_from(PLACES))
    digest, tag = draw(names), draw(st.sampled_from(TAGS))
    reference = draw(
        st.sampled_from(
            [
                ObjectReference(kind="DockerImage", name=f"10.0.0.1:5000/a/b@{digest}"),
                ObjectReference(kind="DockerImage", name=f"10.0.0.1:5000/{namespace}/{stream}"),
                ObjectReference(kind="ImageStreamTag", name=f"{stream}:{tag}"),
                ObjectReference(kind="ImageStreamImage", name=f"{stream}@{digest}"),
            ]
        )
    )
    return Use(
        who="pods/x",
        namespace=namespace,
        references=(reference,),
        since=draw(moments),
        is_over=draw(st.booleans()),
    )


everything = st.builds(
    Known,
    images=st.lists(images(), max_size=10, unique_by=lambda each: each.metadata.name),
    streams=st.lists(
        streams(),
        max_size=3,
        unique_by=lambda each: (each.metadata.namespace, each.metadata.name),
    ),
    uses=st.lists(uses(), max_size=4),
    limits=st.dictionaries(st.sampled_from(["shop", "other"]), st.integers(0, 40)),
)
keepings = st.builds(
    Keeping,
    revisions=st.integers(0, 3),
    younger=st.integers(0, 120).map(lambda minutes: timedelta(minutes=minutes)),
    over_limit=st.booleans(),
    mirrored=st.booleans(),
)


def after(known: Known, found: Pruned) -> Known:
    """What is there when it is done."""
    gone = {image.metadata.name for image in found.images}
    return replace(
        known,
        images=[each for each in known.images if each.metadata.name not in gone],
        streams=[without(each, items_of(each, found)) for each in known.streams],
    )


def items_of(stream: ImageStream, found: Pruned) -> list[Item]:
    """The part of a stream's history that goes."""
    place = (stream.metadata.namespace, stream.metadata.name)
    return [item for item in found.items if (item.namespace, item.stream) == place]


@given(everything, keepings)
def test_what_is_left_is_not_pruned_again(known: Known, keeping: Keeping) -> None:
    left = after(known, prune(known, keeping, NOW))

    again = prune(left, keeping, NOW)

    assert (again.images, again.items, again.space) == ((), (), 0)
    assert {image.metadata.name for image in left.images} == set(again.stays)


@given(everything, keepings, st.integers(0, 12))
def test_whoever_is_killed_in_between_comes_to_the_same_end(
    known: Known, keeping: Keeping, steps: int
) -> None:
    found = prune(known, replace(keeping, over_limit=False), NOW)
    half = replace(
        known,
        streams=[
            without(stream, items_of(stream, found)) if place < steps else stream
            for place, stream in enumerate(known.streams)
        ],
        images=[
            image
            for image in known.images
            if image not in found.images[: max(0, steps - len(known.streams))]
        ],
    )

    again = prune(half, replace(keeping, over_limit=False), NOW)

    assert after(half, again) == after(known, found)


@given(everything, keepings)
def test_no_history_has_an_image_that_went(known: Known, keeping: Keeping) -> None:
    found = prune(known, keeping, NOW)

    gone = {image.metadata.name for image in found.images}
    left = {
        event.image
        for stream in after(known, found).streams
        for tag in stream.status.tags
        for event in tag.items
    }
    assert gone & left == set()


@given(everything, keepings)
def test_nothing_that_stays_is_part_of_what_went(known: Known, keeping: Keeping) -> None:
    found = prune(known, keeping, NOW)

    gone = {image.metadata.name for image in found.images}
    parts = {
        part.digest for image in after(known, found).images for part in image.docker_image_manifests
    }
    assert gone & parts == set()


@given(everything, keepings, names)
def test_what_is_used_stays(known: Known, keeping: Keeping, name: str) -> None:
    pulled = ObjectReference(kind="DockerImage", name=f"r.example.com/x/y@{name}")
    user = Use(who="pods/y", namespace="x", references=(pulled,))

    found = prune(replace(known, uses=[*known.uses, user]), keeping, NOW)

    assert name not in {image.metadata.name for image in found.images}


@given(everything, keepings)
def test_every_image_goes_or_stays_for_a_reason(known: Known, keeping: Keeping) -> None:
    found = prune(known, keeping, NOW)

    gone = [image.metadata.name for image in found.images]
    assert sorted([*gone, *found.stays]) == sorted(image.metadata.name for image in known.images)


@given(everything, keepings, uses())
def test_whoever_comes_as_well_saves_images_and_condemns_none(
    known: Known, keeping: Keeping, user: Use
) -> None:
    before = prune(known, keeping, NOW)

    found = prune(replace(known, uses=[*known.uses, user]), keeping, NOW)

    saved = {image.metadata.name for image in before.images}
    assert {image.metadata.name for image in found.images} <= saved
