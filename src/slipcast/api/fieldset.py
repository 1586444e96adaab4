"""Field sets as the API writes them (FieldsV1), and their algebra.

A set is the nested object that stands in a managedFields entry, and nothing else: names of fields
(`f:spec`), keys of list elements (`k:{"name":"web"}`), values of sets (`v:"x"`). A place without
anything below it is a member of the set; one with something below is a member only if it has a `.`
there. No function changes a set, and results share parts with the sets they are made of.

Which fields an object has is found out in `tracked`.

Source: Kubernetes, field management; structured-merge-diff, FieldsV1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from slipcast.values.causes import shown

Fields = dict[str, Any]
"""A set, or what of it lies at one place."""

SELF: Final = "."
DEEPEST: Final = 300
"""How many places may nest in a set that a client sends."""

_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder().decode


def is_member(place: Fields) -> bool:
    """Whether a place itself is in the set."""
    return not place or SELF in place


def member(place: Fields) -> Fields:
    """The same place, itself in the set."""
    return place if not place or SELF in place else {SELF: {}, **place}


def union(one: Fields, other: Fields) -> Fields:
    """What is in either set."""
    result = dict(one)
    for name, place in other.items():
        mine = one.get(name)
        if mine is None:
            result[name] = place
        elif mine != place:
            both = union(mine, place)
            result[name] = member(both) if is_member(mine) or is_member(place) else both
    return result


def intersection(one: Fields, other: Fields) -> Fields:
    """What is in both sets."""
    result: Fields = {}
    for name, place in one.items():
        if name == SELF or name not in other:
            continue
        theirs = other[name]
        below = intersection(place, theirs)
        if is_member(place) and is_member(theirs):
            result[name] = member(below)
        elif below:
            result[name] = below
    return result


def difference(one: Fields, other: Fields) -> Fields:
    """What is in the first set and not in the second; a place does not take what lies below it."""
    result: Fields = {}
    for name, place in one.items():
        if name == SELF:
            continue
        theirs = other.get(name)
        if theirs is None:
            result[name] = place
            continue
        below = difference(place, theirs)
        if is_member(place) and not is_member(theirs):
            result[name] = member(below)
        elif below:
            result[name] = below
    return result


def paths(fields: Fields) -> Iterator[str]:
    """The members as messages name them: `.spec.containers[name="web"].image`."""
    return _paths(fields, "")


def key_name(keys: dict[str, Any]) -> str:
    """The name of a list's element that such fields identify."""
    return f"k:{_encode(keys).decode()}"


def value_name(value: object) -> str:
    """The name of a value in a list that is a set."""
    return f"v:{_encode(value).decode()}"


def normalized(fields: object) -> Fields | None:
    """A set that a client sends, with all names as we write them; None when it is none."""
    return _normalized(fields, DEEPEST)


def _normalized(place: object, depth: int) -> Fields | None:
    if not isinstance(place, dict) or not depth:
        return None
    result: Fields = {}
    for name, inner in place.items():
        written = _normalized_name(name)
        below = _normalized(inner, depth - 1)
        if written is None or below is None:
            return None
        result[written] = below
    return result


def _normalized_name(name: str) -> str | None:
    kind, text = name[:2], name[2:]
    if name == SELF or kind == "f:" or (kind == "i:" and text.isdecimal()):
        return name
    if kind not in {"k:", "v:"}:
        return None
    try:
        value = _decode(text)
    except msgspec.DecodeError:
        return None
    if kind == "k:":
        return key_name(value) if isinstance(value, dict) and value else None
    return value_name(value)


def _paths(fields: Fields, above: str) -> Iterator[str]:
    places = sorted((name, place) for name, place in fields.items() if name != SELF)
    for name, place in places:
        if is_member(place):
            yield above + _segment(name)
    for name, place in places:
        yield from _paths(place, above + _segment(name))


def _segment(name: str) -> str:
    kind, text = name[:2], name[2:]
    if kind == "f:":
        return f".{text}"
    if kind == "i:":
        return f"[{text}]"
    value = _decode(text)
    if kind == "v:":
        return f"[={shown(value)}]"
    return f"[{','.join(f'{key}={shown(each)}' for key, each in value.items())}]"
