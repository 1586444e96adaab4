"""ImageStreamImages: the images of a stream's history as objects of their own.

Source: image-streams.md section 6.
"""

from __future__ import annotations

from typing import Final

from typing_extensions import override

from slipcast.api import kinds
from slipcast.api.document import Document
from slipcast.api.image import TagEvent
from slipcast.images import lookup, views
from slipcast.images.references import split_stream_image
from slipcast.ports.api import Resource
from slipcast.store.authorize import Guard
from slipcast.store.rows import Rows
from slipcast.store.streams import reading
from slipcast.store.virtual import Virtual
from slipcast.values.apifaults import ApiFault, BadRequest, Conflict, NotFound

STREAM_IMAGE: Final = kinds.require(kinds.IMAGE, "ImageStreamImage")

_TOLD_AS: Final = "imagestreamimage"
"""What faults call the resource, as the original's do."""


class StreamImages(Virtual):
    """Images by their id, or by its beginning."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    @override
    async def get(self, guard: Guard, resource: Resource) -> Document:
        """One image of a history (IS-60 to IS-62)."""
        await guard.check("get", resource)
        halves = split_stream_image(resource.name)
        if halves is None:
            raise BadRequest("ImageStreamImages must be retrieved with <name>@<id>")
        name, asked = halves
        stream = await reading.stream(self._rows, resource.namespace, name)
        event = lookup.by_id(stream, asked)
        if not isinstance(event, TagEvent):
            raise _unfound(event, asked)
        image = await reading.image(self._rows, event.image)
        if image is None:
            raise NotFound(reading.IMAGE.plural, reading.IMAGE.group, event.image)
        return reading.shown(STREAM_IMAGE, views.stream_image(stream, asked, image))


def _unfound(names: tuple[str, ...], asked: str) -> ApiFault:
    """The fault of an id that means no image, or more than one (IS-42)."""
    if not names:
        return NotFound(_TOLD_AS, STREAM_IMAGE.group, asked)
    message = lookup.told(names, asked)
    return Conflict(message, plural=_TOLD_AS, group=STREAM_IMAGE.group, name=asked)
