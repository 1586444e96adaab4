"""Calls as requests, and answers as documents or faults. No sockets.

Source: Kubernetes API concepts: resource URIs, response status kind.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

import msgspec

from slipcast.api import kinds
from slipcast.api.document import JSON, Document
from slipcast.api.kinds import Kind
from slipcast.ports.api import (
    Answer,
    DeleteOptions,
    Listing,
    ListOptions,
    Patch,
    Resource,
    WatchEvent,
    WatchOptions,
    WriteOptions,
)
from slipcast.values import apifaults
from slipcast.values.apifaults import ApiFault
from slipcast.values.causes import Cause

PATCH_TYPES: Final = {
    "json": "application/json-patch+json",
    "merge": "application/merge-patch+json",
    "strategic": "application/strategic-merge-patch+json",
    "apply": "application/apply-patch+yaml",
}
"""THE TABLE of patches, by what they are called in `Patch.type`."""

FAULTS: Final[tuple[type[ApiFault], ...]] = (
    apifaults.BadRequest,
    apifaults.Unauthorized,
    apifaults.Forbidden,
    apifaults.NotFound,
    apifaults.MethodNotAllowed,
    apifaults.NotAcceptable,
    apifaults.AlreadyExists,
    apifaults.Conflict,
    apifaults.Expired,
    apifaults.TooLarge,
    apifaults.UnsupportedMediaType,
    apifaults.Invalid,
    apifaults.TooManyRequests,
    apifaults.InternalError,
    apifaults.Unavailable,
    apifaults.Timeout,
)
_LONGEST_TEXT = 500


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be sent."""

    method: str
    path: str
    query: Mapping[str, str] = {}
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = {}

    @property
    def target(self) -> str:
        """Path and query in one."""
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path


def path_of(resource: Resource) -> str:
    """Where a resource is.

    Errors: NotFound for a name that no object can have.
    """
    kind = resource.kind
    if resource.name in {".", ".."} or "/" in resource.name or "\0" in resource.name:
        raise apifaults.NotFound(kind.plural, kind.group, resource.name)
    if resource.legacy:
        root = f"/oapi/{kind.version}"
    elif kind.group:
        root = f"/apis/{kind.group}/{kind.version}"
    else:
        root = f"/api/{kind.version}"
    inside = ("namespaces", resource.namespace) if kind.namespaced and resource.namespace else ()
    below = (*resource.subresource.split("/"),) if resource.subresource else ()
    named = (resource.name,) if resource.name else ()
    return "/".join(
        (root, *(quote(each, safe="") for each in (*inside, kind.plural, *named, *below)))
    )


def getting(resource: Resource, resource_version: str) -> Request:
    """One object, please."""
    query = _said(resourceVersion=resource_version)
    return Request(method="GET", path=path_of(resource), query=query)


def listing(resource: Resource, options: ListOptions) -> Request:
    """A list, please."""
    return Request(method="GET", path=path_of(resource), query=_selected(options))


def watching(resource: Resource, options: WatchOptions) -> Request:
    """Changes, please."""
    query = _said(
        watch="true",
        labelSelector=options.labels,
        fieldSelector=options.fields,
        resourceVersion=options.resource_version,
        resourceVersionMatch=options.match,
        allowWatchBookmarks="true" if options.bookmarks else "",
        sendInitialEvents="true" if options.initial_events else "",
        timeoutSeconds=str(math.ceil(options.timeout)) if options.timeout else "",
    )
    return Request(method="GET", path=path_of(resource), query=query)


def writing(
    method: str, resource: Resource, content: JSON, options: WriteOptions, query: Mapping[str, str]
) -> Request:
    """An object to be kept, or to be acted on."""
    body = msgspec.json.encode(stamped(resource, content))
    asked = {**query, **_written(options)}
    return Request(method=method, path=path_of(resource), query=asked, body=body)


def patching(resource: Resource, patch: Patch, options: WriteOptions) -> Request:
    """A change."""
    query = _written(options)
    if patch.type == "apply" and options.force:
        query["force"] = "true"
    return Request(
        method="PATCH",
        path=path_of(resource),
        query=query,
        body=msgspec.json.encode(patch.body),
        content_type=PATCH_TYPES[patch.type],
    )


def deleting(resource: Resource, options: DeleteOptions, which: ListOptions | None) -> Request:
    """A removal, of one object or of those selected."""
    said: JSON = {"kind": "DeleteOptions", "apiVersion": "v1"}
    if options.propagation:
        said["propagationPolicy"] = options.propagation
    if options.grace is not None:
        said["gracePeriodSeconds"] = options.grace
    if options.dry_run:
        said["dryRun"] = ["All"]
    preconditions = _said(uid=options.uid, resourceVersion=options.resource_version)
    if preconditions:
        said["preconditions"] = preconditions
    return Request(
        method="DELETE",
        path=path_of(resource),
        query=_selected(which) if which else {},
        body=msgspec.json.encode(said),
    )


def opening(resource: Resource, parameters: Mapping[str, str], *, is_sent: bool) -> Request:
    """A stream of bytes, please, or one that is sent."""
    return Request(
        method="POST" if is_sent else "GET",
        path=path_of(resource),
        query=parameters,
        headers={"content-type": "application/octet-stream"} if is_sent else {},
    )


