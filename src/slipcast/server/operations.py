"""Operations: every path and method that is served for objects, as OpenAPI describes them.

Pure; the two dialects of OpenAPI differ in how bodies and answers name their schemas.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import msgspec

from slipcast.api import kinds, meta, schemas, status
from slipcast.api.kinds import Kind, Subresource
from slipcast.api.schemas import Dialect
from slipcast.server import rawoperations
from slipcast.server.negotiate import PATCHES
from slipcast.server.rawoperations import RAW, Raw

JSON = dict[str, Any]
MEDIA: Final = ("application/json", "application/yaml")
METHODS: Final = {
    "get": "get",
    "list": "get",
    "create": "post",
    "update": "put",
    "patch": "patch",
    "delete": "delete",
    "deletecollection": "delete",
}
"""THE TABLE of methods, by verb; a watch is a list with a parameter."""

ACTIONS: Final = {"create": "post", "update": "put"}
"""What OpenAPI's readers call verbs, where they have another name for them."""

_TEXTS: Final = {
    "pretty": "If true, the answer has a line for each field.",
    "labelSelector": "Only objects whose labels are selected.",
    "fieldSelector": "Only objects whose fields are selected.",
    "continue": "The token of an earlier page.",
    "resourceVersion": "How new the answer must be.",
    "resourceVersionMatch": "How resourceVersion is meant.",
    "dryRun": "All: everything but keeping the result.",
    "fieldManager": "Who writes, for managed fields.",
    "fieldValidation": "Ignore, Warn or Strict: what becomes of fields that nobody knows.",
    "propagationPolicy": "Orphan, Background or Foreground: what becomes of dependents.",
}
_NUMBERS: Final = {
    "limit": "How many objects at most.",
    "timeoutSeconds": "How long a watch lasts.",
    "gracePeriodSeconds": "How long an object may take to end.",
}
_TRUTHS: Final = {
    "watch": "Tell changes instead of listing.",
    "allowWatchBookmarks": "Tell revisions between changes.",
    "sendInitialEvents": "Begin a watch with what there is.",
    "force": "Take fields from other managers.",
}
_SELECTED: Final = (
    *("labelSelector", "fieldSelector", "limit", "continue", "resourceVersion"),
    *("resourceVersionMatch", "timeoutSeconds", "sendInitialEvents"),
)
_WRITTEN: Final = ("dryRun", "fieldManager", "fieldValidation")
PARAMETERS: Final = {
    "get": ("resourceVersion",),
    "list": (*_SELECTED, "watch", "allowWatchBookmarks"),
    "create": _WRITTEN,
    "update": _WRITTEN,
    "patch": (*_WRITTEN, "force"),
    "delete": ("dryRun", "gracePeriodSeconds", "propagationPolicy"),
    "deletecollection": (*_SELECTED, "dryRun", "gracePeriodSeconds", "propagationPolicy"),
}
"""THE TABLE of query parameters, by verb."""


class Place(msgspec.Struct, frozen=True):
    """Where operations are: a path, the kind there, and the verbs, by their methods.

    Shape:  whole says that the path is of all namespaces.
    """

    path: str
    kind: Kind
    verbs: tuple[str, ...]
    subresource: Subresource | None = None
    whole: bool = False


def places(kind: Kind, root: str) -> Iterator[Place]:
    """The paths of a kind below a root such as `/apis/build.openshift.io/v1`."""
    inside = f"{root}/namespaces/{{namespace}}" if kind.namespaced else root
    many = tuple(verb for verb in ("list", "create", "deletecollection") if verb in kind.verbs)
    one = tuple(verb for verb in ("get", "update", "patch", "delete") if verb in kind.verbs)
    if many:
        yield Place(f"{inside}/{kind.plural}", kind, many)
    if kind.namespaced and "list" in kind.verbs:
        yield Place(f"{root}/{kind.plural}", kind, ("list",), whole=True)
    if one:
        yield Place(f"{inside}/{kind.plural}/{{name}}", kind, one)
    for below in kind.subresources:
        path = f"{inside}/{kind.plural}/{{name}}/{below.name}{below.rest}"
        yield Place(path, kind, below.verbs, below)


def path_item(place: Place, dialect: Dialect) -> JSON:
    """What OpenAPI says of a path."""
    item: JSON = {"parameters": [_in_path(name, dialect) for name in _variables(place.path)]}
    for verb in place.verbs:
        item[METHODS[verb]] = _operation(place, verb, dialect)
    return item


