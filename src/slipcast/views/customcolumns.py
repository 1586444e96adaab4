"""Columns that the user describes: `NAME:.metadata.name,IMAGE:.spec.image`.

Source: kubectl's custom columns, tried out with 1.32.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from slipcast.api.document import JSON
from slipcast.values.faults import UsageFault
from slipcast.views import gojson
from slipcast.views.column import NONE
from slipcast.views.jsonpath import Template
from slipcast.views.ordering import relaxed
from slipcast.views.table import cell


class Columns(msgspec.Struct, frozen=True):
    """Headers, and the path of each column."""

    headers: tuple[str, ...]
    templates: tuple[Template, ...]

    def row(self, content: JSON) -> tuple[str, ...]:
        """The cells of an object."""
        return tuple(_cell(template, content) for template in self.templates)


def parse(text: str) -> Columns:
    """The columns that a text describes.

    Errors: UsageFault.
    """
    parts = [part.partition(":") for part in text.split(",")]
    for head, colon, path in parts:
        if not colon or not head or not path:
            given = f"{head}{colon}{path}"
            raise UsageFault(
                f"unexpected custom-columns spec: {given}, expected <header>:<json-path-expr>"
            )
    templates = tuple(Template(relaxed(path)) for _, _, path in parts)
    return Columns(tuple(head for head, _, _ in parts), templates)


def _cell(template: Template, content: Mapping[str, object]) -> str:
    found: Sequence[object] = template.found(content)
    return cell(",".join(map(gojson.plain, found))) if found else NONE
