"""A page of labels and values, each level with its values below one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from slipcast.api.document import JSON
from slipcast.api.kinds import Kind
from slipcast.images import repositories
from slipcast.images.scheduling import LOOKS
from slipcast.views import age as ages
from slipcast.views import table
from slipcast.views.column import NONE, at

HIDDEN: Final = frozenset(
    {"kubectl.kubernetes.io/last-applied-configuration", LOOKS, repositories.ANNOTATION}
)
"""Annotations that repeat the object, and may hold what a description must not show; and what a
description tells in words."""
INDENT: Final = "  "
WIDEST: Final = 28
"""How far a long label pushes the values of its level."""


class Line(msgspec.Struct, frozen=True):
    """A label and its value; the value of several lines goes on below itself.

    Shape:  a line that is `bare` is its value and nothing else.
    """

    label: str
    value: str = ""
    level: int = 0
    bare: bool = False


Lines = Iterator[Line]


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """What a description needs beside its object.

    Shape:  events of the object, the oldest first; builds and deliveries of a BuildConfig;
            server is its address.
    """

    now: datetime
    server: str = ""
    events: Sequence[JSON] = ()
    builds: Sequence[JSON] = ()
    deliveries: Sequence[JSON] = ()


def head(kind: Kind, content: JSON, around: Around) -> Lines:
    """What every description begins with."""
    metadata = at(content, "metadata") or {}
    annotations = dict(at(metadata, "annotations") or {})
    description = annotations.pop("description", "")
    yield Line("Name:", str(at(metadata, "name") or ""))
    if kind.namespaced:
        yield Line("Namespace:", str(at(metadata, "namespace") or ""))
    yield from said("Created:", ages.ago(at(metadata, "creationTimestamp"), around.now))
    if at(metadata, "deletionTimestamp"):
        yield Line(
            "Status:", f"Terminating since {ages.ago(metadata['deletionTimestamp'], around.now)}"
        )
    yield from below("Labels:", pairs(at(metadata, "labels")))
    yield from said("Description:", description)
    shown = {name: value for name, value in annotations.items() if name not in HIDDEN}
    yield from below("Annotations:", pairs(shown, ": "))


def said(label: str, value: object, level: int = 0) -> Lines:
    """A line, when there is a value."""
    if value not in (None, "", False, (), []):
        yield Line(label, "true" if value is True else str(value), level)


def below(label: str, values: Iterable[str], level: int = 0) -> Lines:
    """Values below one another, beside one label."""
    yield Line(label, "\n".join(values) or NONE, level)


def pairs(held: object, joint: str = "=") -> list[str]:
    """The entries of a mapping, sorted."""
    known: Mapping[str, Any] = held if isinstance(held, dict) else {}
    return [f"{name}{joint}{known[name]}" for name in sorted(known)]


def rows(cells: Sequence[Sequence[str]], level: int = 1) -> Lines:
    """A table inside of a page: a line of headers, a line under each, and the rows."""
    headers, *rest = cells
    ruled = (headers, tuple("-" * len(each) for each in headers), *rest)
    for text in table.lines([tuple(map(table.cell, row)) for row in ruled]):
        yield Line("", INDENT * level + text.rstrip(), bare=True)


def events(found: Sequence[JSON], now: datetime) -> Lines:
    """The events of an object."""
    if not found:
        yield Line("Events:", NONE)
        return
    yield Line("Events:")
    cells = [("Type", "Reason", "Age", "From", "Message"), *(_event(each, now) for each in found)]
    yield from rows(cells)


def _event(event: JSON, now: datetime) -> tuple[str, ...]:
    stamp = at(event, "lastTimestamp") or at(event, "eventTime") or at(event, "firstTimestamp")
    count = at(event, "count") or 1
    age = ages.age(stamp, now)
    if count > 1:
        age = f"{age} (x{count} over {ages.age(at(event, 'firstTimestamp'), now)})"
    origin = at(event, "source", "component") or at(event, "reportingComponent") or ""
    message = str(at(event, "message") or "").strip()
    return (str(at(event, "type") or ""), str(at(event, "reason") or ""), age, str(origin), message)


def text(lines: Iterable[Line]) -> str:
    """The page."""
    page = list(lines)
    widths: dict[int, int] = {}
    for line in page:
        if line.value and not line.bare:
            width = len(line.label) + len(INDENT)
            widths[line.level] = max(widths.get(line.level, 0), min(width, WIDEST))
    return "".join(f"{each}\n" for line in page for each in _laid(line, widths))


def _laid(line: Line, widths: Mapping[int, int]) -> Iterator[str]:
    indent = INDENT * line.level
    if line.bare or not line.value:
        yield table.safe(line.value) if line.bare else f"{indent}{line.label}"
        return
    width = max(widths[line.level], len(line.label) + 1)
    first, *others = [table.cell(each) for each in line.value.splitlines()] or [""]
    yield f"{indent}{line.label.ljust(width)}{first}".rstrip()
    for each in others:
        yield f"{indent}{' ' * width}{each}".rstrip()
