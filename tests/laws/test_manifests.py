"""Laws of manifests: whatever registries serve is read, or is none; nothing else happens."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from slipcast.api.image import Image
from slipcast.images.manifests import MEDIA_TYPES, References, described, digest_of, references
from slipcast.images.scheduling import LOOKS, looks
from slipcast.images.schema1 import payload
from slipcast.values.digest import Digest
from slipcast.values.faults import InvalidFault

DIGESTS = st.sampled_from([f"sha256:{digit * 64}" for digit in "0123456789abcdef"])
TEXTS = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]), max_size=10)
SIZES = st.integers(min_value=0, max_value=2**53)
TYPES = st.sampled_from([*MEDIA_TYPES, "", "application/json", "text/plain; charset=utf-8"])
DESCRIPTORS = st.fixed_dictionaries(
    {"digest": DIGESTS, "size": SIZES, "mediaType": TEXTS},
    optional={"urls": st.lists(TEXTS, max_size=2)},
)
IMAGES = st.fixed_dictionaries(
    {
        "schemaVersion": st.just(2),
        "config": DESCRIPTORS,
        "layers": st.lists(DESCRIPTORS, max_size=4),
    },
    optional={
        "subject": DESCRIPTORS,
        "artifactType": TEXTS,
        "annotations": st.dictionaries(TEXTS, TEXTS, max_size=2),
    },
)
NAMES = ("schemaVersion", "mediaType", "config", "layers", "manifests", "fsLayers", "history")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | DIGESTS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from([*NAMES, "digest", "size", "blobSum", "v1Compatibility", "signatures"])
            | st.text(max_size=5),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
ALMOST = st.dictionaries(
    st.sampled_from([*NAMES, "subject", "signatures", "platform"]), JSON, max_size=6
)


def read(media_type: str, body: bytes) -> References | None:
    """What a manifest refers to; None when it is none."""
    try:
        return references(media_type, body)
    except InvalidFault:
        return None


@given(TYPES | st.text(max_size=20), st.binary(max_size=200))
def test_any_bytes_are_a_manifest_or_none(media_type: str, body: bytes):
    found = read(media_type, body)

    assert found is None or found.media_type in MEDIA_TYPES


@given(TYPES, ALMOST | JSON)
def test_any_json_is_a_manifest_or_none(media_type: str, content: Any):
    body = json.dumps(content).encode()

    found = read(media_type, body)

    assert found is None or found.media_type in MEDIA_TYPES


@given(st.sampled_from(MEDIA_TYPES[:2]), IMAGES)
def test_what_an_image_refers_to_is_all_there(media_type: str, content: dict[str, Any]):
    found = references(media_type, json.dumps(content).encode())

    assert found.config is not None
    assert str(found.config.digest) == content["config"]["digest"]
    layers = [(str(layer.digest), layer.size) for layer in found.layers]
    assert layers == [(each["digest"], each["size"]) for each in content["layers"]]


@given(TYPES, st.binary(max_size=100) | st.builds(lambda each: json.dumps(each).encode(), ALMOST))
def test_every_body_has_a_digest(media_type: str, body: bytes):
    digest = digest_of(body, media_type)

    assert digest in {Digest.of(body), Digest.of(payload(body))}


@given(st.text(max_size=100), st.text(max_size=100), TYPES)
def test_any_texts_leave_an_image_one(manifest: str, config: str, media_type: str):
    image = Image(
        docker_image_manifest=manifest,
        docker_image_config=config,
        docker_image_manifest_media_type=media_type,
    )

    assert described(image).docker_image_manifest == manifest


@given(IMAGES, JSON)
def test_any_configuration_gives_metadata(content: dict[str, Any], config: Any):
    image = Image(
        docker_image_manifest=json.dumps(content),
        docker_image_manifest_media_type=MEDIA_TYPES[0],
        docker_image_config=json.dumps(config),
    )

    metadata = described(image).docker_image_metadata

    assert metadata["Id"] == content["config"]["digest"]
    assert json.loads(json.dumps(metadata)) == metadata


@given(IMAGES, JSON)
def test_describing_again_changes_nothing(content: dict[str, Any], config: Any):
    image = Image(docker_image_manifest=json.dumps(content), docker_image_config=json.dumps(config))

    once = described(image)

    assert described(once) == once


@given(st.text(max_size=100) | st.builds(json.dumps, JSON))
def test_any_text_says_when_tags_were_looked_up_or_nothing(text: str):
    assert all(look.last for look in looks({LOOKS: text}).values() if look.last)
