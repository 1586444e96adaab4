"""The lens: documents seen as Structs, and what changed in a Struct brought back to its document.

A Struct is how a document is looked at, never how it is kept: what a reader does not know stays.

    overlay(d, x, x) == d
    read(overlay(d, before, after)) == after, where before == read(d)
    no field that the Struct does not know is ever lost
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from itertools import takewhile
from typing import Any, Final, TypeVar

import msgspec

from slipcast.api.document import JSON, Document
from slipcast.api.fields import Field, Place, fields_of, is_object
from slipcast.api.kinds import Kind
from slipcast.api.misfits import misfits, tidied
from slipcast.api.wire import KEY_DEFAULTS, LIST_KEYS, PATCH_KEY
from slipcast.values import patterns

S = TypeVar("S", bound=msgspec.Struct)

_ABSENT: Final = msgspec.UNSET

_NULL: Final = patterns.lazy(r"got `null` - at `\$((?:\.\w+(?:\[\d+\])?)*\.\w+)`\Z", re.ASCII)
"""What is said of a null in a field; one in a list or map itself would mean something else."""
_NUMBER: Final = patterns.lazy(r"\[\d+\]")
_FEW: Final = 4
"""Nulls that are taken out one by one; with more it is quicker to look everywhere."""


def read(source: Document | Mapping[str, Any], struct: type[S]) -> S:
    """A document, or the content of one, seen through a Struct.

    Shape:  null means absent, wherever it stands.
    Errors: BadRequest that names every place where something of another type stands.
    """
    if isinstance(source, Document):
        return _read_document(source, struct)
    content, nulls = source, 0
    while True:
        try:
            return msgspec.convert(content, struct)
        except msgspec.ValidationError as wrong:
            nulls += 1
            field = _NULL.search(str(wrong))
            bare = None if field is None or nulls > _FEW else _without(content, field[1])
        if bare is None:
            return _read_untidy(content, struct)
        content = bare


def content_of(struct: msgspec.Struct, kind: Kind) -> JSON:
    """The content of a new document: what the Struct says, and nothing else."""
    content: JSON = msgspec.to_builtins(struct)
    metadata = content.pop("metadata", {})
    return {"kind": kind.name, "apiVersion": kind.api_version, "metadata": metadata, **content}


def overlay(content: Mapping[str, Any], before: S, after: S) -> JSON:
    """The content with what differs between two views of it brought in; the input is not changed.

    Shape:  elements of lists that have keys are told apart by them; of others, equal ones are
            found again, and in a list of the same length those at the same place.
    """
    changed = dict(content)
    if before is after:
        return changed
    for field in fields_of(type(after)).values():
        was, now = getattr(before, field.name), getattr(after, field.name)
        if was is now or was == now:
            continue
        value = _field(changed.get(field.wire, _ABSENT), was, now, field)
        if value is _ABSENT:
            changed.pop(field.wire, None)
        else:
            changed[field.wire] = value
    return changed


def _read_untidy(content: Mapping[str, Any], struct: type[S]) -> S:
    tidy = tidied(content, struct)
    try:
        return msgspec.convert(tidy, struct)
    except msgspec.ValidationError as error:
        raise misfits(tidy, struct) from error


def _without(content: Mapping[str, Any], path: str) -> Mapping[str, Any] | None:
    """The content without a null, such as `.spec.triggeredBy`; None when it is not found there.

    Shape:  of elements of a list, as `.spec.tags[0].annotations`, every one is spared that null.
    """
    steps = _NUMBER.sub("", path)[1:].split(".")
    found: list[str] = []
    changed = _spared(content, steps, found)
    return changed if found else None


def _spared(place: Mapping[str, Any], steps: list[str], found: list[str]) -> Mapping[str, Any]:
    """What stands at a place without a null further down; where one was is added to found."""
    name, *further = steps
    below = place.get(name, _ABSENT)
    if not further:
        if below is not None:
            return place
        found.append(name)
        return {key: value for key, value in place.items() if key != name}
    if isinstance(below, dict):
        return {**place, name: _spared(below, further, found)}
    if isinstance(below, list):
        parts = [_spared(each, further, found) if type(each) is dict else each for each in below]
        return {**place, name: parts}
    return place


def _read_document(document: Document, struct: type[S]) -> S:
    try:
        view: S = _decoder(struct)(document.body)
    except msgspec.ValidationError:
        return read(document.content, struct)
    metadata = getattr(view, "metadata", None)
    if document.revision and metadata is not None:
        revised = msgspec.structs.replace(metadata, resource_version=str(document.revision))
        view = msgspec.structs.replace(view, metadata=revised)
    return view


@cache
def _decoder(struct: type[S]) -> Callable[[bytes], S]:
    return msgspec.json.Decoder(struct).decode


def _field(raw: object, was: object, now: object, field: Field) -> object:
    if now is None:
        return _ABSENT
    is_part = field.place.form == "struct" and not field.place.optional
    if not is_part and not field.place.optional and now == field.default:
        return _ABSENT
    return _value(raw, was, now, field.place)


def _value(raw: object, was: object, now: object, place: Place) -> object:
    if was == now and raw is not _ABSENT and raw is not None:
        return raw
    if isinstance(now, msgspec.Struct) and isinstance(was, type(now)):
        return overlay(raw if isinstance(raw, dict) else {}, was, now)
    if place.form == "list" and isinstance(now, tuple) and place.item is not None:
        return _list(raw, was, now, place)
    if place.form == "map" and isinstance(now, Mapping) and place.item is not None:
        return _map(raw, was, now, place.item)
    return msgspec.to_builtins(now)


def _map(raw: object, was: object, now: Mapping[str, object], item: Place) -> JSON:
    kept = raw if isinstance(raw, dict) else {}
    old = was if isinstance(was, Mapping) else {}
    return {key: _value(kept.get(key), old.get(key), now[key], item) for key in _order(kept, now)}


def _order(kept: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    """The keys of now, those that were there already in their old order first."""
    return [*(key for key in kept if key in now), *(key for key in now if key not in kept)]


def _list(raw: object, was: object, now: tuple[object, ...], place: Place) -> list[object]:
    item = place.item
    assert item is not None  # noqa: S101 -- a list has elements
    old = was if isinstance(was, tuple) else ()
    if not isinstance(raw, list) or len(raw) != len(old):
        return [msgspec.to_builtins(each) for each in now]
    partners = _partners(old, now, place)
    return [
        msgspec.to_builtins(each)
        if partner is None
        else _value(raw[partner], old[partner], each, item)
        for each, partner in zip(now, partners, strict=True)
    ]


def _partners(old: tuple[object, ...], now: tuple[object, ...], place: Place) -> list[int | None]:
    """Which element each was before: by keys, by being equal, or by its place."""
    keys = _keys(place)
    if keys:
        known: dict[object, int] = {}
        for index, each in enumerate(old):
            known.setdefault(_identity(each, keys), index)
        return [known.pop(_identity(each, keys), None) for each in now]
    found = _equals(old, now)
    if len(old) == len(now):
        taken = {index for index in found if index is not None}
        return [
            index if partner is None and index not in taken else partner
            for index, partner in enumerate(found)
        ]
    return found


def _equals(old: tuple[object, ...], now: tuple[object, ...]) -> list[int | None]:
    """Which element each was before, being equal; what is alike at both ends is found quickly."""
    shorter = min(len(old), len(now))
    begin = _alike(zip(old, now, strict=False))
    end = min(_alike(zip(reversed(old), reversed(now), strict=False)), shorter - begin)
    left = {index: old[index] for index in range(begin, len(old) - end)}
    found: list[int | None] = [*range(begin)]
    for each in now[begin : len(now) - end]:
        partner = next((index for index, other in left.items() if other == each), None)
        if partner is not None:
            del left[partner]
        found.append(partner)
    return [*found, *range(len(old) - end, len(old))]


def _alike(pairs: Iterable[tuple[object, object]]) -> int:
    """How many pairs are equal before the first that is not."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _keys(place: Place) -> Mapping[str, object]:
    """The attributes that tell the elements of a list apart, and what each means when empty."""
    keys = place.marks.get(LIST_KEYS) or place.marks.get(PATCH_KEY)
    if not keys or place.item is None or place.item.struct is None:
        return {}
    fields, meant = fields_of(place.item.struct), place.marks.get(KEY_DEFAULTS, {})
    wires = (keys,) if isinstance(keys, str) else keys
    return {
        fields[wire].name: meant.get(wire, fields[wire].default) for wire in wires if wire in fields
    }


