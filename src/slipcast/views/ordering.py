"""Sorting objects by a field, as `kubectl get --sort-by` does.

Amounts count by what they mean (`1Gi` after `500Mi`); what lacks the field comes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cmp_to_key
from typing import Any, TypeVar

from slipcast.values.faults import Fault, UsageFault
from slipcast.values.quantity import Quantity
from slipcast.views.jsonpath import Template

T = TypeVar("T")


def relaxed(path: str) -> str:
    """A path with what may be left out of it: braces, and the dot in front.

    Errors: UsageFault.
    """
    inner = path[1:-1] if path.startswith("{") and path.endswith("}") else path
    if "{" in inner.replace("'{'", "") or "}" in inner:
        raise UsageFault(
            f"unexpected path string, expected a 'name1.name2' or '.name1.name2' or "
            f"'{{name1.name2}}' or '{{.name1.name2}}': {path!r}"
        )
    return f"{{{inner}}}" if inner.startswith((".", "[")) else f"{{.{inner}}}"


def ordered(path: str, pairs: Sequence[tuple[Any, T]]) -> list[T]:
    """The second of each pair, sorted by what the path finds in the first.

    Errors: UsageFault for a path that cannot be read, or that nothing has.
    """
    template = Template(relaxed(path))
    found = [template.found(content) for content, _ in pairs]
    if pairs and not any(found):
        raise UsageFault(f'couldn\'t find any field with path "{template.text}" in the list')
    keyed: list[tuple[Any, T]] = [
        (each[0] if each else None, value) for each, (_, value) in zip(found, pairs, strict=True)
    ]

    def compared(one: tuple[Any, T], other: tuple[Any, T]) -> int:
        return _compared(one[0], other[0])

    return [value for _, value in sorted(keyed, key=cmp_to_key(compared))]


def _compared(one: object, other: object) -> int:
    if one is None or other is None:
        return (one is not None) - (other is not None)
    first, second = _keys(one, other)
    return int(first > second) - int(first < second)


def _keys(one: object, other: object) -> tuple[Any, Any]:
    if isinstance(one, str) and isinstance(other, str):
        try:
            return Quantity.parse(one).amount, Quantity.parse(other).amount
        except Fault:
            return one, other
    numbers = int | float
    if isinstance(one, numbers) and isinstance(other, numbers):
        return one, other
    raise UsageFault(f"unsortable types: {type(one).__name__} and {type(other).__name__}")
