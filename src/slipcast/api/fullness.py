"""Fullness: which known fields are written although they say nothing, and which are not.

What a client wrote is kept, but clients of the build and image kinds also compare objects, and know
them with certain fields always there (`output: {}`, `nodeSelector: null`) and all other empty ones
left out. Fields that the type does not know are never touched.

Source: the answers of the original API; build-api.md BA-38.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import msgspec

from slipcast.api.document import JSON
from slipcast.api.fields import Field, fields_of
from slipcast.api.kinds import BUILD, IMAGE, TEMPLATE, Kind

_COMMON: Final[Mapping[str, Any]] = {
    "spec": {},
    "spec.source": {},
    "spec.source.images[].paths": None,
    "spec.source.images[].from": {},
    "spec.source.secrets[].secret": {},
    "spec.source.configMaps[].configMap": {},
    "spec.strategy": {},
    "spec.strategy.customStrategy.secrets[].secretSource": {},
    "spec.strategy.customStrategy.secrets[].mountPath": "",
    "spec.revision.git.author": {},
    "spec.revision.git.committer": {},
    "spec.output": {},
    "spec.resources": {},
    "spec.postCommit": {},
    "spec.nodeSelector": None,
    "status": {},
}

_OF_IMAGE: Final[Mapping[str, Any]] = {
    "metadata": {},
    "metadata.creationTimestamp": None,
    "dockerImageMetadata": {
        "kind": "DockerImage",
        "apiVersion": "1.0",
        "Id": "",
        "Created": None,
        "ContainerConfig": {},
    },
    "dockerImageMetadataVersion": "1.0",
    "dockerImageLayers": None,
}

ALWAYS: Final[Mapping[tuple[str, str], Mapping[str, Any]]] = {
    (BUILD, "BuildConfig"): {**_COMMON, "spec.triggers": [], "status.lastVersion": 0},
    (BUILD, "Build"): {
        **_COMMON,
        "spec.triggeredBy": None,
        "spec.triggeredBy[].genericWebHook.revision.git.author": {},
        "spec.triggeredBy[].genericWebHook.revision.git.committer": {},
        "spec.triggeredBy[].githubWebHook.revision.git.author": {},
        "spec.triggeredBy[].githubWebHook.revision.git.committer": {},
        "status.phase": "",
        "status.output": {},
    },
    (IMAGE, "ImageStream"): {
        "spec": {},
        "spec.tags[].name": "",
        "spec.tags[].annotations": None,
        "spec.tags[].generation": None,
        "spec.tags[].importPolicy": {},
        "status": {},
        "status.dockerImageRepository": "",
        "status.tags[].items": None,
        "status.tags[].items[].image": "",
    },
    (IMAGE, "Image"): {"dockerImageLayers": []},
    (IMAGE, "ImageStreamImport"): {
        "spec": {},
        "spec.import": False,
        "spec.repository.importPolicy": {},
        "spec.images[].importPolicy": {},
        "status": {},
    },
    (IMAGE, "ImageStreamTag"): {
        "tag": None,
        "tag.name": "",
        "tag.annotations": None,
        "tag.generation": None,
        "tag.importPolicy": {},
        "generation": 0,
        "image": {},
        **{f"image.{path}": value for path, value in _OF_IMAGE.items()},
    },
    (IMAGE, "ImageStreamImage"): {f"image.{path}": value for path, value in _OF_IMAGE.items()},
    (TEMPLATE, "Template"): {"objects": None},
}
"""THE TABLE of fields that are always there, by kind: paths and what they say when nothing is."""

_PLAIN: Final = frozenset({str, int, bool, float})


def settled(content: Mapping[str, Any], view: msgspec.Struct, kind: Kind) -> JSON:
    """The content with the empty fields that its kind always has, and with no others.

    Shape:  view is the content as its Struct shows it; kinds without a row are kept as they are.
            The input is not changed.
    """
    if (kind.group, kind.name) not in ALWAYS:
        return dict(content)
    full = _without_empty(content, view)
    _fill(full, _tree(kind.group, kind.name))
    return full


class _Always(msgspec.Struct, frozen=True):
    """A row of the table, and the rows below it; a value that is UNSET adds nothing by itself."""

    value: Any
    below: dict[str, _Always]


@cache
def _tree(group: str, kind: str) -> dict[str, _Always]:
    """The table's rows of a kind, those below one another together."""
    return _branches({path.replace("[]", ""): value for path, value in ALWAYS[group, kind].items()})


def _branches(rows: Mapping[str, Any]) -> dict[str, _Always]:
    below: dict[str, dict[str, Any]] = {}
    for path, value in rows.items():
        name, _, rest = path.partition(".")
        below.setdefault(name, {})[rest] = value
    return {
        name: _Always(rest.pop("", msgspec.UNSET), _branches(rest)) for name, rest in below.items()
    }


def _fill(place: JSON, always: Mapping[str, _Always]) -> None:
    for name, row in always.items():
        if name not in place and row.value is not msgspec.UNSET:
            place[name] = copy.copy(row.value)
        if row.below:
            held = place.get(name)
            for each in held if isinstance(held, list | tuple) else (held,):
                if isinstance(each, dict):
                    _fill(each, row.below)


def _without_empty(content: Mapping[str, Any], view: msgspec.Struct) -> JSON:
    """The content without known fields that hold what their absence means."""
    known = fields_of(type(view))
    kept: JSON = {}
    for wire, raw in content.items():
        field = known.get(wire)
        if field is None or wire == "metadata":
            kept[wire] = raw
            continue
        seen = getattr(view, field.name)
        if type(seen) in _PLAIN:
            # Most fields are plain: they are spared the calls.
            if seen != field.default:
                kept[wire] = seen
            continue
        value = _value(raw, seen)
        if not _is_empty(value, seen, field):
            kept[wire] = value
    return kept


def _value(raw: Any, seen: object) -> Any:
    """What is kept of a field, given what its Struct makes of it."""
    if type(seen) in _PLAIN:
        return seen
    if isinstance(seen, msgspec.Struct):
        return _without_empty(raw if isinstance(raw, dict) else {}, seen)
    if isinstance(seen, tuple) and isinstance(raw, list | tuple):
        return [_value(part, each) for part, each in zip(raw, seen, strict=True)]
    # Elsewhere the two differ where a number was written as a text, or the other way round.
    return raw if isinstance(seen, dict) or seen is None else msgspec.to_builtins(seen)


def _is_empty(value: Any, seen: object, field: Field) -> bool:
    if isinstance(seen, msgspec.Struct):
        return not value and not field.place.optional
    if field.place.optional and isinstance(seen, Mapping):
        return False
    return bool(seen == field.default)
