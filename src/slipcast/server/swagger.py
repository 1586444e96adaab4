"""Swagger 1.2 documents, which clients of the 3.5 era read to explain and to check.

Source: Swagger 1.2 specification; what Kubernetes 1.5 served at /swaggerapi.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import msgspec

from slipcast.api import schemas
from slipcast.api.kinds import KINDS, Kind
from slipcast.server import openapi, operations

JSON = dict[str, Any]
VERSION: Final = "1.2"
_REF: Final = "#/definitions/"


@cache
def document(which: str) -> bytes | None:
    """The document at /swaggerapi/WHICH; the list of all when it is empty, None for none."""
    if not which:
        return msgspec.json.encode(_index())
    members = _roots().get(which)
    return None if members is None else msgspec.json.encode(_declaration(which, members))


def _roots() -> dict[str, tuple[Kind, ...]]:
    roots = {
        root: tuple(kind for kind in KINDS if kind.group == group)
        for root, group in openapi.root_groups().items()
    }
    return roots | {"oapi/v1": tuple(kind for kind in KINDS if kind.legacy)}


def _index() -> JSON:
    apis = [{"path": f"/{root}", "description": f"API at /{root}"} for root in _roots()]
    return {"swaggerVersion": VERSION, "apis": apis, "apiVersion": "", "info": _info()}


def _info() -> JSON:
    return {"title": "slipcast", "description": openapi.INFO["description"]}


def _declaration(root: str, members: tuple[Kind, ...]) -> JSON:
    places = [place for kind in members for place in operations.places(kind, f"/{root}")]
    return {
        "swaggerVersion": VERSION,
        "apiVersion": members[0].api_version if root.startswith("apis/") else "v1",
        "basePath": "",
        "resourcePath": f"/{root}",
        "info": _info(),
        "apis": [{"path": place.path, "operations": _operations(place)} for place in places],
        "models": _models(members),
    }


def _operations(place: operations.Place) -> list[JSON]:
    found = []
    for verb in place.verbs:
        name = model_of(schemas.name_of(place.kind.type))
        found.append(
            {
                "type": f"{name}List" if verb == "list" else name,
                "method": operations.METHODS[verb].upper(),
                "nickname": f"{verb}{place.kind.name}",
                "produces": ["application/json"],
                "consumes": ["*/*"],
            }
        )
    return found


def _models(members: tuple[Kind, ...]) -> JSON:
    known = schemas.components(members, openapi.ALSO, "v2")
    return {model_of(name): _model(name, schema) for name, schema in known.items()}


def _model(name: str, schema: JSON) -> JSON:
    properties = {
        field: _translated(found) for field, found in (schema.get("properties") or {}).items()
    }
    model: JSON = {"id": model_of(name), "description": schema.get("description", "")}
    if schema.get("required"):
        model["required"] = schema["required"]
    return model | {"properties": properties}


def _translated(schema: Any) -> Any:
    """A schema of Swagger 2 in the words of Swagger 1.2: references are types of their own."""
    if isinstance(schema, list):
        return [_translated(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {
        field: _translated(value)
        for field, value in schema.items()
        if not field.startswith("x-") and field not in {"allOf", "default", "additionalProperties"}
    }
    reference = found.pop("$ref", "") or _only(schema)
    if reference:
        found["$ref"] = model_of(reference.removeprefix(_REF))
    return found


def _only(schema: JSON) -> str:
    """The reference that an `allOf` of one stands for."""
    joined: list[JSON] = schema.get("allOf") or []
    return str(joined[0].get("$ref", "")) if len(joined) == 1 else ""


def model_of(name: str) -> str:
    """The name of a schema as Swagger 1.2 has it: `v1.BuildConfig`."""
    return f"v1.{name.rpartition('.')[2]}"
