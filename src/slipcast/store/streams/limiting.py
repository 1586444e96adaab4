"""Limits of a namespace, read and applied to streams and images.

Two creations at once may both be let in where a quota has room for one: streams are counted, not
booked.

Source: image-streams.md section 13, IS-75, IS-117.
"""

from __future__ import annotations

from typing import Final

from slipcast.api import kinds
from slipcast.api.image import Image, ImageStream
from slipcast.api.limits import LimitRange, ResourceQuota
from slipcast.images import limits
from slipcast.ports.api import ListOptions, Resource
from slipcast.store.keys import prefix_of
from slipcast.store.reading import Reading
from slipcast.store.rows import Rows
from slipcast.store.typed import seen
from slipcast.values.apifaults import Forbidden, refused

STREAM: Final = kinds.require(kinds.IMAGE, "ImageStream")
IMAGE: Final = kinds.require(kinds.IMAGE, "Image")
RANGE: Final = kinds.require("", "LimitRange")
QUOTA: Final = kinds.require("", "ResourceQuota")

_ALL: Final = ListOptions()


class Limiting:
    """Refuses what goes beyond the limits of a namespace."""

    def __init__(self, rows: Rows, reading: Reading) -> None:
        self._rows = rows
        self._reading = reading

    async def check_stream(self, stream: ImageStream, stored: ImageStream | None) -> None:
        """Nothing, when a stream may be written.

        Errors: Forbidden.
        """
        namespace = stream.metadata.namespace
        wrong = limits.beyond(stream, stored, await self._ranges(namespace))
        if stored is None and not wrong:
            wrong = await self._exceeded(namespace)
        if wrong:
            raise _refused(STREAM.plural, stream.metadata.name, wrong)

    async def check_image(self, namespace: str, image: Image) -> None:
        """Nothing, when a stream of the namespace may have an image.

        Errors: Forbidden.
        """
        wrong = limits.too_large(image, await self._ranges(namespace))
        if wrong:
            raise _refused(IMAGE.plural, image.metadata.name, wrong)

    async def _exceeded(self, namespace: str) -> tuple[str, ...]:
        listing = await self._reading.list(Resource(QUOTA, namespace), _ALL)
        quotas: list[ResourceQuota] = [seen(QUOTA, each) for each in listing.documents]
        if not any(limits.STREAMS in quota.spec.hard for quota in quotas):
            return ()
        page = await self._rows.page(prefix_of(STREAM, namespace), limit=1)
        return limits.exceeded(quotas, len(page.entries) + page.remaining)

    async def _ranges(self, namespace: str) -> list[LimitRange]:
        listing = await self._reading.list(Resource(RANGE, namespace), _ALL)
        return [seen(RANGE, each) for each in listing.documents]


def _refused(plural: str, name: str, wrong: tuple[str, ...]) -> Forbidden:
    return refused(plural, kinds.IMAGE, name, limits.listed(wrong))