def stamped(resource: Resource, content: JSON) -> JSON:
    """An object with apiVersion and kind, where it does not say them itself."""
    if resource.subresource:
        return content
    version = "v1" if resource.legacy else resource.kind.api_version
    return {"apiVersion": version, "kind": resource.kind.name, **content}


def document_of(kind: Kind, content: JSON) -> Document:
    """The document that an answer holds."""
    metadata = content.get("metadata")
    known: JSON = metadata if isinstance(metadata, dict) else {}
    version = str(known.get("resourceVersion") or "0")
    revision = int(version) if version.isdigit() else 0
    return Document.of(kind, {**content, "metadata": known}, revision)


def found(resource: Resource, body: bytes) -> Document:
    """The object that was asked for, or what lies below it."""
    content = read(body)
    return document_of(_kind_of(resource, content), content)


def answer_of(resource: Resource, status: int, body: bytes, warnings: tuple[str, ...]) -> Answer:
    """The answer to a write or a deletion."""
    content = read(body)
    created = status == 201  # noqa: PLR2004 -- Created
    if content.get("kind") == "Status" and content.get("status") == "Success":
        if created:
            return Answer(document_of(kinds.OUTCOME, content), warnings, created=True)
        details = content.get("details") or {}
        metadata = {
            "name": details.get("name") or resource.name,
            "namespace": resource.namespace,
            "uid": details.get("uid") or "",
        }
        return Answer(document_of(resource.kind, {"metadata": metadata}), warnings, gone=True)
    return Answer(document_of(_kind_of(resource, content), content), warnings, created=created)


def _kind_of(resource: Resource, content: JSON) -> Kind:
    """The kind of an answer: what lies below may be another, as may the answer to a question."""
    said = kinds.of(str(content.get("apiVersion")), str(content.get("kind")))
    if resource.subresource or said in kinds.ANSWERS:
        return said or resource.kind
    return resource.kind


def listing_of(kind: Kind, body: bytes) -> Listing:
    """The objects of a list."""
    content = read(body)
    metadata = content.get("metadata") or {}
    items = content.get("items") or ()
    return Listing(
        tuple(document_of(kind, item) for item in items),
        int(metadata.get("resourceVersion") or 0),
        metadata.get("continue") or "",
        metadata.get("remainingItemCount"),
    )


def event_of(kind: Kind, line: bytes) -> WatchEvent:
    """A frame of a watch.

    Errors: the fault that an ERROR frame tells.
    """
    frame = read(line)
    content = frame.get("object") or {}
    if frame.get("type") == "ERROR":
        raise fault_of(int(content.get("code") or 500), msgspec.json.encode(content))
    annotations = (content.get("metadata") or {}).get("annotations") or {}
    ended = annotations.get("k8s.io/initial-events-end") == "true"
    return WatchEvent(frame["type"], document_of(kind, content), initial_end=ended)


def fault_of(code: int, body: bytes) -> ApiFault:
    """The fault that an answer tells: a Status, or whatever stands in between says."""
    try:
        status = read(body)
    except ApiFault:
        status = {}
    details = status.get("details") or {}
    reason = str(status.get("reason") or "")
    found = next((each for each in FAULTS if each.default_reason == reason), None)
    found = found or next((each for each in FAULTS if each.code == code), apifaults.InternalError)
    text = body.decode("utf-8", "replace").strip()[:_LONGEST_TEXT]
    return found.told(
        str(status.get("message") or text or f"the server answered {code}"),
        plural=str(details.get("kind") or ""),
        group=str(details.get("group") or ""),
        name=str(details.get("name") or ""),
        causes=tuple(_cause(each) for each in details.get("causes") or ()),
        retry_after=int(details.get("retryAfterSeconds") or 0),
    )


def warnings_of(headers: list[str]) -> tuple[str, ...]:
    """The warnings in an answer's headers."""
    found = []
    for header in headers:
        _, quote_mark, rest = header.partition('"')
        if quote_mark:
            found.append(json.loads(f'"{rest.rpartition(chr(34))[0]}"', strict=False))
    return tuple(found)


def read(body: bytes) -> JSON:
    """An answer as an object.

    Errors: InternalError when it is none.
    """
    try:
        content = msgspec.json.decode(body)
    except msgspec.DecodeError as wrong:
        raise apifaults.InternalError("the server's answer is not JSON") from wrong
    if not isinstance(content, dict):
        raise apifaults.InternalError("the server's answer is no object")
    return content


def _cause(said: Mapping[str, Any]) -> Cause:
    return Cause(
        field=str(said.get("field") or ""),
        reason=str(said.get("reason") or ""),
        message=str(said.get("message") or ""),
    )


def _selected(options: ListOptions) -> dict[str, str]:
    return _said(
        labelSelector=options.labels,
        fieldSelector=options.fields,
        limit=str(options.limit) if options.limit else "",
        **{"continue": options.from_token},
        resourceVersion=options.resource_version,
        resourceVersionMatch=options.match,
    )


def _written(options: WriteOptions) -> dict[str, str]:
    return _said(
        dryRun="All" if options.dry_run else "",
        fieldManager=options.manager,
        fieldValidation=options.validation,
    )


def _said(**values: str) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}
