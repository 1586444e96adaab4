"""OpenAPI documents: what is served, for clients that explain, complete and check.

Made from THE TABLE of kinds and the schemas of their Structs: version 3 a group at a time, version
2 whole, as JSON or protobuf. Made when first asked for, and kept as bytes.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any, Final

import msgspec

from slipcast import __version__
from slipcast.api import (
    authorization,
    autoscaling,
    buildrequest,
    core,
    image,
    kinds,
    meta,
    review,
    schemas,
    status,
)
from slipcast.api.kinds import KINDS, Kind
from slipcast.server import openapiproto, operations

JSON = dict[str, Any]
INFO: Final = {
    "title": "slipcast",
    "version": __version__,
    "description": "Builds, image streams and templates behind an API as Kubernetes has it.",
}
ALSO: Final = (
    *(status.Status, meta.DeleteOptions, review.TokenRequest, buildrequest.BuildRequest),
    *(core.SecretList, image.ImageStreamLayers, autoscaling.Scale),
    *(authorization.SubjectAccessReviewResponse, authorization.ResourceAccessReviewResponse),
)
"""Structs that travel and have no resource of their own."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A document as it is sent, and a name for exactly these bytes."""

    body: bytes
    tag: str
    content_type: bytes = b"application/json"


@cache
def told(which: str, *, compact: bool = False) -> Told | None:
    """The document at /openapi/WHICH with its tag; `compact` asks for protobuf, which v2 has."""
    if compact:
        body: bytes | None = openapiproto.encoded(_swagger2())
        content_type = openapiproto.MEDIA_TYPE
    else:
        body, content_type = document(which), "application/json"
    if body is None:
        return None
    return Told(body=body, tag=_digest(body), content_type=content_type.encode())


@cache
def document(which: str) -> bytes | None:
    """The document at /openapi/WHICH: `v2`, `v3`, `v3/api/v1`, ...; None where there is none."""
    if which == "v2":
        return msgspec.json.encode(_swagger2())
    if which == "v3":
        return msgspec.json.encode(_index())
    root = which.removeprefix("v3/")
    group = root_groups().get(root)
    return None if group is None else msgspec.json.encode(_version3(group, f"/{root}"))


def root_groups() -> dict[str, str]:
    """The groups by where they are served: `apis/build.openshift.io/v1`."""
    return {_root(group): group for group in kinds.groups()}


def _root(group: str) -> str:
    return f"apis/{group}/v1" if group else "api/v1"


def _index() -> JSON:
    """Where the document of each group is; the hash lets a client keep what it has."""
    return {
        "paths": {
            root: {"serverRelativeURL": f"/openapi/v3/{root}?hash={_hash(root)}"}
            for root in root_groups()
        }
    }


def _hash(root: str) -> str:
    found = told(f"v3/{root}")
    return found.tag if found else ""


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest().upper()


def _version3(group: str, root: str) -> JSON:
    members = _members(group)
    return {
        "openapi": "3.0.0",
        "info": INFO,
        "paths": {
            place.path: operations.path_item(place, "v3")
            for kind in members
            for place in operations.places(kind, root)
        },
        "components": {
            "schemas": schemas.components(members, ALSO, "v3"),
            "securitySchemes": {"BearerToken": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"BearerToken": []}],
    }


def _swagger2() -> JSON:
    return {
        "swagger": "2.0",
        "info": INFO,
        "paths": {
            place.path: operations.path_item(place, "v2")
            for kind in KINDS
            for place in operations.places(kind, f"/{_root(kind.group)}")
        },
        "definitions": schemas.components(KINDS, ALSO, "v2"),
    }


def _members(group: str) -> tuple[Kind, ...]:
    return tuple(kind for kind in KINDS if kind.group == group)
