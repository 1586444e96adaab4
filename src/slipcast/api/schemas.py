"""The schemas of kinds, for OpenAPI documents: what `kubectl explain` and client-side checks read.

Named as the API references name them. Two dialects: OpenAPI 3, and Swagger 2 as `/openapi/v2` is.

Source: OpenAPI of Kubernetes; its x-kubernetes extensions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final, Literal

import msgspec

from slipcast.api import meta
from slipcast.api.document import JSON
from slipcast.api.fields import Place, fields_of, is_object
from slipcast.api.kinds import KINDS, SCALE, Kind
from slipcast.api.prose import prose_of
from slipcast.api.wire import KEY_DEFAULTS, MAP_TYPE, Whole

Dialect = Literal["v3", "v2"]

_REFS: Final[Mapping[Dialect, str]] = {"v3": "#/components/schemas/", "v2": "#/definitions/"}
_KUBERNETES: Final = "io.k8s.api"
_META: Final = "io.k8s.apimachinery.pkg.apis.meta.v1"
_OPENSHIFT: Final = "com.github.openshift.api"
_CORE: Final = f"{_KUBERNETES}.core.v1"
_HOMES: Final[Mapping[str, str]] = {
    "meta": _META,
    "status": _META,
    **dict.fromkeys(("core", "pod", "container", "scheduling", "volumes", "env", "limits"), _CORE),
    "apps": f"{_KUBERNETES}.apps.v1",
    "batch": f"{_KUBERNETES}.batch.v1",
    "rbac": f"{_KUBERNETES}.rbac.v1",
    "review": f"{_KUBERNETES}.authorization.v1",
    "authorization": f"{_OPENSHIFT}.authorization.v1",
    "coordination": f"{_KUBERNETES}.coordination.v1",
    "autoscaling": f"{_KUBERNETES}.autoscaling.v1",
    "extensions": f"{_KUBERNETES}.extensions.v1beta1",
    **dict.fromkeys(
        ("build", "buildcause", "buildrequest", "buildsource", "buildstrategy"),
        f"{_OPENSHIFT}.build.v1",
    ),
    "image": f"{_OPENSHIFT}.image.v1",
    "template": f"{_OPENSHIFT}.template.v1",
    "project": f"{_OPENSHIFT}.project.v1",
    "deploymentconfig": f"{_OPENSHIFT}.apps.v1",
    "route": f"{_OPENSHIFT}.route.v1",
    "user": f"{_OPENSHIFT}.user.v1",
    "webhookdelivery": "dev.slipcast.v1",
}
"""The packages of the API references, by the modules the Structs are in."""
_AUTHENTICATION: Final = f"{_KUBERNETES}.authentication.v1"
_ELSEWHERE: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            "KeySelector",
            "LocalObjectReference",
            "ObjectReference",
            "TypedLocalObjectReference",
            "TypedObjectReference",
        ),
        _CORE,
    ),
    **dict.fromkeys(
        (
            "BoundObjectReference",
            "SelfSubjectReview",
            "SelfSubjectReviewStatus",
            "TokenRequest",
            "TokenRequestSpec",
            "TokenRequestStatus",
            "TokenReview",
            "TokenReviewSpec",
            "TokenReviewStatus",
            "UserInfo",
        ),
        _AUTHENTICATION,
    ),
    **dict.fromkeys(("OAuthAccessToken", "UserOAuthAccessToken"), f"{_OPENSHIFT}.oauth.v1"),
}
"""Structs that are not where their module is."""
_NULLABLE: Final = "nullable"
_INT_OR_STRING: Final = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
_QUANTITY: Final = "io.k8s.apimachinery.pkg.api.resource.Quantity"
_UNIONS: Final[Mapping[Dialect, Mapping[str, JSON]]] = {
    "v3": {
        _INT_OR_STRING: {
            "description": "A number or a text.",
            "oneOf": [{"type": "integer"}, {"type": "string"}],
            "format": "int-or-string",
        },
        _QUANTITY: {
            "description": "An amount, such as 500m or 1Gi.",
            "oneOf": [{"type": "string"}, {"type": "number"}],
        },
    },
    "v2": {
        _INT_OR_STRING: {
            "description": "A number or a text.",
            "type": "string",
            "format": "int-or-string",
        },
        _QUANTITY: {"description": "An amount, such as 500m or 1Gi.", "type": "string"},
    },
}
"""Places that take a number or a text. Swagger 2 cannot say so."""
_HEAD: Final = {
    "apiVersion": {
        "description": "The version of the API in which the object is written.",
        "type": "string",
    },
    "kind": {"description": "The kind of the object.", "type": "string"},
}


def name_of(struct: type[msgspec.Struct]) -> str:
    """The name of a Struct's schema: `io.k8s.api.core.v1.Pod`."""
    name = struct.__name__
    home = _ELSEWHERE.get(name) or _HOMES[struct.__module__.rpartition(".")[2]]
    return f"{home}.{name}"


def list_name_of(kind: Kind) -> str:
    """The name of the schema of a kind's lists."""
    return f"{name_of(kind.type)}List"


