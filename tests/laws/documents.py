"""Documents of every kind, made by chance, with fields of a later version among those known."""

from __future__ import annotations

import base64
from functools import cache
from typing import Any

import msgspec
from hypothesis import strategies as st

from slipcast.api.fields import Place, fields_of
from slipcast.api.kinds import KINDS, Kind
from slipcast.api.wire import Quantity

LATER = ("addedLater", "x-other")
"""Names of fields that no Struct knows."""

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
whole = st.integers(min_value=-(2**31), max_value=2**31 - 1)
amounts = st.sampled_from(["500m", "1Gi", "-1e3", ".5", 1, 2.5])
moments = st.sampled_from(["2026-11-22T18:00:00Z", "2017-01-31T00:00:00.5+02:00"])
anything = st.recursive(
    st.none() | st.booleans() | whole | words,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(words, inner, max_size=2),
    max_leaves=4,
)
kinds = st.sampled_from(KINDS)

PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: words,
    int: whole,
    bool: st.booleans(),
    bytes: st.binary(max_size=6).map(lambda data: base64.b64encode(data).decode()),
}


@st.composite
def documents(draw: st.DrawFn, kind: Kind, *, later: bool = True) -> dict[str, Any]:
    """The content of an object of a kind."""
    content = draw(objects(kind.type, later=later))
    content.setdefault("metadata", {})
    return {"apiVersion": kind.api_version, "kind": kind.name, **content}


@st.composite
def objects(draw: st.DrawFn, struct: type[msgspec.Struct], *, later: bool) -> dict[str, Any]:
    """What an object read through the Struct may look like."""
    fields = fields_of(struct)
    chosen = draw(st.lists(st.sampled_from(sorted(fields)), max_size=3, unique=True))
    content = {wire: draw(values(fields[wire].place, later=later)) for wire in chosen}
    unknown = draw(st.sampled_from(((), (), LATER[:1], LATER))) if later else ()
    return content | {name: draw(anything) for name in unknown}


def values(place: Place, *, later: bool) -> st.SearchStrategy[Any]:
    """What may stand in a place."""
    if place.struct is not None:
        return objects(place.struct, later=later)
    if place.item is None:
        return anything if place.form == "any" else plain(place)
    items = values(place.item, later=later)
    if place.form == "list":
        return st.lists(items, max_size=3)
    return st.dictionaries(words, items, max_size=3)


def plain(place: Place) -> st.SearchStrategy[Any]:
    """What may stand where a text, a number or a truth belongs."""
    if place.marks.get("format") == "date-time":
        return moments
    if place.annotation == Quantity:
        return amounts
    return st.one_of([PLAIN[kind] for kind in scalars(place.annotation)])


@cache
def scalars(annotation: Any) -> tuple[Any, ...]:
    """The types that a place takes."""
    bare = getattr(annotation, "__origin__", annotation)
    if hasattr(annotation, "__metadata__"):
        return scalars(bare)
    arguments = getattr(annotation, "__args__", (annotation,))
    return tuple(each for each in arguments if each is not float)
