"""Limits of image streams and images: what goes beyond them, in words.

Only what grows is refused: a stream that is beyond a limit that came later can still be written.

Source: image-streams.md section 13; the limit ranges of OpenShift 3.5.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from slipcast.api.image import Image, ImageStream
from slipcast.api.limits import LimitRange
from slipcast.api.validity.amounts import amount

OF_STREAMS: Final = "openshift.io/ImageStream"
OF_IMAGES: Final = "openshift.io/Image"
IMAGES: Final = "openshift.io/images"
TAGS: Final = "openshift.io/image-tags"
STORAGE: Final = "storage"

_UNITS: Final = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")


def usage(stream: ImageStream) -> Mapping[str, int]:
    """How much a stream uses: different images in its history, different sources of its tags."""
    images = {item.image for tag in stream.status.tags for item in tag.items if item.image}
    sources = {
        (tag.from_.kind, tag.from_.namespace or stream.metadata.namespace, tag.from_.name)
        for tag in stream.spec.tags
        if tag.from_ is not None
    }
    return {IMAGES: len(images), TAGS: len(sources)}


def beyond(
    stream: ImageStream, stored: ImageStream | None, ranges: Iterable[LimitRange]
) -> tuple[str, ...]:
    """What of a stream goes beyond the limits of its namespace, and did not do so before."""
    before = usage(stored) if stored is not None else {}
    used = usage(stream)
    return tuple(
        _told(name, OF_STREAMS, str(used[name]), limit)
        for name, limit in _limits(ranges, OF_STREAMS)
        if name in used and used[name] > before.get(name, 0) and _is_less(limit, used[name])
    )


def too_large(image: Image, ranges: Iterable[LimitRange]) -> tuple[str, ...]:
    """What of an image goes beyond the limits of a namespace (IS-75)."""
    size = size_of(image)
    return tuple(
        _told(name, OF_IMAGES, _bytes(size), limit)
        for name, limit in _limits(ranges, OF_IMAGES)
        if name == STORAGE and _is_less(limit, size)
    )


def size_of(image: Image) -> int:
    """How many bytes an image has, as its metadata says; 0 where it does not."""
    metadata = image.docker_image_metadata
    size = metadata.get("Size") if isinstance(metadata, Mapping) else None
    return size if isinstance(size, int) else 0


def listed(wrong: tuple[str, ...]) -> str:
    """Several reasons as one."""
    return wrong[0] if len(wrong) == 1 else f"[{', '.join(wrong)}]"


def _limits(ranges: Iterable[LimitRange], type_: str) -> Iterator[tuple[str, str]]:
    for each in ranges:
        for item in each.spec.limits:
            if item.type == type_:
                yield from ((name, str(most)) for name, most in sorted(item.max.items()))


def _told(name: str, type_: str, requested: str, limit: str) -> str:
    return (
        f"requested usage of {name} exceeds the maximum limit per {type_} ({requested} > {limit})"
    )


def _is_less(limit: str, used: int) -> bool:
    found = amount(limit)
    return found is not None and found.amount < used


def _bytes(size: int) -> str:
    """A size as Kubernetes writes it: in the largest unit that leaves no fraction."""
    power = 0
    while size and size % 1024 == 0 and power + 1 < len(_UNITS):
        size, power = size // 1024, power + 1
    return f"{size}{_UNITS[power]}"
