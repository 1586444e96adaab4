"""Calls: what a method and a path mean, before anybody looks at the body.

Pure. The paths are those of Kubernetes (`/api/v1`, `/apis/GROUP/VERSION`) and the legacy ones of
OpenShift 3 (`/oapi/v1`); `watch/` before a resource is the old way to ask for a watch.

Source: Kubernetes API concepts, resource URIs; build-api.md BA-2 to BA-5.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

import msgspec

from slipcast.api import kinds
from slipcast.api.kinds import Kind, Subresource
from slipcast.ports.api import Resource
from slipcast.values.apifaults import BadRequest, MethodNotAllowed, NotServed

NOT_ALLOWED = "the server does not allow this method on the requested resource"

OBJECT_VERBS = {"GET": "get", "HEAD": "get", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
"""THE TABLE of methods on an object."""

COLLECTION_VERBS = {"GET": "list", "HEAD": "list", "POST": "create", "DELETE": "deletecollection"}
"""THE TABLE of methods on a collection."""

WEBHOOKS = "webhooks"
"""What lies below a BuildConfig for forges to call: whatever method they use, and with a secret."""

KEPT_BELOW = frozenset({"status", "finalize", "details", "scale"})
"""Subresources that are part of the object: they are read and written, they do nothing."""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A verb and what it is about.

    Shape:  verb is a word of the API (`create`, `watch`, ...), or for subresources that do
            something `act`, `open` (bytes are answered), `send` (bytes are sent) and `deliver` (a
            webhook); rest is the path below the subresource, which of a webhook is its secret.
    """

    verb: str
    resource: Resource
    rest: str = ""


def parse(method: str, path: bytes, parameters: Mapping[str, str]) -> Call:
    """The call that a request makes.

    Shape:  path as sent, still escaped, without the query.
    Errors: NotServed, MethodNotAllowed, BadRequest.
    """
    segments = split(path)
    match segments:
        case ["api", "v1", *rest]:
            return _call(method, rest, ("", "v1"), parameters)
        case ["apis", group, version, *rest]:
            return _call(method, rest, (group, version), parameters)
        case ["oapi", "v1", *rest]:
            return _call(method, rest, None, parameters)
        case _:
            raise NotServed


def split(path: bytes) -> list[str]:
    """The segments of a path, unescaped one by one.

    Errors: BadRequest when a segment could lead elsewhere.
    """
    segments = []
    for raw in path.strip(b"/").split(b"/"):
        try:
            segment = unquote_to_bytes(raw).decode() if b"%" in raw else raw.decode("ascii")
        except UnicodeDecodeError as wrong:
            raise BadRequest("the path is not UTF-8") from wrong
        if segment in {"", ".", ".."} or "/" in segment or "\0" in segment:
            # What is below a webhook is a secret, also where it is misspelled.
            shown = "" if b"/webhooks/" in path else f": {segment!r}"
            raise BadRequest(f"the path has a segment that names nothing{shown}")
        segments.append(segment)
    return segments


def _call(
    method: str, rest: list[str], version: tuple[str, str] | None, parameters: Mapping[str, str]
) -> Call:
    watching = rest[:1] == ["watch"]
    if watching:
        rest = rest[1:]
    namespace, rest = _namespace(rest, version)
    if not rest:
        raise NotServed
    kind = _kind(rest[0], version)
    if bool(namespace) > kind.namespaced:
        raise NotServed
    name, subresource = "".join(rest[1:2]), "".join(rest[2:3])
    resource = Resource(kind, namespace, name, subresource, legacy=version is None)
    if subresource:
        return _below(method, resource, "/".join(rest[3:]))
    if name and kind.namespaced and not namespace:
        raise NotServed
    verb = (OBJECT_VERBS if name else COLLECTION_VERBS).get(method, "")
    # The head of a watch is that of a list: nobody waits for it.
    if method != "HEAD" and (
        watching or (verb in {"get", "list"} and is_true(parameters.get("watch", "")))
    ):
        verb = "watch" if method == "GET" else ""
    _check(verb, kind, whole=not namespace and kind.namespaced)
    return Call(verb=verb, resource=resource)


def _namespace(rest: list[str], version: tuple[str, str] | None) -> tuple[str, list[str]]:
    """The namespace before a resource, if there is one: a Namespace is a resource itself, too."""
    if rest[:1] != ["namespaces"] or len(rest) < 3:  # noqa: PLR2004 -- namespaces, name, resource
        return "", rest
    if version == ("", "v1") and kinds.require("", "Namespace").subresource(rest[2]):
        return "", rest
    return rest[1], rest[2:]


def _kind(plural: str, version: tuple[str, str] | None) -> Kind:
    if version is None:
        found = kinds.legacy(plural)
    else:
        found = kinds.by_plural(version[0], plural)
        if found is not None and found.version != version[1]:
            found = None
    if found is None:
        raise NotServed
    return found


def _check(verb: str, kind: Kind, *, whole: bool) -> None:
    """The verb must exist; over all namespaces, only what reads does."""
    if verb not in kind.verbs or (whole and verb not in {"list", "watch"}):
        raise MethodNotAllowed(NOT_ALLOWED)


def _below(method: str, resource: Resource, rest: str) -> Call:
    if resource.subresource == WEBHOOKS and resource.kind.name == "BuildConfig":
        if not resource.namespace:
            raise NotServed
        return Call(verb="deliver", resource=resource, rest=rest)
    subresource = resource.kind.subresource(resource.subresource)
    if subresource is None or (resource.kind.namespaced and not resource.namespace):
        raise NotServed
    if resource.subresource in KEPT_BELOW:
        verb = OBJECT_VERBS.get(method, "")
        if rest:
            raise NotServed
    else:
        verb = {"GET": "get", "HEAD": "get", "POST": "create", "PUT": "update"}.get(method, "")
    if verb not in subresource.verbs:
        raise MethodNotAllowed(NOT_ALLOWED)
    if resource.subresource not in KEPT_BELOW:
        verb = _done(verb, subresource)
    return Call(verb=verb, resource=resource, rest=rest)


def _done(verb: str, below: Subresource) -> str:
    """What is done at a subresource that is not kept: bytes travel, or objects do."""
    if below.is_raw:
        return "open" if verb == "get" else "send"
    return "get" if verb == "get" else "act"


def is_true(text: str) -> bool:
    """Whether a query parameter says yes, as the API reads truths."""
    return text.lower() in {"1", "t", "true"}
