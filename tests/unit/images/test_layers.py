"""What the images of a stream consist of."""

from __future__ import annotations

import json

from msgspec.structs import replace

from slipcast.api.image import ImageBlobReferences, ImageLayer, ImageLayerData, ImageManifest
from slipcast.images.layers import image_names, layers
from unit.images.streaming import ONE, TWO, a_stream, an_event, an_image

LAYER, CONFIG = "sha256:" + "a" * 64, "sha256:" + "c" * 64
TAR = "application/vnd.oci.image.layer.v1.tar+gzip"
JSON = "application/vnd.oci.image.config.v1+json"
MANIFEST = json.dumps(
    {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": JSON, "digest": CONFIG, "size": 3},
        "layers": [{"mediaType": TAR, "digest": LAYER, "size": 7}],
    }
)


def test_an_image_consists_of_its_layers_and_its_configuration() -> None:
    image = replace(
        an_image(),
        docker_image_manifest=MANIFEST,
        docker_image_layers=(ImageLayer(name=LAYER, size=7, media_type=TAR),),
    )

    found = layers(a_stream(a=an_event()), {ONE: image})

    assert found.images == {ONE: ImageBlobReferences(layers=(LAYER,), config=CONFIG)}
    assert found.blobs == {
        LAYER: ImageLayerData(size=7, media_type=TAR),
        CONFIG: ImageLayerData(size=3, media_type=JSON),
    }


def test_an_image_for_several_platforms_consists_of_images() -> None:
    part = ImageManifest(digest=TWO, manifest_size=9)
    image = replace(an_image(), docker_image_manifests=(part,))

    found = layers(a_stream(a=an_event()), {ONE: image})

    assert found.images[ONE].manifests == (TWO,)
    assert found.blobs == {TWO: ImageLayerData(size=9)}


def test_an_image_that_is_gone_is_told_to_be_missing() -> None:
    found = layers(a_stream(a=an_event()), {})

    assert found.images == {ONE: ImageBlobReferences(image_missing=True)}


def test_every_image_of_every_history_is_named_once() -> None:
    stream = a_stream(a=an_event(TWO), b=an_event(ONE), c=an_event(ONE), d=an_event(""))

    assert image_names(stream) == (ONE, TWO)
