"""Streams and images, read for those kinds that are views of them.

What may be read is asked about the view: who may see a tag may see its image.
"""

from __future__ import annotations

from typing import Final

from slipcast.api import kinds
from slipcast.api.document import Document
from slipcast.api.fullness import settled
from slipcast.api.image import Image, ImageStream
from slipcast.api.kinds import Kind
from slipcast.api.lens import content_of
from slipcast.api.meta import Object
from slipcast.store.rows import Rows
from slipcast.store.typed import seen
from slipcast.values.apifaults import NotFound

STREAM: Final = kinds.require(kinds.IMAGE, "ImageStream")
IMAGE: Final = kinds.require(kinds.IMAGE, "Image")

TRIES: Final = 64
"""How often something is decided anew when others write the stream: each time one is through."""


async def document(rows: Rows, namespace: str, name: str) -> Document:
    """A stream.

    Errors: NotFound.
    """
    found = await rows.get(STREAM, namespace, name)
    if found is None:
        raise NotFound(STREAM.plural, STREAM.group, name)
    return found


async def stream(rows: Rows, namespace: str, name: str) -> ImageStream:
    """A stream, as its Struct shows it.

    Errors: NotFound.
    """
    found: ImageStream = seen(STREAM, await document(rows, namespace, name))
    return found


async def image(rows: Rows, name: str) -> Image | None:
    """An image; None when it is not there."""
    found = await rows.get(IMAGE, "", name) if name else None
    shown: Image | None = None if found is None else seen(IMAGE, found)
    return shown


def shown(kind: Kind, view: Object, revision: int = 0) -> Document:
    """A view as it is answered: with the fields that are always there, at the stream's revision."""
    content = content_of(view, kind)
    return Document.of(kind, settled(content, view, kind), revision)
