"""What the fields of a Struct are on the wire: their names, forms, defaults and merge marks.

`lens`, `shapes` and `schemas` read it; each Struct is looked at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from slipcast.api.meta import Object

Form = Literal["struct", "list", "map", "plain", "any"]


class Place(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What may stand in one place of a document.

    Shape:  struct for an object with known fields, item for the elements of a list or the values
            of a map; `annotation` is the type as it was written, without the mark of absence;
            marks are what the schema says besides the type.
    """

    form: Form
    annotation: Any
    struct: type[msgspec.Struct] | None = None
    item: Place | None = None
    marks: Mapping[str, Any] = {}
    optional: bool = False


class Field(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One field: its name in the Struct and on the wire, what may stand there, its default."""

    name: str
    wire: str
    place: Place
    default: Any


@cache
def fields_of(struct: type[msgspec.Struct]) -> Mapping[str, Field]:
    """The fields of a Struct by their wire names, in the order they are sent."""
    hints = get_type_hints(struct, include_extras=True)
    fields = (
        Field(
            name=each.name,
            wire=each.encode_name,
            place=place_of(hints[each.name]),
            default={} if each.default is msgspec.NODEFAULT else each.default,
        )
        for each in msgspec.structs.fields(struct)
    )
    return {each.wire: each for each in sorted(fields, key=_position)}


@cache
def is_object(struct: type[msgspec.Struct]) -> bool:
    """Whether documents of this type have apiVersion and kind besides their fields."""
    return issubclass(struct, Object) or struct.__name__ == "Status"


def place_of(annotation: Any) -> Place:
    """What an annotation says of the place it stands at."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _marked(arguments[0], arguments[1:])
    if origin in {Union, UnionType}:
        return _union(arguments)
    if origin is tuple:
        return Place(form="list", annotation=annotation, item=place_of(arguments[0]))
    if origin is not None and issubclass(origin, Mapping):
        return Place(form="map", annotation=annotation, item=place_of(arguments[1]))
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return Place(form="struct", annotation=annotation, struct=annotation)
    return Place(form="any" if annotation is Any else "plain", annotation=annotation)


def _marked(annotation: Any, metas: tuple[Any, ...]) -> Place:
    place = place_of(annotation)
    marks = dict(place.marks)
    for meta in metas:
        if isinstance(meta, msgspec.Meta) and meta.extra_json_schema:
            marks.update(meta.extra_json_schema)
    marked = Annotated[(annotation, *metas)]
    return msgspec.structs.replace(place, marks=marks, annotation=marked)


def _union(arguments: tuple[Any, ...]) -> Place:
    kinds = tuple(each for each in arguments if each is not NoneType)
    if len(kinds) == 1:
        return msgspec.structs.replace(place_of(kinds[0]), optional=True)
    optional = len(kinds) < len(arguments)
    return Place(form="plain", annotation=Union[kinds], optional=optional)  # noqa: UP007


def _position(field: Field) -> int:
    return 0 if field.wire == "metadata" else 1
