"""ImageFacts from an image's configuration and what the storage knows of it. Pure.

Source: OCI image specification, config.md; the docker v2s2 image configuration has the same names.
"""

from __future__ import annotations

from collections.abc import Sequence

from slipcast.adapters.imageconfig import Document, config_of, document, epoch_of, text, texts
from slipcast.values.image import ImageFacts


def facts_of(
    image_id: str,
    config: Document,
    *,
    digest: str = "",
    names: Sequence[str] = (),
    size: int = 0,
) -> ImageFacts:
    """What an image's configuration says, with what only the storage knows."""
    return ImageFacts(
        id=image_id.removeprefix("sha256:"),
        digest=digest,
        names=tuple(names),
        config=config_of(document(config.get("config"))),
        layers=texts(document(config.get("rootfs")).get("diff_ids")),
        size=size,
        created=epoch_of(text(config.get("created"))),
        architecture=text(config.get("architecture")),
    )
