"""YAML as clients of Kubernetes read and print it.

Read: YAML 1.1 with its many truths, without dates and numbers to base 60, which stay texts. Aliases
may not make a document larger than its text. Printed: sorted keys, lists not indented, texts of
several lines as blocks, texts that would be read as something else in double quotes.

Source: kubectl 1.32, tried out (tests/unit/api/test_yamltext.py).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec
import yaml
from typing_extensions import override

from slipcast.api.bounds import (
    DEEPEST,
    check_plain,
    is_plain_fine,
    is_too_deep,
    too_deep,
)
from slipcast.values.apifaults import BadRequest

_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder().decode
_TEXT: Final = "tag:yaml.org,2002:str"
_TRUE: Final = frozenset({"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"})
_FALSE: Final = frozenset(
    {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"}
)
_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_NUMBER: Final = re.compile(r"[-+]?(0[0-7]*|[1-9][0-9]*|0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+)")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITE: Final = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?")
_BASE_60: Final = re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?")
_OCTAL: Final = re.compile(r"([-+]?)0([0-7]+)")
_EXACT: Final = 2**53
_LONGEST_NUMBER: Final = 80
"""Characters of a number that may be within bounds: 64 bits, each of them told."""
_BEYOND: Final = 2**64
"""Stands for every number that is longer, and is out of bounds itself."""
_SLACK: Final = 10_000
"""How many more values than bytes a document may have, by its aliases."""


def read_all(body: bytes) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """What each document of a YAML text says, and which fields it says more than once.

    Errors: BadRequest that names the line.
    """
    text = _decoded(body)
    try:
        parser = yaml.CBaseLoader(text)
        parser.get_event()
        while not parser.check_event(yaml.StreamEndEvent):
            reading = _Reading(parser, len(text) + _SLACK)
            yield reading.document(), tuple(reading.duplicates)
    except yaml.MarkedYAMLError as error:
        raise _malformed(error) from error
    except yaml.YAMLError as error:
        raise BadRequest(f"the body is not valid YAML: {error}") from error
    except RecursionError as error:
        raise too_deep() from error


class _Reading:
    """Turns the events of one document into JSON, within bounds.

    Events and not nodes, so that what is too deep or too much is refused before it is built.
    """

    def __init__(self, parser: yaml.CBaseLoader, most: int) -> None:
        self.duplicates: list[str] = []
        self._parser = parser
        self._left = most
        self._path: list[str | int] = []
        self._anchors: dict[str, tuple[Any, int]] = {}

    def document(self) -> Any:
        """What the next document says."""
        self._parser.get_event()
        value = self._value(1)
        self._parser.get_event()
        return value

    def _value(self, depth: int) -> Any:
        event: Any = self._parser.get_event()
        before = self._left
        self._spend(1)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, depth)
        value = self._told(event, depth)
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, before - self._left)
        return value

    def _told(self, event: Any, depth: int) -> Any:
        if isinstance(event, yaml.ScalarEvent):
            value = _scalar(event)
            if not is_plain_fine(value):
                check_plain(value, self._place())
            return value
        if depth > DEEPEST:
            raise too_deep(self._place())
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(depth)
        return self._list(depth)

    def _place(self) -> str:
        """Where the reading is, as paths are written."""
        parts = (f"[{each}]" if isinstance(each, int) else f".{each}" for each in self._path)
        return "".join(parts).removeprefix(".")

    def _spend(self, amount: int) -> None:
        self._left -= amount
        if self._left < 0:
            raise BadRequest("the body is not valid YAML: its aliases make it far too large")

    def _alias(self, event: Any, depth: int) -> Any:
        if event.anchor not in self._anchors:
            raise BadRequest(f"the body is not valid YAML: undefined alias{_line(event)}")
        value, size = self._anchors[event.anchor]
        self._spend(size)
        if is_too_deep(value, DEEPEST - depth + 1):
            raise too_deep(self._place())
        # A copy: whoever changes one place must not change the other.
        return _decode(_encode(value))

    def _list(self, depth: int) -> list[Any]:
        found: list[Any] = []
        while not self._parser.check_event(yaml.SequenceEndEvent):
            self._path.append(len(found))
            found.append(self._value(depth + 1))
            self._path.pop()
        self._parser.get_event()
        return found

    def _mapping(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        inherited: dict[str, Any] = {}
        while not self._parser.check_event(yaml.MappingEndEvent):
            event = self._parser.get_event()
            if _is_merge(event):
                inherited = {**self._inherited(event, depth), **inherited}
                continue
            key = self._key(event)
            self._path.append(key)
            if key in found:
                self.duplicates.append(self._place())
            found[key] = self._value(depth + 1)
            self._path.pop()
        self._parser.get_event()
        return {**inherited, **found} if inherited else found

    def _key(self, event: Any) -> str:
        if isinstance(event, yaml.AliasEvent):
            value = self._alias(event, DEEPEST)
        else:
            value = _scalar(event) if isinstance(event, yaml.ScalarEvent) else None
            if event.anchor is not None:
                self._anchors[event.anchor] = (value, 1)
        if value is None or isinstance(value, list | dict):
            raise BadRequest(f"the body is not valid YAML: a key is no text{_line(event)}")
        if isinstance(value, bool):
            return "true" if value else "false"
        check_plain(value, self._place())
        return _number_text(value) if isinstance(value, int | float) else value

    def _inherited(self, event: Any, depth: int) -> dict[str, Any]:
        value = self._value(depth + 1)
        parts = value if isinstance(value, list) else [value]
        if not all(isinstance(part, dict) for part in parts):
            raise BadRequest(f"the body is not valid YAML: << is no mapping{_line(event)}")
        merged: dict[str, Any] = {}
        for part in reversed(parts):
            merged.update(part)
        return merged


def _is_merge(event: Any) -> bool:
    return isinstance(event, yaml.ScalarEvent) and event.value == "<<" and _is_plain(event)


def _is_plain(event: Any) -> bool:
    """Whether a scalar has neither quotes nor a tag."""
    return event.tag is None and event.implicit[0]


def _scalar(event: Any) -> Any:
    if _is_plain(event):
        return plain(event.value)
    match (event.tag or "").removeprefix("tag:yaml.org,2002:"):
        case "int" | "float" | "bool" | "null":
            return plain(event.value)
        case "binary":
            return _binary(event)
        case _:
            return event.value


def _binary(event: Any) -> str:
    try:
        return base64.b64decode("".join(event.value.split()), validate=True).decode()
    except ValueError as error:
        raise BadRequest(f"the body is not valid YAML: wrong !!binary{_line(event)}") from error


def plain(text: str) -> str | int | float | bool | None:
    """What a scalar without quotes means."""
    if text in _NULL:
        return None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    if text[0] not in "+-.0123456789":
        return text
    return _number(text)


def _number(text: str) -> str | int | float:
    digits = text.replace("_", "")
    if _INFINITE.fullmatch(text):
        return float(digits.lower().replace(".", "", 1))
    if _NUMBER.fullmatch(digits):
        if len(digits) > _LONGEST_NUMBER:
            return _BEYOND
        octal = _OCTAL.fullmatch(digits)
        return int(f"{octal[1]}0o{octal[2]}" if octal else digits, 0)
    if _FLOAT.fullmatch(digits):
        value = float(digits)
        return int(value) if value.is_integer() and abs(value) < _EXACT else value
    return text


def _decoded(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise BadRequest(f"the body is not UTF-8: wrong byte at line {line}") from error


def _malformed(error: yaml.MarkedYAMLError) -> BadRequest:
    mark = error.problem_mark or error.context_mark
    place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    return BadRequest(f"the body is not valid YAML: {error.problem or error.context}{place}")


def _line(event: Any) -> str:
    return f" at line {event.start_mark.line + 1}"


class _Printer(yaml.CSafeDumper):
    """Values as kubectl prints them; what is read as a text needs no quotes."""

    @override
    def ignore_aliases(self, data: object) -> bool:
        """What stands in two places is printed in both."""
        return True


# Whether a text needs quotes is decided in _print_text, not by the library.
_Printer.yaml_implicit_resolvers = {}


def to_yaml(content: object) -> str:
    """The content as `kubectl get -o yaml` prints it."""
    text: str = yaml.dump(
        content,
        Dumper=_Printer,
        allow_unicode=True,
        default_flow_style=False,
        sort_keys=False,
        width=80,
    )
    # The library marks the end of a document that ends in empty lines; texts are indented.
    return text.removesuffix("...\n") if text.endswith("\n...\n") else text


def _print_mapping(printer: yaml.CSafeDumper, value: dict[str, Any]) -> yaml.Node:
    pairs = sorted(value.items(), key=lambda pair: _order(pair[0]))
    return printer.represent_mapping("tag:yaml.org,2002:map", pairs, flow_style=not value)


def _print_list(printer: yaml.CSafeDumper, value: list[Any]) -> yaml.Node:
    return printer.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=not value)


def _print_text(printer: yaml.CSafeDumper, text: str) -> yaml.Node:
    if "\n" in text:
        return printer.represent_scalar(_TEXT, text, style="|")
    return printer.represent_scalar(_TEXT, text, style='"' if _is_mistakable(text) else None)


def _print_number(printer: yaml.CSafeDumper, value: float) -> yaml.Node:
    # Named a text, for only texts are printed without a tag when nothing resolves.
    return printer.represent_scalar(_TEXT, _number_text(value))


def _print_truth(printer: yaml.CSafeDumper, value: bool) -> yaml.Node:  # noqa: FBT001
    return printer.represent_scalar(_TEXT, "true" if value else "false")


def _print_null(printer: yaml.CSafeDumper, _: None) -> yaml.Node:
    return printer.represent_scalar(_TEXT, "null")


_Printer.add_representer(dict, _print_mapping)
_Printer.add_representer(list, _print_list)
_Printer.add_representer(str, _print_text)
_Printer.add_representer(int, _print_number)
_Printer.add_representer(float, _print_number)
_Printer.add_representer(bool, _print_truth)
_Printer.add_representer(type(None), _print_null)


def _is_mistakable(text: str) -> bool:
    """Whether a text without quotes would be read as something else."""
    return (
        text == "<<"
        or not isinstance(plain(text), str)
        or _DATE.fullmatch(text) is not None
        or _BASE_60.fullmatch(text) is not None
    )


def _number_text(value: float) -> str:
    return str(value).removesuffix(".0")


_RUN: Final = re.compile(r"[0-9]+|.", re.DOTALL)


def _order(key: str) -> list[tuple[int, int, str]]:
    """Signs before numbers before letters; numbers by their value."""
    return [_rank(part) for part in _RUN.findall(key)]


def _rank(part: str) -> tuple[int, int, str]:
    if part.isascii() and part.isdigit():
        return (1, int(part), part)
    return (2 if part.isalpha() else 0, 0, part)
