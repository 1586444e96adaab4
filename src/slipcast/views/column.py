"""What a column is, and the ways to read a document that columns share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from slipcast.api.document import JSON
from slipcast.views import age as ages

NONE: Final = "<none>"
Cell = str | int
Read = Callable[[JSON, datetime], Cell]


class Column(msgspec.Struct, frozen=True):
    """One column of a kind.

    Shape:  priority 0 is shown always, 1 with `-o wide`; type and format as OpenAPI has them.
    """

    name: str
    read: Read
    description: str = ""
    type: str = "string"
    format: str = ""
    priority: int = 0


def at(content: Any, *path: str) -> Any:
    """What a document has at a path of fields; None where the path ends."""
    for field in path:
        if not isinstance(content, dict):
            return None
        content = content.get(field)
    return content


def text(*path: str, empty: str = "") -> Read:
    """A column that shows a field."""

    def read(content: JSON, _: datetime) -> Cell:
        value = at(content, *path)
        return empty if value in (None, "") else str(value)

    return read


def count(*path: str) -> Read:
    """A column that counts the members of a field."""

    def read(content: JSON, _: datetime) -> Cell:
        value = at(content, *path)
        return len(value) if isinstance(value, list | dict) else 0

    return read


def pairs(labels: object) -> str:
    """Labels in one line."""
    if not isinstance(labels, Mapping) or not labels:
        return NONE
    return ",".join(f"{name}={value}" for name, value in labels.items())


def _name(content: JSON, _: datetime) -> Cell:
    return str(at(content, "metadata", "name") or "")


def _age(content: JSON, now: datetime) -> Cell:
    return ages.age(at(content, "metadata", "creationTimestamp"), now)


NAME: Final = Column("Name", _name, "The name, unique in its namespace.", format="name")
AGE: Final = Column("Age", _age, "How long ago the object was created.")
