"""Streams follow the integrated registry to the address that it has now.

Done before the first request is answered, since the address may be another after a start.

Source: image-streams.md IS-522, IS-523.
"""

from __future__ import annotations

from typing import Final

from slipcast.api.image import ImageStream
from slipcast.api.lens import overlay
from slipcast.ports.api import Api, ListOptions, Resource, WriteOptions
from slipcast.store.streams.finishing import Finishing
from slipcast.store.streams.reading import STREAM
from slipcast.store.typed import seen
from slipcast.values.apifaults import ApiFault

PAGE: Final = 500
_BY_US: Final = WriteOptions(manager="slipcast")


async def follow(api: Api, finishing: Finishing) -> int:
    """Bring every stream up to date; how many were not.

    Shape:  api is of an actor who may do everything. A stream that somebody else writes meanwhile
            is brought up to date by that.
    """
    changed, token = 0, ""
    while True:
        page = await api.list(Resource(STREAM), ListOptions(limit=PAGE, from_token=token))
        for document in page.documents:
            stream: ImageStream = seen(STREAM, document)
            placed = finishing.placed(stream)
            if placed is stream:
                continue
            metadata = stream.metadata
            place = Resource(STREAM, metadata.namespace, metadata.name, "status")
            content = overlay(document.content, stream, placed)
            try:
                await api.update(place, content, _BY_US)
            except ApiFault:
                continue
            changed += 1
        token = page.token
        if not token:
            return changed
