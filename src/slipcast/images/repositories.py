"""Imports of whole repositories that could not be read: when, and why (UP-23).

What fails for one tag stands in that tag's conditions. A repository whose tags cannot even be
listed has none: the original leaves no trace of it, here the stream says so in an annotation.

Source: image-streams.md IS-87; user-pain.md UP-22, UP-23.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec.structs import replace

from slipcast.api.image import ImageStream, ImageStreamImport

ANNOTATION: Final = "image.slipcast.io/repository-import"
"""The annotation of a stream: JSON, `{"from": NAME, "last": TIME, "reason": R, "message": M}`."""

_LARGEST: Final = 16 * 1024
_LONGEST: Final = 1024


class Failure(msgspec.Struct, frozen=True, kw_only=True, rename={"source": "from"}):
    """What repository could not be read, when that was last tried, and why not."""

    source: str
    last: str
    reason: str = ""
    message: str = ""


def failure_of(annotations: Mapping[str, str]) -> Failure | None:
    """Why the last import of a repository failed; None when it did not, or nobody can tell."""
    text = annotations.get(ANNOTATION, "")
    if not text or len(text) > _LARGEST:
        return None
    try:
        return msgspec.json.decode(text, type=Failure)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return None


def noted(stream: ImageStream, request: ImageStreamImport, now: str) -> ImageStream:
    """The stream after an import: what is known of its repository is that of this one.

    Shape:  request has its status. The same stream when no repository was asked for.
    """
    asked, said = request.spec.repository, request.status.repository
    if asked is None or said is None:
        return stream
    if said.status.status != "Failure" or said.images:
        return _with(stream, "")
    failed = Failure(
        source=asked.from_.name,
        last=now,
        reason=said.status.reason,
        message=said.status.message[:_LONGEST],
    )
    return _with(stream, msgspec.json.encode(failed).decode())


def _with(stream: ImageStream, text: str) -> ImageStream:
    before = stream.metadata.annotations
    if before.get(ANNOTATION, "") == text:
        return stream
    others = {name: each for name, each in before.items() if name != ANNOTATION}
    annotations = {**others, ANNOTATION: text} if text else others
    return replace(stream, metadata=replace(stream.metadata, annotations=annotations))