def _identity(element: object, keys: Mapping[str, object]) -> tuple[object, ...]:
    return tuple(getattr(element, key) or meant for key, meant in keys.items())


_Plan = dict[str, Any]
"""What is known below an object: None for what is not looked into, else form and further plan."""


def unknown_fields(content: Mapping[str, Any], kind: Kind) -> tuple[str, ...]:
    """The fields of an object that its kind does not know: `spec.foo`, `spec.triggers[0].bar`."""
    found: list[str] = []
    _unknown(content, _plan(kind.type), "", found)
    return tuple(found)


def _unknown(content: Mapping[str, Any], plan: _Plan, path: str, found: list[str]) -> None:
    for key, value in content.items():
        step = plan.get(key, _ABSENT)
        if step is None:
            continue
        if step is _ABSENT:
            found.append(f"{path}{key}")
            continue
        form, below = step
        if form != "struct":
            _unknown_parts(value, below, f"{path}{key}", found)
        elif type(value) is dict:
            _unknown(value, below, f"{path}{key}.", found)


def _unknown_parts(value: object, plan: _Plan, path: str, found: list[str]) -> None:
    if isinstance(value, list):
        for index, each in enumerate(value):
            if type(each) is dict:
                _unknown(each, plan, f"{path}[{index}].", found)
    elif isinstance(value, dict):
        for name, each in value.items():
            if type(each) is dict:
                _unknown(each, plan, f"{path}.{name}.", found)


@cache
def _plan(struct: type[msgspec.Struct]) -> _Plan:
    plan: _Plan = {"apiVersion": None, "kind": None} if is_object(struct) else {}
    for wire, field in fields_of(struct).items():
        place = field.place
        item = place if place.form == "struct" else place.item
        below = None if item is None else item.struct
        plan[wire] = None if below is None else (place.form, _plan(below))
    return plan
