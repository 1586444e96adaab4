"""What an Image holds of what was pushed: the texts of manifest and configuration.

What is kept in the store has its limit. Of a manifest that is beyond it, the Image holds what
the manifest says: sizes, which limits ask for; the images that it stands for and the one that it
is about, which pruning asks for. The manifest itself is a blob whatever its size.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.api.image import Image
from slipcast.api.lens import content_of
from slipcast.api.meta import ObjectMeta
from slipcast.images.manifests import OLDEST, Piece, References, described
from slipcast.ports.blobs import BlobInfo
from slipcast.registry.parts import Manifest, Parts
from slipcast.values.digest import Digest

LARGEST: Final = 2**20
"""Bytes of a manifest, and of a configuration, up to which the Image holds it."""
_IMAGE: Final = kinds.require(kinds.IMAGE, "Image")
_SAID: Final = (
    "dockerImageMetadata",
    "dockerImageMetadataVersion",
    "dockerImageLayers",
    "dockerImageManifests",
)


async def texts(
    parts: Parts, manifest: Manifest, found: References, there: Mapping[Digest, BlobInfo]
) -> JSON:
    """The fields of the Image of a manifest, of which these pieces are there.

    Shape:  with the sizes of layers where the manifest does not say them (schema 1).
    """
    config = await _config(parts, found.config, there)
    form: JSON = {"dockerImageManifestMediaType": manifest.media_type}
    if manifest.media_type in OLDEST:
        form["dockerImageLayers"] = [
            {"name": str(piece.digest), "size": there[piece.digest].size, "mediaType": ""}
            for piece in found.layers
            if piece.digest in there
        ]
    if len(manifest.body) > LARGEST:
        return {**form, **_said(manifest, config)}
    held = {**form, "dockerImageManifest": manifest.body.decode()}
    return {**held, "dockerImageConfig": config} if config else held


def _said(manifest: Manifest, config: str) -> Mapping[str, Any]:
    """What a manifest says, without it; each field as far as there is room for it."""
    image = described(
        Image(
            metadata=ObjectMeta(name=str(manifest.digest)),
            docker_image_manifest=manifest.body.decode(),
            docker_image_manifest_media_type=manifest.media_type,
            docker_image_config=config,
        )
    )
    content = content_of(image, _IMAGE)
    said: dict[str, Any] = {}
    left = LARGEST
    for name in _SAID:
        size = len(msgspec.json.encode(content[name])) if name in content else 0
        if 0 < size <= left:
            left -= size
            said[name] = content[name]
    return said


async def _config(parts: Parts, piece: Piece | None, there: Mapping[Digest, BlobInfo]) -> str:
    info = there.get(piece.digest) if piece is not None else None
    if piece is None or info is None or info.size > LARGEST:
        return ""
    path = await parts.blobs.path(piece.digest)
    try:
        return (await asyncio.to_thread(path.read_bytes)).decode()
    except UnicodeDecodeError:
        # Whatever it is: configurations of artifacts may be anything.
        return ""
