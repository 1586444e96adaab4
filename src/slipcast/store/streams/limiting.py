"""Limits of a namespace, read and applied to streams and images.

How many streams there may be is of `quotas`.

Source: image-streams.md section 13, IS-75, IS-117.
"""

from __future__ import annotations

from typing import Final

from slipcast.api import kinds
from slipcast.api.image import Image, ImageStream
from slipcast.api.limits import LimitRange
from slipcast.images import limits
from slipcast.ports.api import ListOptions, Resource
from slipcast.store.reading import Reading
from slipcast.store.typed import seen
from slipcast.values.apifaults import Forbidden, refused

STREAM: Final = kinds.require(kinds.IMAGE, "ImageStream")
IMAGE: Final = kinds.require(kinds.IMAGE, "Image")
RANGE: Final = kinds.require("", "LimitRange")

_ALL: Final = ListOptions()


class Limiting:
    """Refuses what goes beyond the limits of a namespace."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    async def check_stream(self, stream: ImageStream, stored: ImageStream | None) -> None:
        """Nothing, when a stream may be written.

        Errors: Forbidden.
        """
        namespace = stream.metadata.namespace
        wrong = limits.beyond(stream, stored, await self._ranges(namespace))
        if wrong:
            raise _refused(STREAM.plural, stream.metadata.name, wrong)

    async def check_image(self, namespace: str, image: Image) -> None:
        """Nothing, when a stream of the namespace may have an image.

        Errors: Forbidden.
        """
        wrong = limits.too_large(image, await self._ranges(namespace))
        if wrong:
            raise _refused(IMAGE.plural, image.metadata.name, wrong)

    async def _ranges(self, namespace: str) -> list[LimitRange]:
        listing = await self._reading.list(Resource(RANGE, namespace), _ALL)
        return [seen(RANGE, each) for each in listing.documents]


def _refused(plural: str, name: str, wrong: tuple[str, ...]) -> Forbidden:
    return refused(plural, kinds.IMAGE, name, limits.listed(wrong))
