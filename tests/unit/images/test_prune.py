"""What pruning takes away, and what it must leave: image-streams.md IS-132 to IS-135."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from slipcast.api.image import Image, ImageStream
from slipcast.api.meta import ObjectReference
from slipcast.images.prune import Keeping, Known, Pruned, prune, size_of, without
from slipcast.images.uses import Use
from slipcast.values.faults import InvalidFault
from verdicts import seen

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
OLD, NEW = "2026-11-22T10:00:00Z", "2026-11-22T11:30:00Z"
ONE = Keeping(revisions=1)


def name(letter: str) -> str:
    """The name of an image."""
    return "sha256:" + letter * 64


def an_image(letter: str, created: str = OLD, **fields: Any) -> Image:
    """An image that is kept here."""
    annotations = {"openshift.io/image.managed": "true"}
    metadata = {"name": name(letter), "creationTimestamp": created, "annotations": annotations}
    return seen(Image, **{"metadata": metadata, **fields})


def a_layer(letter: str, size: int) -> dict[str, Any]:
    """A layer of an image."""
    return {"name": name(letter), "size": size}


def an_event(letter: str, created: str = OLD) -> dict[str, Any]:
    """An image in a history."""
    reference = f"registry.example.com/shop/app@{name(letter)}"
    return {"created": created, "image": name(letter), "dockerImageReference": reference}


def a_stream(letters: str, *, created: str = OLD, spec: Any = None, tag: str = "v1") -> ImageStream:
    """The stream shop/app, one tag of which has had such images, the newest first."""
    metadata = {"name": "app", "namespace": "shop", "creationTimestamp": created}
    tags = [{"tag": tag, "items": [an_event(letter) for letter in letters]}]
    return seen(ImageStream, metadata=metadata, spec=spec or {}, status={"tags": tags})


def a_use(kind: str, reference: str, **fields: Any) -> Use:
    """A pod of the namespace shop that uses one image."""
    referred = ObjectReference(kind=kind, name=reference)
    return Use(who="pods/web", namespace="shop", references=(referred,), **fields)


def pruned(letters: str, stream: str, *uses: Use, keeping: Keeping = ONE) -> Pruned:
    """What goes of images and one stream."""
    images = [an_image(letter) for letter in letters]
    return prune(Known(images=images, streams=[a_stream(stream)], uses=uses), keeping, NOW)


def gone(found: Pruned) -> str:
    """The images that go, by letter."""
    return "".join(image.metadata.name[-1] for image in found.images)


def test_the_newest_of_each_tag_stay_is_133() -> None:
    found = pruned("abcde", "abcde", keeping=Keeping())

    assert gone(found) == "de"
    assert [item.event.image for item in found.items] == [name("d"), name("e")]
    assert found.stays[name("c")] == "among the newest of shop/app:v1"


def test_an_image_that_no_stream_has_goes_is_133() -> None:
    assert gone(pruned("ab", "a")) == "b"


def test_young_images_stay_is_133() -> None:
    images = [an_image("a"), an_image("b", created=NEW)]

    found = prune(Known(images=images, streams=[]), ONE, NOW)

    assert gone(found) == "a"
    assert found.stays == {name("b"): "younger than is looked at"}


def test_a_young_stream_keeps_all_it_has_is_133() -> None:
    streams = [a_stream("ab", created=NEW)]

    found = prune(Known(images=[an_image("a"), an_image("b")], streams=streams), ONE, NOW)

    assert (gone(found), found.stays[name("b")]) == ("", "new in shop/app:v1")


@pytest.mark.parametrize(
    ("kind", "reference"),
    [
        ("DockerImage", f"10.1.2.3:5000/shop/app@{name('b')}"),
        ("DockerImage", f"docker-registry:5000/other/thing@{name('b')}"),
        ("ImageStreamImage", f"app@{name('b')}"),
        ("ImageStreamImage", "app@bbbb"),
        ("ImageStreamImage", "app@sha256:bb"),
    ],
)
def test_what_is_used_stays_whoever_has_the_registry_is_133(kind: str, reference: str) -> None:
    found = pruned("abc", "abc", a_use(kind, reference))

    assert gone(found) == "c"
    assert found.stays[name("b")] == "used by shop/pods/web"


@pytest.mark.parametrize(
    ("kind", "reference"),
    [
        ("ImageStreamTag", "app:v1"),
        ("DockerImage", "10.1.2.3:5000/shop/app:v1"),
        ("DockerImage", "shop/app:v1"),
        ("DockerImage", "app:v1"),
    ],
)
def test_a_tag_means_the_newest_it_has_had_is_133(kind: str, reference: str) -> None:
    found = pruned("ab", "ab", a_use(kind, reference), keeping=Keeping(revisions=0))

    assert gone(found) == "b"


def test_what_an_engine_says_it_runs_stays_is_133() -> None:
    running = Use(who="pods/web", namespace="shop", running=(name("b"),))

    assert gone(pruned("abc", "abc", running)) == "c"


def test_a_pod_that_is_over_uses_its_image_while_it_is_young_is_133() -> None:
    young = a_use("ImageStreamImage", "app@bbbb", is_over=True, since=NEW)
    old = a_use("ImageStreamImage", "app@cccc", is_over=True, since=OLD)

    assert gone(pruned("abc", "abc", young, old)) == "c"


def test_an_image_that_a_tag_is_pinned_to_stays() -> None:
    source = {"kind": "ImageStreamImage", "name": name("b")}
    stream = a_stream("abc", spec={"tags": [{"name": "pinned", "from": source}]})

    found = prune(Known(images=[an_image(x) for x in "abc"], streams=[stream]), ONE, NOW)

    assert gone(found) == "c"
    assert found.stays[name("b")] == "named by imagestreams/shop/app:pinned"


def test_an_index_takes_its_images_along() -> None:
    images = [
        an_image("a", dockerImageManifests=[{"digest": name("c")}]),
        an_image("b", dockerImageManifests=[{"digest": name("d")}]),
        *(an_image("c"), an_image("d")),
    ]

    found = prune(Known(images=images, streams=[a_stream("ab")]), ONE, NOW)

    assert gone(found) == "bd"
    assert found.stays[name("c")] == f"part of {name('a')}"


def test_what_is_about_an_image_goes_with_it() -> None:
    images = [an_image("a"), an_image("b"), *(an_image(x, **about(y)) for x, y in ("ca", "db"))]

    found = prune(Known(images=images, streams=[a_stream("ab")]), ONE, NOW)

    assert gone(found) == "bd"
    assert found.stays[name("c")] == f"about {name('a')}"


def about(letter: str) -> dict[str, Any]:
    """A manifest that is about an image."""
    form = "application/vnd.oci.image.manifest.v1+json"
    empty = {"mediaType": "application/vnd.oci.empty.v1+json", "digest": name("e"), "size": 2}
    manifest = {
        "schemaVersion": 2,
        "mediaType": form,
        "config": empty,
        "layers": [empty],
        "subject": {"mediaType": form, "digest": name(letter), "size": 7},
    }
    return {"dockerImageManifest": json.dumps(manifest), "dockerImageManifestMediaType": form}


def test_images_kept_elsewhere_stay_unless_all_are_meant_is_132() -> None:
    mirrored = seen(Image, metadata={"name": name("a"), "creationTimestamp": OLD})
    known = Known(images=[mirrored, an_image("b")], streams=[])

    some = prune(known, Keeping(mirrored=False), NOW)

    assert gone(prune(known, Keeping(), NOW)) == "ab"
    assert gone(some) == "b"
    assert some.stays == {name("a"): "kept in another registry"}


def test_beyond_a_limit_age_and_revisions_do_not_count_is_134() -> None:
    images = [an_image("a", created=NEW, dockerImageLayers=[a_layer("1", 900)]), an_image("b")]
    known = Known(images=images, streams=[a_stream("ab")], limits={"shop": 500})

    found = prune(known, Keeping(over_limit=True), NOW)

    assert gone(found) == "a"
    assert found.stays[name("b")] == "within the limits of its namespace"


@pytest.mark.parametrize("limits", [{}, {"shop": 900}, {"other": 1}])
def test_what_is_within_the_limit_of_its_namespace_stays_is_134(limits: dict[str, int]) -> None:
    image = an_image("a", dockerImageMetadata={"Size": 900})
    known = Known(images=[image], streams=[a_stream("a")], limits=limits)

    assert gone(prune(known, Keeping(over_limit=True), NOW)) == ""


def test_beyond_limits_what_no_history_has_may_be_on_its_way_while_it_is_young() -> None:
    images = [an_image("a", created=NEW), an_image("b", created=NEW), an_image("c")]
    known = Known(images=images, streams=[], released=frozenset({name("a")}))

    assert gone(prune(known, Keeping(over_limit=True), NOW)) == "ac"


def test_one_broken_reference_and_nothing_goes_is_135() -> None:
    uses = (a_use("DockerImage", "shop/App"), a_use("ImageStreamTag", "app"))

    with pytest.raises(InvalidFault) as refused:
        pruned("ab", "ab", *uses)

    assert [(each.path, each.value) for each in refused.value.errors] == [
        ("shop/pods/web", "shop/App"),
        ("shop/pods/web", "app"),
    ]


def test_a_broken_reference_in_a_stream_is_one_too_is_135() -> None:
    spec = {"tags": [{"name": "t", "from": {"kind": "DockerImage", "name": "!!"}}]}
    event = {"created": OLD, "image": name("a"), "dockerImageReference": "a@sha256:1"}
    stream = seen(
        ImageStream,
        metadata={"name": "app", "namespace": "shop"},
        spec=spec,
        status={"tags": [{"tag": "v1", "items": [event]}]},
    )

    with pytest.raises(InvalidFault) as refused:
        prune(Known(images=[], streams=[stream]), ONE, NOW)

    assert [each.path for each in refused.value.errors] == [
        "imagestreams/shop/app spec.tags[t]",
        "imagestreams/shop/app status.tags[v1]",
    ]


def test_space_is_won_by_content_that_nothing_else_has() -> None:
    shared, own = a_layer("1", 100), a_layer("2", 30)
    images = [
        an_image("a", dockerImageLayers=[shared]),
        an_image("b", dockerImageLayers=[shared, own], dockerImageConfig="1234"),
        an_image("c", dockerImageLayers=[own]),
    ]

    found = prune(Known(images=images, streams=[a_stream("a")]), ONE, NOW)

    assert (gone(found), found.space) == ("bc", 34)


def test_a_history_loses_what_goes_and_keeps_what_came_meanwhile() -> None:
    items = pruned("ab", "ab").items
    meanwhile = seen(
        ImageStream,
        metadata={"name": "app", "namespace": "shop"},
        status={"tags": [{"tag": "v1", "items": [an_event("b", NEW), an_event("b")]}]},
    )

    left = without(meanwhile, items)

    assert [event.created for event in left.status.tags[0].items] == [NEW]


@pytest.mark.parametrize(("conditions", "left"), [([], 0), ([{"type": "ImportSuccess"}], 1)])
def test_a_tag_without_history_is_gone_unless_it_has_something_to_say(
    conditions: list[Any], left: int
) -> None:
    tag = {"tag": "v1", "items": [an_event("b")], "conditions": conditions}
    metadata = {"name": "app", "namespace": "shop"}
    stream = seen(ImageStream, metadata=metadata, status={"tags": [tag]})

    after = without(stream, pruned("ab", "ab").items)

    assert len(after.status.tags) == left


def test_the_size_of_an_image_is_that_of_its_layers_where_nothing_is_said() -> None:
    layers = [a_layer("1", 100), a_layer("2", 30), a_layer("1", 100)]

    assert size_of(an_image("a", dockerImageLayers=layers)) == 130
