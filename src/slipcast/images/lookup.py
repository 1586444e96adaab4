"""Images of a stream's history by their id, or by the beginning of it.

Source: image-streams.md IS-42.
"""

from __future__ import annotations

from collections.abc import Iterator

from slipcast.api.image import ImageStream, TagEvent
from slipcast.values.digest import Digest
from slipcast.values.faults import InvalidFault


def by_id(stream: ImageStream, prefix: str) -> TagEvent | tuple[str, ...]:
    """The image that an id or its beginning means, as the tag has it that was given it last.

    Shape:  the names of all that are meant when it is not one.
    """
    found = [event for event in _events(stream) if _matches(event.image, prefix)]
    names = tuple(sorted({event.image for event in found}))
    if len(names) != 1:
        return names
    return max(found, key=lambda event: event.created)


def told(names: tuple[str, ...], prefix: str) -> str:
    """Why an id means no image, or more than one."""
    if not names:
        return f'imagestreamimage.image.openshift.io "{prefix}" not found'
    return (
        f'Operation cannot be fulfilled on imagestreamimage.image.openshift.io "{prefix}":'
        f" {several(names, prefix)}"
    )


def several(names: tuple[str, ...], prefix: str) -> str:
    """Why an id that means several images means none."""
    return f'multiple images match the prefix "{prefix}": {", ".join(names)}'


def _events(stream: ImageStream) -> Iterator[TagEvent]:
    for history in stream.status.tags:
        yield from (event for event in history.items if event.image)


def _matches(image: str, prefix: str) -> bool:
    return image.startswith(prefix) or _hex(image).startswith(prefix)


def _hex(image: str) -> str:
    """A digest without its algorithm; any other name as it is."""
    try:
        return Digest.parse(image).hex
    except InvalidFault:
        return image
