"""Requests for builds as clients send them, and what they are refused for before anything is made.

Source: build-api.md BA-645; build-lifecycle.md BL-140 to BL-142.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from slipcast.api import kinds
from slipcast.api.build import BuildRequest
from slipcast.api.document import JSON
from slipcast.api.kinds import BUILD, Kind
from slipcast.builds.validate.request import build_request
from slipcast.ports.api import Resource
from slipcast.store.rows import Rows
from slipcast.store.typed import seen
from slipcast.values.apifaults import BadRequest, Invalid, NotFound, refused

REQUEST: Final = Kind(
    group=BUILD,
    name="BuildRequest",
    plural="buildrequests",
    struct="buildrequest:BuildRequest",
    verbs=kinds.CREATE,
    stored=False,
)
"""What travels; it is no kind of its own, so it has no row in THE TABLE."""

_VERSIONS: Final = frozenset({"v1", REQUEST.api_version})


async def request_for(rows: Rows, resource: Resource, content: JSON) -> BuildRequest:
    """The request in a body, when what it names is there.

    Errors: BadRequest; Invalid; Forbidden that tells what is not found, as the original does
            (BL-142), or that the request names another object than the URL.
    """
    request = _read(resource, content)
    name = request.metadata.name
    kind = resource.kind
    if not name:
        raise refused(kind.plural, kind.group, "Unknown", "resource name may not be empty")
    if await rows.get(kind, resource.namespace, name) is None:
        raise refused(
            kind.plural, kind.group, name, NotFound(kind.plural, kind.group, name).message
        )
    if name != resource.name:
        why = f"the request is for {name}, but was sent to {resource.name}"
        raise refused(kind.plural, kind.group, name, why)
    if wrong := build_request(request):
        raise Invalid(REQUEST.name, REQUEST.group, name, wrong)
    return request


def _read(resource: Resource, content: JSON) -> BuildRequest:
    name, version = content.get("kind") or REQUEST.name, content.get("apiVersion") or "v1"
    if name != REQUEST.name or version not in _VERSIONS:
        raise BadRequest(f'{name} in version "{version}" cannot be handled as a {REQUEST.name}')
    request: BuildRequest = seen(REQUEST, {**content, "metadata": _metadata(content)})
    namespace = request.metadata.namespace
    if namespace not in {"", resource.namespace}:
        raise BadRequest(
            "the namespace of the provided object does not match the namespace sent on the request"
        )
    metadata = msgspec.structs.replace(request.metadata, namespace=resource.namespace)
    return msgspec.structs.replace(request, metadata=metadata)


def _metadata(content: JSON) -> Any:
    return content.get("metadata") or {}
