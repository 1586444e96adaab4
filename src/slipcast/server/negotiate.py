"""Negotiation: in which form a client takes answers, and in which form it sent its body.

Pure. We speak JSON and YAML, and read protobuf too; answers are never in it, since every client
that prefers it takes JSON as well.

Source: Kubernetes API concepts: alternate representations, receiving resources as Tables.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, Literal

import msgspec

from slipcast.api.protobuf import reading as protobuf
from slipcast.values.apifaults import NotAcceptable, UnsupportedMediaType

META: Final = "meta.k8s.io"
DISCOVERY: Final = "apidiscovery.k8s.io"

PATCHES: Final[dict[str, Literal["json", "merge", "strategic", "apply"]]] = {
    "application/json-patch+json": "json",
    "application/merge-patch+json": "merge",
    "application/strategic-merge-patch+json": "strategic",
    "application/apply-patch+yaml": "apply",
    "application/apply-patch+json": "apply",
}
"""THE TABLE of patches, by content type."""

BODIES: Final = {
    "": "application/json",
    "application/json": "application/json",
    "application/yaml": "application/yaml",
    "application/x-yaml": "application/yaml",
    "text/yaml": "application/yaml",
    protobuf.MEDIA_TYPE: protobuf.MEDIA_TYPE,
    # What clients say that were not told what to say; the body is an object all the same.
    "application/x-www-form-urlencoded": "application/json",
    "*/*": "application/json",
}
"""THE TABLE of forms in which an object may be sent."""


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """How to answer: encoding, and whether as the object, a Table, or metadata only.

    Shape:  `version` is of the group that defines the form.
    """

    encoding: Literal["json", "yaml"] = "json"
    shape: Literal["object", "table", "partial", "partial-list", "discovery"] = "object"
    version: str = "v1"

    @property
    def content_type(self) -> bytes:
        """The content type of the answer."""
        return b"application/json" if self.encoding == "json" else b"application/yaml"


PLAIN: Final = Form()

_SHAPES: Final[dict[tuple[str, str], Literal["table", "partial", "partial-list", "discovery"]]] = {
    (META, "Table"): "table",
    (META, "PartialObjectMetadata"): "partial",
    (META, "PartialObjectMetadataList"): "partial-list",
    (DISCOVERY, "APIGroupDiscoveryList"): "discovery",
}
_VERSIONS: Final = {META: ("v1", "v1beta1"), DISCOVERY: ("v2", "v2beta1")}


@lru_cache(maxsize=512)
def accepted(header: str) -> Form:
    """The form a client likes best among those we have.

    Shape:  what is not said to be liked less is liked in the order written.
    Errors: NotAcceptable.
    """
    if not header or header in {"application/json", "*/*"}:
        return PLAIN
    wanted = sorted((_read(part) for part in header.split(",")), key=lambda each: -each[0])
    for _, form in wanted:
        if form is not None:
            return form
    raise NotAcceptable(
        "only the following media types are accepted: application/json, application/yaml"
    )


def chosen(header: str, offered: tuple[str, ...]) -> str:
    """The media type that a client likes best of those offered, for answers of one shape.

    Shape:  the first one offered for clients that take anything.
    Errors: NotAcceptable.
    """
    wanted = sorted((_ranked(part) for part in header.split(",")), key=lambda each: -each[0])
    for _, media_type, _ in wanted:
        if media_type in {"", "*/*", "application/*"}:
            return offered[0]
        if media_type in offered:
            return media_type
    raise NotAcceptable(f"only the following media types are accepted: {', '.join(offered)}")


def _read(part: str) -> tuple[float, Form | None]:
    quality, media_type, said = _ranked(part)
    return quality, _form(media_type, said)


def _ranked(part: str) -> tuple[float, str, dict[str, str]]:
    """How much a part of an Accept header is liked, its media type, and its parameters."""
    media_type, *parameters = (piece.strip() for piece in part.split(";"))
    said = {
        name.strip(): value.strip()
        for name, _, value in (parameter.partition("=") for parameter in parameters)
    }
    try:
        quality = float(said.get("q", "1"))
    except ValueError:
        quality = 0.0
    return quality, media_type, said


def _form(media_type: str, said: dict[str, str]) -> Form | None:
    encoding: Literal["json", "yaml"] | None = None
    if media_type in {"application/json", "*/*", "application/*"}:
        encoding = "json"
    elif media_type in {"application/yaml", "text/yaml", "application/x-yaml"}:
        encoding = "yaml"
    if encoding is None or said.get("stream", "watch") != "watch":
        return None
    if "as" not in said:
        return Form(encoding=encoding)
    group, version = said.get("g", ""), said.get("v", "")
    shape = _SHAPES.get((group, said["as"]))
    if shape is None or version not in _VERSIONS[group]:
        return None
    return Form(encoding=encoding, shape=shape, version=version)


def body_type(header: str) -> str:
    """The form of a body: `application/json` or `application/yaml`.

    Errors: UnsupportedMediaType.
    """
    media_type = header.partition(";")[0].strip().lower()
    found = BODIES.get(media_type)
    if found is None:
        raise UnsupportedMediaType(
            f"the body of the request was in an unknown format - accepted media types include: "
            f"application/json, application/yaml (it was {media_type[:80]!r})"
        )
    return found


def patch_type(header: str) -> Literal["json", "merge", "strategic", "apply"]:
    """The kind of patch that a content type names.

    Errors: UnsupportedMediaType.
    """
    media_type = header.partition(";")[0].strip().lower()
    found = PATCHES.get(media_type)
    if found is None:
        raise UnsupportedMediaType(
            f"the body of the request was in an unknown format - accepted media types include: "
            f"{', '.join(PATCHES)}"
        )
    return found
