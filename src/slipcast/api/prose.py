"""The words of a Struct: what it is, and what each of its fields is, taken from docstrings.

Source: how Structs are written, `wire`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from functools import cache
from typing import Final

import msgspec

_FIELD: Final = re.compile(r"([A-Za-z][\w.]*): (.*)", re.ASCII)


class Prose(msgspec.Struct, frozen=True, kw_only=True):
    """What a Struct is, and what its fields are by their wire names."""

    summary: str
    fields: Mapping[str, str] = {}


@cache
def prose_of(struct: type[msgspec.Struct]) -> Prose:
    """The words of a Struct; fields it inherits have the words of where they come from."""
    fields: dict[str, str] = {}
    for each in reversed(struct.__mro__):
        if each is not msgspec.Struct and issubclass(each, msgspec.Struct):
            fields.update(_read(each).fields)
    return Prose(summary=_read(struct).summary, fields=fields)


def _read(struct: type[msgspec.Struct]) -> Prose:
    lines = inspect.cleandoc(struct.__doc__ or "").splitlines()
    summary: list[str] = []
    fields: dict[str, list[str]] = {}
    words = summary
    for line in lines:
        match = _FIELD.fullmatch(line)
        if match:
            words = fields[match[1]] = [match[2]]
        elif line.strip():
            words.append(line.strip())
    return Prose(
        summary=" ".join(summary),
        fields={name: _sentence(" ".join(parts)) for name, parts in fields.items()},
    )


def _sentence(text: str) -> str:
    """A note as a sentence: with a capital letter, unless it begins with a name."""
    first = text.partition(" ")[0]
    return text if not first.islower() else text[0].upper() + text[1:]
