"""What the images of a stream consist of: blobs and manifests, by digest.

Source: the API reference of image.openshift.io/v1, ImageStreamLayers.
"""

from __future__ import annotations

from collections.abc import Mapping

from slipcast.api.image import (
    Image,
    ImageBlobReferences,
    ImageLayerData,
    ImageStream,
    ImageStreamLayers,
)
from slipcast.api.meta import ObjectMeta
from slipcast.images import manifests
from slipcast.values.faults import InvalidFault


def image_names(stream: ImageStream) -> tuple[str, ...]:
    """The images of a stream's history, each once."""
    names = {item.image for tag in stream.status.tags for item in tag.items if item.image}
    return tuple(sorted(names))


def layers(stream: ImageStream, images: Mapping[str, Image]) -> ImageStreamLayers:
    """What the images of a stream's history consist of; images are those that are still there."""
    blobs: dict[str, ImageLayerData] = {}
    found: dict[str, ImageBlobReferences] = {}
    for name in image_names(stream):
        image = images.get(name)
        found[name] = (
            ImageBlobReferences(image_missing=True) if image is None else _consists_of(image, blobs)
        )
    own = stream.metadata
    metadata = ObjectMeta(
        name=own.name,
        namespace=own.namespace,
        uid=own.uid,
        resource_version=own.resource_version,
        creation_timestamp=own.creation_timestamp,
    )
    return ImageStreamLayers(metadata=metadata, blobs=blobs, images=found)


def _consists_of(image: Image, blobs: dict[str, ImageLayerData]) -> ImageBlobReferences:
    for layer in image.docker_image_layers:
        blobs[layer.name] = ImageLayerData(size=layer.size, media_type=layer.media_type)
    config = _config(image, blobs)
    for each in image.docker_image_manifests:
        blobs[each.digest] = ImageLayerData(size=each.manifest_size, media_type=each.media_type)
    return ImageBlobReferences(
        layers=tuple(layer.name for layer in image.docker_image_layers),
        config=config,
        manifests=tuple(each.digest for each in image.docker_image_manifests),
    )


def _config(image: Image, blobs: dict[str, ImageLayerData]) -> str | None:
    """The digest of an image's configuration; None where its manifest names none."""
    body = image.docker_image_manifest.encode(errors="surrogatepass")
    try:
        piece = manifests.references(image.docker_image_manifest_media_type, body).config
    except InvalidFault:
        return None
    if piece is None:
        return None
    name = str(piece.digest)
    blobs[name] = ImageLayerData(size=piece.size, media_type=piece.media_type)
    return name