def _operation(place: Place, verb: str, dialect: Dialect) -> JSON:
    kind = _kind_of(place)
    action = "connect" if place.subresource and verb == "create" else ACTIONS.get(verb, verb)
    found: JSON = {
        "operationId": _identifier(place, verb),
        "tags": [f"{place.kind.group or 'core'}_{place.kind.version}"],
        "x-kubernetes-action": action,
        "x-kubernetes-group-version-kind": {
            "group": kind.group,
            "kind": kind.name,
            "version": kind.version,
        },
    }
    refused = {"description": "Refused; a Status says why.", **_status(dialect)}
    raw = _raw(place)
    if raw is not None:
        asked = list(rawoperations.parameters(raw, dialect))
        sent, said = rawoperations.body_and_answer(raw, dialect)
        meant = verb if raw.creates else "get"
        codes = {str(code): {"description": text, **said} for code, text in _codes(meant)}
        return found | sent | {"parameters": asked, "responses": codes | {"default": refused}}
    parameters = [_parameter(name, dialect) for name in ("pretty", *PARAMETERS[verb])]
    answered = tuple(_answers(kind, verb))
    body = _body(kind, verb)
    if dialect == "v2":
        if body is not None:
            schema = {"$ref": f"#/definitions/{body}"} if body else {"type": "object"}
            parameters.append({"name": "body", "in": "body", "schema": schema})
        found |= {"consumes": list(_taken(verb)), "produces": list(MEDIA)}
        # This version has no words for one of several.
        said = {"schema": {"$ref": f"#/definitions/{answered[0]}"}}
    else:
        if body is not None:
            schema = {"$ref": f"#/components/schemas/{body}"} if body else {"type": "object"}
            content = {media: {"schema": schema} for media in _taken(verb)}
            found["requestBody"] = {"content": content, "required": verb in {"create", "update"}}
        told = [{"$ref": f"#/components/schemas/{name}"} for name in answered]
        one: JSON = told[0] if len(told) == 1 else {"anyOf": told}
        said = {"content": {media: {"schema": one} for media in MEDIA}}
    responses = {str(code): {"description": text, **said} for code, text in _codes(verb)}
    return found | {"parameters": parameters, "responses": responses | {"default": refused}}


def _raw(place: Place) -> Raw | None:
    """What is said of an operation whose bodies are bytes; None for all others."""
    below = place.subresource
    return None if below is None else RAW.get((place.kind.plural, below.name))


def _answers(kind: Kind, verb: str) -> Iterator[str]:
    """The schemas of answers: a deletion tells what is left, or that nothing is."""
    if verb in {"delete", "deletecollection"}:
        yield schemas.name_of(status.Status)
    whole = verb in {"list", "deletecollection"}
    yield schemas.list_name_of(kind) if whole else schemas.name_of(kind.type)


def _status(dialect: Dialect) -> JSON:
    name = schemas.name_of(status.Status)
    if dialect == "v2":
        return {"schema": {"$ref": f"#/definitions/{name}"}}
    schema = {"$ref": f"#/components/schemas/{name}"}
    return {"content": {"application/json": {"schema": schema}}}


def _codes(verb: str) -> Iterator[tuple[int, str]]:
    if verb != "create":
        yield 200, "OK"
    if verb in {"create", "update", "patch"}:
        yield 201, "Created"
    if verb == "delete":
        yield 202, "Accepted"


def _body(kind: Kind, verb: str) -> str | None:
    """The schema of the body: of the kind, of the options, empty for a patch, None for none."""
    if verb in {"create", "update"}:
        return schemas.name_of(kind.type)
    if verb in {"delete", "deletecollection"}:
        return schemas.name_of(meta.DeleteOptions)
    return "" if verb == "patch" else None


def _taken(verb: str) -> tuple[str, ...]:
    return tuple(PATCHES) if verb == "patch" else MEDIA


@cache
def _kind_of(place: Place) -> Kind:
    """The kind that travels there."""
    below = place.subresource
    if below is None or not below.kind:
        return place.kind
    return kinds.of(_version(below), below.kind) or _foreign(below)


def _version(below: Subresource) -> str:
    version = below.version or "v1"
    return f"{below.group}/{version}" if below.group else version


def _foreign(below: Subresource) -> Kind:
    """A kind that has no resource of its own and travels at a subresource only."""
    module = {"TokenRequest": "review"}.get(below.kind, "buildrequest")
    return Kind(
        group=below.group,
        version=below.version or "v1",
        name=below.kind,
        plural=below.name,
        struct=f"{module}:{below.kind}",
        stored=False,
    )


def _identifier(place: Place, verb: str) -> str:
    words = [verb, place.kind.version, place.kind.group or "core"]
    if place.kind.namespaced:
        words.append("allNamespaces" if place.whole else "namespaced")
    words += [place.kind.name, place.subresource.name if place.subresource else ""]
    first, *rest = [part for word in words for part in word.replace(".", " ").split()]
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


def _variables(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]


def _in_path(name: str, dialect: Dialect) -> JSON:
    found: JSON = {"name": name, "in": "path", "required": True, "description": f"The {name}."}
    return found | ({"type": "string"} if dialect == "v2" else {"schema": {"type": "string"}})


def _parameter(name: str, dialect: Dialect) -> JSON:
    if name in _NUMBERS:
        text, kind = _NUMBERS[name], "integer"
    elif name in _TRUTHS:
        text, kind = _TRUTHS[name], "boolean"
    else:
        text, kind = _TEXTS[name], "string"
    found: JSON = {"name": name, "in": "query", "description": text}
    return found | ({"type": kind} if dialect == "v2" else {"schema": {"type": kind}})
