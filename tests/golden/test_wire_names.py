"""The wire names of all Structs, kept under review: `make golden` rewrites them.

A name that changes here is a promise to clients that is broken.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
from collections.abc import Iterator
from pathlib import Path

from slipcast import api
from slipcast.api.fields import Place, fields_of
from slipcast.api.wire import Wire

NAMES = Path(__file__).parent / "wire-names.txt"
REWRITE = os.environ.get("GOLDEN") == "rewrite"


def test_wire_names_are_what_was_reviewed() -> None:
    text = "".join(f"{line}\n" for line in lines())
    if REWRITE:
        NAMES.write_text(text)

    assert NAMES.read_text() == text


def lines() -> Iterator[str]:
    """Every Struct with its fields, a line for each."""
    for struct in sorted(structs(Wire), key=lambda each: (each.__module__, each.__name__)):
        yield f"{struct.__module__.removeprefix('slipcast.api.')}.{struct.__name__}"
        for wire, field in fields_of(struct).items():
            yield f"    {wire}: {said(field.place)}{'?' if field.place.optional else ''}"


def structs(base: type[Wire]) -> Iterator[type[Wire]]:
    """Every Struct of the API, whoever else was imported before."""
    for module in pkgutil.iter_modules(api.__path__):
        importlib.import_module(f"slipcast.api.{module.name}")
    waiting = [base]
    while waiting:
        struct = waiting.pop()
        waiting += struct.__subclasses__()
        if struct.__module__.startswith(api.__name__) and fields_of(struct):
            yield struct


def said(place: Place) -> str:
    """A type in a word."""
    if place.struct is not None:
        return place.struct.__name__
    if place.item is not None:
        inner = said(place.item)
        return f"[{inner}]" if place.form == "list" else f"{{{inner}}}"
    if place.form == "any":
        return "any"
    form = place.marks.get("format")
    bare = getattr(place.annotation, "__origin__", None) or place.annotation
    names = getattr(place.annotation, "__args__", None) or (bare,)
    if isinstance(form, str):
        return form
    return "|".join(getattr(each, "__origin__", each).__name__ for each in names)
