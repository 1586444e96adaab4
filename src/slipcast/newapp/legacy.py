"""Objects as clients of OpenShift 3 printed them: of version v1, with fields that say nothing.

For whoever compares, and for servers that know no groups (`--output-version=v1`).

Source: what the original printed.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any, Final

from slipcast.api import kinds
from slipcast.api.document import JSON

VERSION: Final = "v1"

_POD: Final[Mapping[str, Any]] = {
    "spec.template.metadata.creationTimestamp": None,
    "spec.template.spec.containers[].resources": {},
}
ALWAYS: Final[Mapping[str, Mapping[str, Any]]] = {
    "ImageStream": {
        "spec": {},
        "spec.tags[].generation": None,
        "spec.tags[].importPolicy": {},
        "spec.tags[].referencePolicy": {"type": ""},
        "status": {"dockerImageRepository": ""},
    },
    "BuildConfig": {
        "spec.nodeSelector": None,
        "spec.postCommit": {},
        "spec.resources": {},
        "status": {"lastVersion": 0},
    },
    "DeploymentConfig": {
        "spec.strategy": {"resources": {}},
        **_POD,
        "status": {
            "availableReplicas": 0,
            "latestVersion": 0,
            "observedGeneration": 0,
            "replicas": 0,
            "unavailableReplicas": 0,
            "updatedReplicas": 0,
        },
    },
    "Service": {"status": {"loadBalancer": {}}},
}
"""THE TABLE of fields that are always there: paths by kind, and what they say when nothing is."""


def as_v1(content: JSON) -> JSON:
    """An object of a kind that OpenShift 3 served without a group, as its clients printed it."""
    kind = kinds.of(str(content.get("apiVersion", "")), str(content.get("kind", "")))
    if kind is None or not (kind.legacy or kind.group == kinds.CORE):
        return content
    made = copy.deepcopy({**content, "apiVersion": VERSION})
    made.setdefault("metadata", {}).setdefault("creationTimestamp", None)
    for path, value in ALWAYS.get(kind.name, {}).items():
        _fill([made], path.split("."), value)
    return made


def _fill(places: Iterable[Any], path: list[str], value: Any) -> None:
    name, *rest = path
    for place in places:
        if not isinstance(place, dict):
            continue
        field = name.removesuffix("[]")
        if not rest:
            place.setdefault(field, copy.deepcopy(value))
        elif field in place:
            held = place[field]
            _fill(held if name.endswith("[]") and isinstance(held, list) else [held], rest, value)
