"""Which fields an object has, and which differ between two states of it, under a shape.

What the server itself keeps of every object (its name, revision, times, kind) belongs to no field
manager and is passed over here.

Source: Kubernetes, field management; structured-merge-diff. A part of an object with known fields
is not a member itself, only its fields are; maps and lists that merge are members once added.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

import msgspec

from slipcast.api.document import JSON
from slipcast.api.fieldset import SELF, Fields, difference, key_name, member, value_name
from slipcast.values.shape import UNKNOWN, Shape

_UNTRACKED: Final = frozenset({"apiVersion", "kind"})
_UNTRACKED_METADATA: Final = frozenset(
    {
        *("name", "namespace", "uid", "resourceVersion", "generation", "selfLink", "clusterName"),
        *("creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"),
        "managedFields",
    }
)
_CONTAINERS: Final = (dict, list)
_NAMING: Final = frozenset({str, int})


class Change(msgspec.Struct, frozen=True):
    """What differs between two states: fields added or changed, and fields removed."""

    changed: Fields
    removed: Fields

    @property
    def is_none(self) -> bool:
        """Whether nothing differs."""
        return not self.changed and not self.removed


def fields_of(config: JSON, shape: Shape) -> Fields:
    """The fields that a configuration states: what is applied, and no more."""
    return _below(tracked(config), shape, whole=False)


def change(before: JSON | None, after: JSON, shape: Shape) -> Change:
    """What differs between an object and what it was; all of a new one."""
    if before is None:
        return Change(_below(tracked(after), shape, whole=True), {})
    changed, removed = _differing(tracked(before), tracked(after), shape)
    return Change(changed or {}, removed or {})


def tracked(content: JSON) -> JSON:
    """An object without what belongs to no field manager; its parts are those of the object."""
    kept = {
        field: value
        for field, value in content.items()
        if field not in _UNTRACKED and (value or not isinstance(value, dict))
    }
    metadata = {
        field: value
        for field, value in (content.get("metadata") or {}).items()
        if field not in _UNTRACKED_METADATA
    }
    if metadata:
        kept["metadata"] = metadata
    else:
        kept.pop("metadata", None)
    return kept


def element_name(element: object, shape: Shape) -> str | None:
    """The name in field sets of an element of a list that merges; None for one without.

    Shape:  keys that are missing are taken from the shape's defaults.
    """
    if shape.is_set:
        return None if isinstance(element, _CONTAINERS) else _value_name(element)
    if not isinstance(element, dict):
        return None
    if len(shape.keys) == 1:
        key = shape.keys[0]
        value = element.get(key, shape.defaults.get(key))
        return _single_key_name(key, value) if type(value) in _NAMING else None
    found = tuple(
        (key, value)
        for key in shape.keys
        if (value := element.get(key, shape.defaults.get(key))) is not None
    )
    if not found or any(type(value) not in _NAMING for _, value in found):
        return None
    return _keys_name(found)


def named(elements: Iterable[object], shape: Shape) -> dict[str, Any] | None:
    """The elements of a list that merges by their names, the first of each.

    Shape:  None when one is without a name; such a list is one field.
    """
    result: dict[str, Any] = {}
    for element in elements:
        name = element_name(element, shape)
        if name is None:
            return None
        result.setdefault(name, element)
    return result


def merges(shape: Shape) -> bool:
    """Whether a list of such a shape merges element by element."""
    return bool(shape.keys) or shape.is_set


def _below(value: JSON, shape: Shape, *, whole: bool) -> Fields:
    """The fields below an object."""
    known, items = shape.fields, shape.items or UNKNOWN
    result: Fields = {}
    for field, each in value.items():
        inner = known.get(field)
        if type(each) is not dict and type(each) is not list:
            # Most values are plain: they are spared a call.
            result[f"f:{field}"] = {}
        elif inner is None:
            result[f"f:{field}"] = member(_place(each, items, whole=whole) or {})
        elif (place := _place(each, inner, whole=whole)) is not None:
            result[f"f:{field}"] = place
    return result


def _place(value: object, shape: Shape, *, whole: bool) -> Fields | None:
    """A value's place in a set; None when nothing of it is a field.

    Shape:  `whole` has maps and lists that merge as members, as they are once somebody added them.
    """
    if isinstance(value, dict):
        if not value or shape.is_atomic:
            return {}
        below = _below(value, shape, whole=whole)
        if shape.fields:
            return below or None
        return {SELF: {}, **below} if whole else below
    if isinstance(value, list) and merges(shape):
        elements = named(value, shape)
        if elements is None:
            return {}
        places = _elements(elements, shape, whole=whole)
        return {SELF: {}, **places} if whole and places else places or ({} if whole else None)
    return {}


def _elements(elements: Mapping[str, Any], shape: Shape, *, whole: bool) -> Fields:
    inner = shape.element
    return {
        name: member(_place(element, inner, whole=whole) or {})
        for name, element in elements.items()
    }


def _differing(before: object, after: object, shape: Shape) -> tuple[Fields | None, Fields | None]:
    """What two values that differ differ in: the place with what changed, that with what went."""
    if isinstance(before, dict) and isinstance(after, dict) and not shape.is_atomic:
        if before or after:
            return _differing_maps(before, after, shape)
    elif isinstance(before, list) and isinstance(after, list) and merges(shape):
        one, other = named(before, shape), named(after, shape)
        if one is not None and other is not None and (one or other):
            return _differing_places(one, other, shape)
    elif isinstance(before, _CONTAINERS) or isinstance(after, _CONTAINERS):
        was = {"": _place(before, shape, whole=True) or {}}
        now = {"": _place(after, shape, whole=True) or {}}
        return now[""], difference(was, now).get("")
    return {}, None


def _differing_maps(before: JSON, after: JSON, shape: Shape) -> tuple[Fields | None, Fields | None]:
    known, items = shape.fields, shape.items or UNKNOWN
    changed: Fields = {}
    removed: Fields = {}
    for field, value in after.items():
        if field not in before:
            continue
        there = before[field]
        if there == value:
            continue
        now, gone = _differing(there, value, known.get(field, items))
        if now is not None:
            changed[f"f:{field}"] = now
        if gone is not None:
            removed[f"f:{field}"] = gone
    if added := {field: value for field, value in after.items() if field not in before}:
        changed.update(_below(added, shape, whole=True))
    if lost := {field: value for field, value in before.items() if field not in after}:
        removed.update(_below(lost, shape, whole=True))
    return changed or None, removed or None


def _differing_places(
    before: Mapping[str, Any], after: Mapping[str, Any], shape: Shape
) -> tuple[Fields | None, Fields | None]:
    changed: Fields = {}
    removed: Fields = {}
    for name, value in after.items():
        if name in before and before[name] != value:
            now, gone = _differing(before[name], value, shape.element)
            if now is not None:
                changed[name] = now
            if gone is not None:
                removed[name] = gone
    added = {name: value for name, value in after.items() if name not in before}
    lost = {name: value for name, value in before.items() if name not in after}
    changed.update(_elements(added, shape, whole=True))
    removed.update(_elements(lost, shape, whole=True))
    return changed or None, removed or None


@lru_cache(maxsize=4096, typed=True)
def _single_key_name(key: str, value: str | int) -> str:
    return key_name({key: value})


@lru_cache(maxsize=4096, typed=True)
def _keys_name(keys: tuple[tuple[str, Any], ...]) -> str:
    return key_name(dict(keys))


@lru_cache(maxsize=4096, typed=True)
def _value_name(value: str | float | None) -> str:
    return value_name(value)