def components(
    kinds: Iterable[Kind],
    also: Iterable[type[msgspec.Struct]] = (),
    dialect: Dialect = "v3",
) -> dict[str, JSON]:
    """The schemas of kinds and their lists, with all that they consist of, by name.

    Shape:  the schemas are shared between callers; whoever changes one copies it first.
    """
    found: dict[str, JSON] = {}
    listed = tuple(kinds)
    structs: list[type[msgspec.Struct]] = [*(kind.type for kind in listed), *also]
    for struct in structs:
        _collect(struct, dialect, found)
    _collect(meta.ListMeta, dialect, found)
    for kind in listed:
        if "list" in kind.verbs:
            found[list_name_of(kind)] = _list_schema(kind, dialect)
    return dict(sorted(found.items()))


@cache
def schema_of(struct: type[msgspec.Struct], dialect: Dialect = "v3") -> JSON:
    """The schema of a Struct; others are referred to by name."""
    prose = prose_of(struct)
    properties: JSON = dict(_HEAD) if is_object(struct) else {}
    for wire, field in fields_of(struct).items():
        properties[wire] = _described(field.place, prose.fields.get(wire, ""), dialect)
    schema: JSON = {"description": prose.summary, "type": "object"}
    if properties:
        schema["properties"] = dict(sorted(properties.items()))
    if issubclass(struct, Whole):
        schema[MAP_TYPE] = "atomic"
    kind = _kinds().get(struct)
    if kind is not None:
        schema["x-kubernetes-group-version-kind"] = [_meaning(kind, kind.name)]
    return schema


@cache
def _kinds() -> Mapping[type[msgspec.Struct], Kind]:
    found: dict[type[msgspec.Struct], Kind] = {}
    for kind in (*KINDS, SCALE):
        # A Struct that is sent for another kind's sake is still of the first.
        found.setdefault(kind.type, kind)
    return found


def _meaning(kind: Kind, name: str) -> JSON:
    return {"group": kind.group, "kind": name, "version": kind.version}


def _list_schema(kind: Kind, dialect: Dialect) -> JSON:
    items = {"type": "array", "items": _ref(kind.type, dialect), "description": "The objects."}
    return {
        "description": f"Several objects of the kind {kind.name}.",
        "type": "object",
        "required": ["items"],
        "properties": {**_HEAD, "items": items, "metadata": _ref(meta.ListMeta, dialect)},
        "x-kubernetes-group-version-kind": [_meaning(kind, f"{kind.name}List")],
    }


def _collect(struct: type[msgspec.Struct], dialect: Dialect, found: dict[str, JSON]) -> None:
    name = name_of(struct)
    if name in found:
        return
    found[name] = schema_of(struct, dialect)
    for field in fields_of(struct).values():
        for part in _parts(field.place):
            if part.struct is not None:
                _collect(part.struct, dialect, found)
            elif part.form == "plain" and len(_scalars(part.annotation)) > 1:
                union = _union_name(_scalars(part.annotation))
                found[union] = _UNIONS[dialect][union]


def _parts(place: Place) -> Iterator[Place]:
    """A place, and the places of its elements."""
    yield place
    if place.item is not None:
        yield from _parts(place.item)


def _ref(struct: type[msgspec.Struct], dialect: Dialect) -> JSON:
    return {"$ref": f"{_REFS[dialect]}{name_of(struct)}"}


def _described(place: Place, words: str, dialect: Dialect) -> JSON:
    schema = _schema(place, dialect)
    if "$ref" in schema and dialect == "v3":
        # OpenAPI 3.0 lets nothing stand beside a reference.
        schema = {"allOf": [schema], **_marks(place, dialect)}
    return {"description": words, **schema} if words else schema


def _schema(place: Place, dialect: Dialect) -> JSON:
    if place.struct is not None:
        return _ref(place.struct, dialect)
    if place.item is not None:
        items = _schema(place.item, dialect)
        if place.form == "list":
            return {"type": "array", "items": items, **_marks(place, dialect)}
        return {"type": "object", "additionalProperties": items, **_marks(place, dialect)}
    if place.form == "any":
        return {"type": "object", **_marks(place, dialect)}
    return _plain(place, dialect)


def _plain(place: Place, dialect: Dialect) -> JSON:
    kinds = _scalars(place.annotation)
    if len(kinds) > 1:
        return {"$ref": f"{_REFS[dialect]}{_union_name(kinds)}"}
    schemas: Mapping[Any, JSON] = {
        str: {"type": "string"},
        bool: {"type": "boolean"},
        int: {"type": "integer"},
        bytes: {"type": "string", "format": "byte"},
    }
    return {**schemas[kinds[0]], **_marks(place, dialect)}


def _union_name(kinds: tuple[Any, ...]) -> str:
    return _QUANTITY if float in kinds else _INT_OR_STRING


def _scalars(annotation: Any) -> tuple[Any, ...]:
    origin = getattr(annotation, "__origin__", None)
    if origin is not None and hasattr(annotation, "__metadata__"):
        return _scalars(origin)
    arguments = getattr(annotation, "__args__", None)
    return tuple(arguments) if arguments else (annotation,)


def _marks(place: Place, dialect: Dialect) -> JSON:
    # Swagger 2 cannot say that something may be null.
    left_out = {KEY_DEFAULTS, *([_NULLABLE] if dialect == "v2" else [])}
    return {name: value for name, value in place.marks.items() if name not in left_out}
