"""The shapes of kinds: how their documents merge, as the annotations of the Structs say."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import msgspec

from slipcast.api.fields import Place, fields_of
from slipcast.api.kinds import Kind
from slipcast.api.wire import (
    KEY_DEFAULTS,
    LIST_KEYS,
    LIST_TYPE,
    MAP_TYPE,
    PATCH_KEY,
    PATCH_STRATEGY,
    Whole,
)
from slipcast.values.shape import UNKNOWN, Shape

_HEAD: Final[Mapping[str, Shape]] = {"apiVersion": UNKNOWN, "kind": UNKNOWN}
_RETAINS: Final = "retainKeys"


@cache
def shape_of(kind: Kind) -> Shape:
    """How a document of the kind merges."""
    shape = shape_of_struct(kind.type)
    return msgspec.structs.replace(shape, fields={**_HEAD, **shape.fields})


@cache
def shape_of_struct(struct: type[msgspec.Struct]) -> Shape:
    """How an object read through a Struct merges."""
    fields = {wire: _shape(each.place) for wire, each in fields_of(struct).items()}
    return Shape(fields=fields, is_atomic=issubclass(struct, Whole))


def _shape(place: Place) -> Shape:
    if place.form == "list":
        return _list(place)
    atomic = place.marks.get(MAP_TYPE) == "atomic"
    retains = _RETAINS in place.marks.get(PATCH_STRATEGY, "")
    if place.struct is not None:
        shape = shape_of_struct(place.struct)
        if not atomic and not retains:
            return shape
        return msgspec.structs.replace(
            shape, is_atomic=atomic or shape.is_atomic, retains_keys=retains
        )
    item = None if place.item is None else _shape(place.item)
    return Shape(items=item, is_atomic=atomic) if item or atomic else UNKNOWN


def _list(place: Place) -> Shape:
    marks: Mapping[str, Any] = place.marks
    merges = "merge" in marks.get(PATCH_STRATEGY, "")
    return Shape(
        items=None if place.item is None else _shape(place.item),
        is_list=True,
        is_set=marks.get(LIST_TYPE) == "set",
        keys=tuple(marks.get(LIST_KEYS, ())),
        patch_key=marks.get(PATCH_KEY, "") if merges else "",
        retains_keys=_RETAINS in marks.get(PATCH_STRATEGY, ""),
        defaults=marks.get(KEY_DEFAULTS, {}),
    )
