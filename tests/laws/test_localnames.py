"""Laws of images that are named as tags of streams."""

from __future__ import annotations

from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.api.image import (
    ImageLookupPolicy,
    ImageStream,
    ImageStreamSpec,
    ImageStreamStatus,
    NamedTagEventList,
    TagEvent,
    TagReference,
    TagReferencePolicy,
)
from slipcast.api.meta import ObjectMeta
from slipcast.images.localnames import ANNOTATION, names, resolved

POD: Final = kinds.require(kinds.CORE, "Pod")
DIGESTS: Final = tuple(f"sha256:{digit * 64}" for digit in "123")
NAMES: Final = ("ruby", "python")
TAGS: Final = ("latest", "1", "2")

images = st.one_of(
    st.sampled_from(NAMES),
    st.builds("{}:{}".format, st.sampled_from(NAMES), st.sampled_from(TAGS)),
    st.builds("{}/{}:1".format, st.sampled_from(("library", "quay.io")), st.sampled_from(NAMES)),
    st.builds("{}@{}".format, st.sampled_from(NAMES), st.sampled_from(DIGESTS)),
    st.text(max_size=8),
)
pods = st.builds(
    lambda found, asks: {
        "metadata": {"annotations": {ANNOTATION: "*"} if asks else {}},
        "spec": {"containers": [{"name": str(n), "image": each} for n, each in enumerate(found)]},
    },
    st.lists(images, max_size=4),
    st.booleans(),
)


@st.composite
def streams(draw: st.DrawFn, name: str) -> ImageStream:
    """A stream with any tags, pulled any way, kept here or not."""
    histories = draw(st.dictionaries(st.sampled_from(TAGS), st.sampled_from(DIGESTS)))
    status = ImageStreamStatus(
        docker_image_repository=draw(st.sampled_from(("", f"registry:5000/p/{name}"))),
        tags=tuple(
            NamedTagEventList(
                tag=tag,
                items=(TagEvent(docker_image_reference=f"quay.io/{name}@{image}", image=image),),
            )
            for tag, image in histories.items()
        ),
    )
    policies = draw(st.dictionaries(st.sampled_from(TAGS), st.sampled_from(("Source", "Local"))))
    spec = ImageStreamSpec(
        lookup_policy=ImageLookupPolicy(local=draw(st.booleans())),
        tags=tuple(
            TagReference(name=tag, reference_policy=TagReferencePolicy(type=policy))
            for tag, policy in policies.items()
        ),
    )
    return ImageStream(metadata=ObjectMeta(name=name, namespace="p"), spec=spec, status=status)


worlds = st.fixed_dictionaries({}, optional={name: streams(name) for name in NAMES})
"""The streams that there are in the namespace."""


def written(pod: JSON, world: dict[str, ImageStream], before: JSON | None = None) -> JSON:
    """What is kept of a pod."""
    return resolved(pod, names(POD, pod, before), world)


@given(pods, worlds)
def test_what_was_written_means_itself(pod: JSON, world: dict[str, ImageStream]) -> None:
    once = written(pod, world)

    assert written(once, world, once) == once
    assert written(once, {}, pod) == once


@given(pods, worlds)
def test_nothing_but_images_changes(pod: JSON, world: dict[str, ImageStream]) -> None:
    made = written(pod, world)

    assert made["metadata"] == pod["metadata"]
    assert [each["name"] for each in made["spec"]["containers"]] == [
        each["name"] for each in pod["spec"]["containers"]
    ]


@given(pods, worlds)
def test_who_neither_asks_nor_is_offered_keeps_all_names(
    pod: JSON, world: dict[str, ImageStream]
) -> None:
    pod = {**pod, "metadata": {}}
    offered = {name: each for name, each in world.items() if not each.spec.lookup_policy.local}

    assert written(pod, offered) == pod


@given(pods, worlds)
def test_a_name_of_a_local_stream_with_a_repository_leads_nowhere_else(
    pod: JSON, world: dict[str, ImageStream]
) -> None:
    here = {
        name: each
        for name, each in world.items()
        if each.spec.lookup_policy.local and each.status.docker_image_repository
    }

    left = names(POD, written(pod, here), None)

    assert not {each.stream for each in left} & here.keys()
