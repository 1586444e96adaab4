"""The texts that an image is made of, its manifest and its configuration, and who vouches for them.

Source: image-streams.md IS-67.
"""

from __future__ import annotations

from msgspec.structs import replace

from slipcast.api.image import Image
from slipcast.images import manifests
from slipcast.values.faults import InvalidFault


def kept_image(image: Image, stored: Image) -> Image:
    """The image as it replaces the stored one (IS-67).

    Shape:  what it consists of stays. A manifest is only taken when it is the one that the image
            is named by, a configuration when it is the one that the manifest names; else the old
            ones stay, and nobody is told.
    """
    ready = replace(
        image,
        docker_image_metadata=stored.docker_image_metadata,
        docker_image_metadata_version=stored.docker_image_metadata_version,
        docker_image_layers=stored.docker_image_layers,
        docker_image_manifests=stored.docker_image_manifests,
    )
    if not _is_manifest_of(image):
        ready = replace(
            ready,
            docker_image_manifest=stored.docker_image_manifest,
            docker_image_manifest_media_type=stored.docker_image_manifest_media_type,
        )
    if not _is_config_of(ready):
        ready = replace(ready, docker_image_config=stored.docker_image_config)
    if ready.docker_image_metadata is None and ready.docker_image_manifest:
        return manifests.described(ready)
    return ready


def vouched(image: Image) -> Image:
    """The image with nothing but what its name vouches for, whoever it is from.

    Shape:  what it consists of is left to be read from its texts.
    """
    bare = replace(
        image,
        docker_image_metadata=None,
        docker_image_metadata_version="",
        docker_image_layers=(),
        docker_image_manifests=(),
    )
    if not _is_manifest_of(image):
        return replace(
            bare,
            docker_image_manifest="",
            docker_image_manifest_media_type="",
            docker_image_config="",
        )
    return bare if _is_config_of(image) else replace(bare, docker_image_config="")


def _is_manifest_of(image: Image) -> bool:
    """Whether an image is named by its manifest."""
    if not image.docker_image_manifest:
        return False
    try:
        digest = manifests.digest_of(
            _bytes(image.docker_image_manifest), image.docker_image_manifest_media_type
        )
    except InvalidFault:
        return False
    return str(digest) == image.metadata.name


def _is_config_of(image: Image) -> bool:
    """Whether the manifest of an image names its configuration."""
    if not image.docker_image_config or not image.docker_image_manifest:
        return False
    body = _bytes(image.docker_image_manifest)
    try:
        config = manifests.references(image.docker_image_manifest_media_type, body).config
    except InvalidFault:
        return False
    return config is not None and config.digest.matches(_bytes(image.docker_image_config))


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")
