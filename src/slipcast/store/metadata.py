"""Metadata: what of it clients say and what the server says. What is wrong with it: api.metadata.

Source: Kubernetes API conventions, metadata.
"""

from __future__ import annotations

from typing import Any, Final

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.ports.api import Resource
from slipcast.values.apifaults import BadRequest, Conflict, qualified

ORPHAN: Final = "orphan"
FOREGROUND: Final = "foregroundDeletion"

_OF_SERVER: Final = (
    *("creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "uid"),
)

_FIRST: Final[tuple[str, ...]] = ("name", "generateName", "namespace")


def begun(resource: Resource, content: JSON) -> JSON:
    """A copy of what a client sent, whose top and metadata may be changed.

    Errors: BadRequest when it is not an object of the resource's kind and namespace.
    """
    kind = resource.kind
    api_version, name = content.get("apiVersion") or kind.api_version, content.get("kind")
    if name and name != kind.name:
        raise BadRequest(f'{name} in version "{api_version}" cannot be handled as a {kind.name}')
    if kinds.of(str(api_version), kind.name) is not kind:
        raise BadRequest(
            f"the API version in the data ({api_version}) does not match the expected API version"
            f" ({kind.api_version})"
        )
    given = content.get("metadata")
    if given is not None and not isinstance(given, dict):
        raise BadRequest("metadata must be an object")
    metadata = {
        field: _entries(value) if field == "managedFields" else _without_nulls(value)
        for field, value in (given or {}).items()
        if value is not None
    }
    namespace = metadata.setdefault("namespace", resource.namespace)
    if not isinstance(namespace, str) or not isinstance(metadata.get("name", ""), str):
        raise BadRequest("metadata.name and metadata.namespace must be strings")
    if namespace not in {"", resource.namespace}:
        raise BadRequest(
            "the namespace of the provided object does not match the namespace sent on the request"
        )
    metadata["namespace"] = resource.namespace
    if not resource.namespace:
        del metadata["namespace"]
    return {**content, "apiVersion": kind.api_version, "kind": kind.name, "metadata": metadata}


def _entries(value: Any) -> Any:
    """Managed fields; what is in their entries is looked at elsewhere, and there is much of it."""
    return [each for each in value if each is not None] if isinstance(value, list) else value


def _without_nulls(value: Any) -> Any:
    """A value of metadata; what is null is not there, wherever it stands."""
    if isinstance(value, dict):
        return {field: _without_nulls(each) for field, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_without_nulls(each) for each in value if each is not None]
    return value


def created(metadata: JSON, now: str, uid: str) -> JSON:
    """Metadata of a new object: what only the server says is said by the server.

    Errors: BadRequest.
    """
    if metadata.get("resourceVersion"):
        raise BadRequest("resourceVersion should not be set on objects to be created")
    dropped = {*_OF_SERVER, "resourceVersion", "selfLink"}
    first = {field: metadata[field] for field in _FIRST if field in metadata}
    said = {field: value for field, value in metadata.items() if field not in dropped}
    return {**first, "uid": uid, "creationTimestamp": now, **said}


def kept(resource: Resource, metadata: JSON, old: JSON) -> JSON:
    """Metadata of a changed object: what only the server says is as it was.

    Errors: Conflict when the client means another object of the name.
    """
    uid = metadata.get("uid")
    if uid and uid != old["uid"]:
        raise precondition(
            resource, f"UID in precondition: {uid}, UID in object meta: {old['uid']}"
        )
    said = {
        field: value
        for field, value in metadata.items()
        if field not in _OF_SERVER and field not in {"resourceVersion", "selfLink"}
    }
    said.update({field: old[field] for field in _OF_SERVER if field in old})
    if "managedFields" not in said and "managedFields" in old:
        said["managedFields"] = old["managedFields"]
    return said


def precondition(resource: Resource, what: str) -> Conflict:
    """The conflict of a precondition that does not hold."""
    kind = resource.kind
    return Conflict(
        f"Operation cannot be fulfilled on {qualified(kind.plural, kind.group)}"
        f' "{resource.name}": Precondition failed: {what}',
        plural=kind.plural,
        group=kind.group,
        name=resource.name,
    )
