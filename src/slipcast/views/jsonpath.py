"""JSONPath templates over documents, as `kubectl -o jsonpath` fills them in.

The grammar is in `jsonpathparse`.

Source: Kubernetes documentation, JSONPath support; kubectl 1.32, tried out.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final

from slipcast.values.faults import UsageFault
from slipcast.views import gojson
from slipcast.views.jsonpathparse import (
    Field,
    Filter,
    Path,
    Recursive,
    Slice,
    Text,
    Union,
    Wildcard,
    Word,
    parse,
)

_COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    ">": operator.gt,
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
}
_MOST_RANGES: Final = 32


class Template:
    """A template that can be filled in from any number of documents."""

    def __init__(self, text: str, *, missing: bool = True) -> None:
        """Read a template; `missing` says that keys need not be there.

        Errors: UsageFault.
        """
        self.text = text
        self._parts = parse(text)
        self._finding = _Finding(missing=missing)

    def groups(self, content: object) -> list[list[Any]]:
        """What each part finds.

        Errors: UsageFault.
        """
        return list(self._filled(0, len(self._parts), content, 0))

    def found(self, content: object) -> list[Any]:
        """Everything that is found, in one list.

        Errors: UsageFault.
        """
        return list(chain.from_iterable(self.groups(content)))

    def fill(self, content: object) -> str:
        """The template with what was found in the places of its parts.

        Errors: UsageFault.
        """
        return "".join(" ".join(map(shown, group)) for group in self.groups(content))

    def _filled(self, begin: int, end: int, content: object, depth: int) -> Iterator[list[Any]]:
        at = begin
        while at < end:
            part = self._parts[at]
            match part:
                case (Word("range"), *path):
                    close = self._end_of(at, end)
                    if depth == _MOST_RANGES:
                        raise UsageFault("ranges are nested too deeply")
                    for each in self._finding.walk([content], tuple(path)):
                        yield from self._filled(at + 1, close, each, depth + 1)
                    at = close
                case (Word("end"), *_):
                    raise UsageFault("not in range, nothing to end")
                case _:
                    yield self._finding.walk([content], part)
            at += 1

    def _end_of(self, begin: int, end: int) -> int:
        """Where the range that begins there ends."""
        depth = 0
        for at in range(begin, end):
            match self._parts[at]:
                case (Word("range"), *_):
                    depth += 1
                case (Word("end"), *_):
                    depth -= 1
                    if not depth:
                        return at
                case _:
                    pass
        return end


def shown(value: object) -> str:
    """A value in a line of text: texts bare, objects and lists as JSON."""
    match value:
        case str():
            return value
        case dict() | list():
            return gojson.compact(value)
        case float():
            return gojson.number(value)
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)


class _Finding:
    """Walks along paths."""

    def __init__(self, *, missing: bool) -> None:
        self._missing = missing

    def walk(self, values: list[Any], path: Path) -> list[Any]:
        """What a path finds from each of the values."""
        for node in path:
            match node:
                case Field():
                    values = self._field(values, node.name)
                case Text():
                    values = [node.value]
                case Word():
                    raise UsageFault(f"unrecognized identifier {node.name}")
                case Union():
                    values = [each for path in node.paths for each in self.walk(values, path)]
                case Filter():
                    values = list(self._filtered(values, node))
                case Slice():
                    values = list(chain.from_iterable(_sliced(each, node) for each in values))
                case Wildcard():
                    values = list(chain.from_iterable(map(_members, values)))
                case Recursive():
                    values = list(chain.from_iterable(map(_below, values)))
        return values

    def _field(self, values: list[Any], name: str) -> list[Any]:
        found = [each[name] for each in values if isinstance(each, dict) and name in each]
        if not found and not self._missing:
            raise UsageFault(f"{name} is not found")
        return found

    def _filtered(self, values: list[Any], node: Filter) -> Iterator[Any]:
        for value in values:
            if not isinstance(value, list):
                raise UsageFault(f"{shown(value)} is not array or slice and cannot be filtered")
            yield from (each for each in value if self._passes(each, node))

    def _passes(self, value: object, node: Filter) -> bool:
        if not node.operator:
            return bool(_Finding(missing=True).walk([value], node.left))
        left = self.walk([value], node.left)
        right = self.walk([value], node.right)
        if not left or not right:
            return False
        if len(left) > 1 or len(right) > 1:
            raise UsageFault("can only compare one element at a time")
        return _compared(left[0], node.operator, right[0])


def _compared(left: object, sign: str, right: object) -> bool:
    numbers = _is_number(left) and _is_number(right)
    if not numbers and type(left) is not type(right):
        raise UsageFault("incompatible types for comparison")
    try:
        return _COMPARE[sign](left, right)
    except TypeError as wrong:
        raise UsageFault("invalid type for comparison") from wrong


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _members(value: object) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _below(value: object) -> Iterator[Any]:
    """A value and everything in it; what holds nothing is left out."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        inner = list(_members(each))
        if inner:
            yield each
            waiting += reversed(inner)


def _sliced(value: object, node: Slice) -> Sequence[Any]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise UsageFault(f"{_type(value)} is not array or slice")
    length = len(value)
    start = node.start or 0
    start += length if start < 0 else 0
    end = length if node.end is None else node.end
    if end < 0 or (end == 0 and node.single):
        end += length
    if start == end:
        return ()
    _check_bounds(start, end, length)
    if node.step is not None and node.step <= 0:
        raise UsageFault("step must be > 0")
    return value[start : end : node.step or 1]


def _check_bounds(start: int, end: int, length: int) -> None:
    for index, wrong in ((start, not 0 <= start < length), (end - 1, not 0 <= end <= length)):
        if wrong:
            raise UsageFault(f"array index out of bounds: index {index}, length {length}")
    if start > end:
        raise UsageFault(f"starting index {start} is greater than ending index {end}")


def _type(value: object) -> str:
    names = {dict: "map[string]interface {}", str: "string", bool: "bool", int: "int64"}
    return names.get(type(value), "float64")
