"""The patch that brings a live object to what its author now wants.

Three documents tell what to do: what the author asked for last, what is asked for now, and what
is there. What was asked for and no longer is goes; what is asked for and is otherwise there
changes; what others added stays.

Source: kubectl apply. Where only an order would be told that is so already, nothing is told.
"""

from __future__ import annotations

from typing import Any

from slipcast.values.patches.equal import JSON, same
from slipcast.values.patches.strategic import (
    DELETE_FROM,
    DIRECTIVE,
    ORDER,
    RETAIN,
    places,
)
from slipcast.values.shape import UNKNOWN, Shape


def three_way_patch(original: JSON, modified: JSON, current: JSON, shape: Shape) -> JSON:
    """The strategic merge patch from `current` to what `modified` wants."""
    return _patch(original, modified, current, shape, retains_keys=shape.retains_keys)


def three_way_merge(original: JSON, modified: JSON, current: JSON) -> JSON:
    """The same as a plain merge patch, for kinds without a shape: lists are replaced whole.

    Shape:  with what is there as `original` too, it is the difference of two documents.
    """
    return _patch(original, modified, current, UNKNOWN, retains_keys=False)


def _patch(
    original: JSON, modified: JSON, current: JSON, shape: Shape, *, retains_keys: bool
) -> JSON:
    patch: JSON = {}
    for field, value in modified.items():
        there: Any = current.get(field)
        if field not in current:
            patch[field] = value
        elif isinstance(value, dict) and isinstance(there, dict):
            below, inner = _object(original.get(field)), shape.at(field)
            if deeper := _patch(below, value, there, inner, retains_keys=inner.retains_keys):
                patch[field] = deeper
        elif isinstance(value, list) and isinstance(there, list):
            _list_patch(patch, field, _list(original.get(field)), value, there, shape.at(field))
        elif not same(value, there):
            patch[field] = value
    patch.update((field, None) for field in original if field not in modified)
    if retains_keys and (patch or current.keys() - modified.keys()):
        patch[RETAIN] = sorted(field for field, value in modified.items() if value is not None)
    return patch


def _list_patch(
    patch: JSON,
    field: str,
    original: list[Any],
    modified: list[Any],
    there: list[Any],
    shape: Shape,
) -> None:
    """Puts into the patch what is to be done to a list."""
    key = shape.patch_key
    if not (key or shape.is_set):
        if not same(modified, there):
            patch[field] = modified
        return
    wanted, existing = places(modified, key), places(there, key)
    changes = _changes(original, modified, there, shape)
    gone = [tag for tag in places(original, key) if tag not in wanted]
    if key:
        changes.extend({DIRECTIVE: "delete", key: tag} for tag in gone)
    elif gone:
        patch[f"{DELETE_FROM}/{field}"] = gone
    if changes:
        patch[field] = changes
    in_place = [existing[tag] for tag in wanted if tag in existing]
    if changes or gone or in_place != sorted(in_place):
        patch[f"{ORDER}/{field}"] = [{key: tag} if key else tag for tag in wanted]


def _changes(original: list[Any], modified: list[Any], there: list[Any], shape: Shape) -> list[Any]:
    """The elements to add, and the changes to those that are there."""
    key, keeps = shape.patch_key, shape.retains_keys
    asked, existing = places(original, key), places(there, key)
    changes: list[Any] = []
    for tag, place in places(modified, key).items():
        if tag not in existing:
            changes.append(modified[place])
        elif key:
            before = original[asked[tag]] if tag in asked else {}
            now = there[existing[tag]]
            change = _patch(before, modified[place], now, shape.element, retains_keys=keeps)
            if change:
                changes.append({**change, key: tag})
    return changes


def _object(value: object) -> JSON:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
