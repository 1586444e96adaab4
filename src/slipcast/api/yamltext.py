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

import yaml

from slipcast.api.bounds import DEEPEST, check_plain, check_text, too_deep
from slipcast.values.apifaults import BadRequest

_PLAIN: Final = "!plain"
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
_SLACK: Final = 10_000
"""How many more values than bytes a document may have, by its aliases."""


class _Composer(yaml.CBaseLoader):
    """Nodes of a YAML text; plain scalars without a tag are marked as such."""


_Composer.add_implicit_resolver(_PLAIN, re.compile(r"(?s).*"), None)


def read_all(body: bytes) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """What each document of a YAML text says, and which fields it says more than once.

    Errors: BadRequest that names the line.
    """
    text = _decoded(body)
    try:
        composer = _Composer(text)
        while composer.check_node():
            reading = _Reading(len(text) + _SLACK)
            yield reading.value(composer.get_node(), "", 1), tuple(reading.duplicates)
    except yaml.MarkedYAMLError as error:
        raise _malformed(error) from error
    except yaml.YAMLError as error:
        raise BadRequest(f"the body is not valid YAML: {error}") from error
    except RecursionError as error:
        raise too_deep() from error


class _Reading:
    """Turns the nodes of one document into JSON, within bounds."""

    def __init__(self, most: int) -> None:
        self.left = most
        self.duplicates: list[str] = []

    def value(self, node: Any, path: str, depth: int) -> Any:
        self.left -= 1
        if self.left < 0:
            raise BadRequest("the body is not valid YAML: its aliases make it far too large")
        if isinstance(node, yaml.ScalarNode):
            found = _scalar(node)
            check_plain(found, path)
            return found
        if depth > DEEPEST:
            raise too_deep(path)
        if isinstance(node, yaml.SequenceNode):
            return [
                self.value(each, f"{path}[{index}]", depth + 1)
                for index, each in enumerate(node.value)
            ]
        return self._mapping(node, path, depth)

    def _mapping(self, node: Any, path: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        inherited: dict[str, Any] = {}
        start = f"{path}." if path else ""
        for key_node, value_node in node.value:
            if key_node.tag == _PLAIN and key_node.value == "<<":
                inherited = {**self._inherited(value_node, path, depth), **inherited}
                continue
            key = _key(key_node, path)
            if key in found:
                self.duplicates.append(f"{start}{key}")
            found[key] = self.value(value_node, f"{start}{key}", depth + 1)
        return {**inherited, **found} if inherited else found

    def _inherited(self, node: Any, path: str, depth: int) -> dict[str, Any]:
        value = self.value(node, path, depth + 1)
        parts = value if isinstance(value, list) else [value]
        if not all(isinstance(part, dict) for part in parts):
            raise BadRequest(f"the body is not valid YAML: << is no mapping{_line(node)}")
        merged: dict[str, Any] = {}
        for part in reversed(parts):
            merged.update(part)
        return merged


def _key(node: Any, path: str) -> str:
    value = _scalar(node) if isinstance(node, yaml.ScalarNode) else None
    if value is None:
        raise BadRequest(f"the body is not valid YAML: a key is no text{_line(node)}")
    if isinstance(value, bool):
        return "true" if value else "false"
    key = _number_text(value) if isinstance(value, int | float) else value
    check_text(key, path)
    return key


def _scalar(node: Any) -> Any:
    match node.tag.removeprefix("tag:yaml.org,2002:"):
        case "!plain":
            return plain(node.value)
        case "int" | "float" | "bool" | "null":
            return plain(node.value)
        case "binary":
            return _binary(node)
        case _:
            return node.value


def _binary(node: Any) -> str:
    try:
        return base64.b64decode(node.value, validate=False).decode()
    except ValueError as error:
        raise BadRequest(f"the body is not valid YAML: wrong !!binary{_line(node)}") from error


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


def _line(node: Any) -> str:
    return f" at line {node.start_mark.line + 1}" if node.start_mark else ""


class _Printer(yaml.CSafeDumper):
    """Values as kubectl prints them; what is read as a text needs no quotes."""


# Whether a text needs quotes is decided in _print_text, not by the library.
_Printer.yaml_implicit_resolvers = {}


def to_yaml(content: object) -> str:
    """The content as `kubectl get -o yaml` prints it."""
    return yaml.dump(
        content,
        Dumper=_Printer,
        allow_unicode=True,
        default_flow_style=False,
        sort_keys=False,
        width=80,
    )


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
