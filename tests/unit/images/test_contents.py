"""What stays of an image when it is written again: image-streams.md IS-67."""

from __future__ import annotations

import json

from msgspec.structs import replace

from slipcast.api.image import Image, ImageLayer
from slipcast.api.meta import ObjectMeta
from slipcast.images.contents import kept_image
from slipcast.values.digest import Digest

CONFIG = '{"architecture":"amd64","os":"linux"}'
MANIFEST = json.dumps(
    {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json",
            "digest": str(Digest.of(CONFIG.encode())),
            "size": len(CONFIG),
        },
        "layers": [],
    }
)
STORED = Image(
    metadata=ObjectMeta(name=str(Digest.of(MANIFEST.encode()))),
    docker_image_reference="centos/ruby",
    docker_image_metadata={"Id": "kept"},
    docker_image_metadata_version="1.0",
    docker_image_layers=(ImageLayer(name="kept"),),
)


def test_metadata_and_layers_never_change_is_67() -> None:
    changed = replace(
        STORED,
        docker_image_metadata={"Id": "other"},
        docker_image_layers=(),
        docker_image_reference="elsewhere/ruby",
    )

    assert kept_image(changed, STORED) == replace(STORED, docker_image_reference="elsewhere/ruby")


def test_the_manifest_that_the_image_is_named_by_is_taken_and_its_configuration_is_67() -> None:
    sent = replace(STORED, docker_image_manifest=MANIFEST, docker_image_config=CONFIG)

    assert kept_image(sent, STORED) == sent


def test_any_other_manifest_is_not_and_nobody_is_told_is_67() -> None:
    sent = replace(STORED, docker_image_manifest=MANIFEST + " ", docker_image_config=CONFIG)

    assert kept_image(sent, STORED) == STORED


def test_a_configuration_that_the_manifest_does_not_name_is_not_taken_is_67() -> None:
    stored = replace(STORED, docker_image_manifest=MANIFEST, docker_image_config=CONFIG)

    assert kept_image(replace(stored, docker_image_config="{}"), stored) == stored


def test_an_image_without_metadata_is_described_by_the_manifest_that_comes_later_is_66() -> None:
    bare = replace(STORED, docker_image_metadata=None, docker_image_layers=())
    sent = replace(bare, docker_image_manifest=MANIFEST, docker_image_config=CONFIG)

    found = kept_image(sent, bare)

    assert found.docker_image_metadata["Architecture"] == "amd64"
