"""Shapes: how the parts of a document merge.

A shape says of each place in a document whether lists there are replaced whole, merged by keys, or
sets. Strategic merge patches, server-side apply and the OpenAPI documents all read it. Shapes are
derived from the resource types (`api/shapes.py`); this module only says what a shape is.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """How one place of a document merges.

    Shape:  fields of an object with known fields; `items` of a map's values or a list's elements;
            `keys` identify the elements of a list that merges (all of them for apply, `patch_key`
            for a strategic merge patch, () for a list that is replaced whole); `is_set` for a list
            of plain values that merges; `is_atomic` for an object that an apply replaces whole;
            `retains_keys` for an object, or a list of objects, of whose fields only those stay in a
            strategic merge patch that were asked for (the source of a volume).
            A place the shape does not know is a map or a list that merges as plain JSON does.
    """

    fields: Mapping[str, Shape] = {}
    items: Shape | None = None
    keys: tuple[str, ...] = ()
    patch_key: str = ""
    is_list: bool = False
    is_set: bool = False
    is_atomic: bool = False
    retains_keys: bool = False
    defaults: Mapping[str, str | int] = {}

    def at(self, field: str) -> Shape:
        """The shape of a field of an object, or of any value of a map."""
        return self.fields.get(field) or (self.items if not self.is_list else None) or UNKNOWN

    @property
    def element(self) -> Shape:
        """The shape of a list's elements."""
        return self.items or UNKNOWN


UNKNOWN = Shape()
"""A place of which nothing is known: objects merge field by field, lists are replaced."""
