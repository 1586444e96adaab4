"""Objects as rows of a table.

Source: kubectl 1.32, tried out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec

from slipcast.api.document import JSON
from slipcast.api.kinds import Kind
from slipcast.views.column import NONE, Column, at
from slipcast.views.columns import columns_of
from slipcast.views.table import cell

EVENT: Final = "EVENT   "
"""The header over what happened, as wide as the longest of it."""


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What a table shows beside a kind's own columns.

    Shape:  labels are columns of their own; kinds puts the kind before each name.
    """

    wide: bool = False
    namespaces: bool = False
    labels: tuple[str, ...] = ()
    all_labels: bool = False
    kinds: bool = False
    events: bool = False


def shown_columns(kind: Kind, look: Look) -> tuple[Column, ...]:
    """The kind's own columns that are shown."""
    return tuple(each for each in columns_of(kind) if look.wide or not each.priority)


def header(kind: Kind, look: Look) -> tuple[str, ...]:
    """The line of headers."""
    return (
        *(("NAMESPACE",) if look.namespaces and kind.namespaced else ()),
        *((EVENT,) if look.events else ()),
        *(column.name.upper() for column in shown_columns(kind, look)),
        *(label.rpartition("/")[2].upper() for label in look.labels),
        *(("LABELS",) if look.all_labels else ()),
    )


def row(kind: Kind, content: JSON, look: Look, now: datetime, event: str = "") -> tuple[str, ...]:
    """The cells of an object."""
    labels = at(content, "metadata", "labels") or {}
    shown = shown_columns(kind, look)
    cells = [cell(column.read(content, now)) for column in shown]
    if look.kinds:
        names = [place for place, each in enumerate(shown) if each.name == "Name"]
        cells = [
            f"{qualified(kind)}/{text}" if place in names else text
            for place, text in enumerate(cells)
        ]
    namespace = str(at(content, "metadata", "namespace") or "")
    return (
        *((namespace,) if look.namespaces and kind.namespaced else ()),
        *((event.ljust(len(EVENT)),) if look.events else ()),
        *cells,
        *(cell(labels.get(label, "")) for label in look.labels),
        *((cell(pairs_of(labels)),) if look.all_labels else ()),
    )


def qualified(kind: Kind) -> str:
    """A kind before a name: `configmap`, `build.build.openshift.io`."""
    return f"{kind.singular}.{kind.group}" if kind.group else kind.singular


def pairs_of(labels: Mapping[str, str]) -> str:
    """Labels in one cell, sorted."""
    return ",".join(f"{name}={labels[name]}" for name in sorted(labels)) or NONE
