"""Names of images as objects hold them: `stream:tag`, `stream@id`, and pull specs.

What a name may look like; whether the image is there is `resolve`'s question.

Source: image-streams.md section 2.3 and 2.4, IS-50, IS-60; build-api.md BA-71, BA-77.
"""

from __future__ import annotations

import re
from typing import Final

from slipcast.values.faults import InvalidFault
from slipcast.values.imageref import ImageRef

STREAM_NAME: Final = "[a-z0-9]+(?:[._-][a-z0-9]+)*"
"""What a stream may be called (IS-1)."""

_STREAM_NAME = re.compile(STREAM_NAME)


def stream_name(name: str) -> tuple[str, ...]:
    """What is wrong with the name of a stream (IS-1); empty when nothing is."""
    return () if _STREAM_NAME.fullmatch(name) else (f'must match "{STREAM_NAME}"',)


def split_stream_tag(name: str) -> tuple[str, str] | None:
    """Stream and tag of `stream:tag`; None when the name has another form (BA-77)."""
    return _halves(name, ":")


def split_stream_image(name: str) -> tuple[str, str] | None:
    """Stream and image of `stream@id`; None when the name has another form (IS-60)."""
    return _halves(name, "@")


def _halves(name: str, mark: str) -> tuple[str, str] | None:
    first, _, second = name.partition(mark)
    return (first, second) if first and second and mark not in second else None


def pull_spec(text: str) -> ImageRef | str:
    """The image a pull spec names, or what is wrong with it.

    Shape:  without a registry there are at most two components, since no registry that is meant
            by default has more.
    """
    try:
        ref = ImageRef.parse(text)
    except InvalidFault as fault:
        return f"invalid reference format: {'; '.join(error.what for error in fault.errors)}"
    if not ref.registry and "/" in ref.namespace:
        return f'the docker pull spec "{text}" must be two or three segments separated by slashes'
    return ref
