"""The grammar of JSONPath templates as kubectl has it: text to nodes.

Text outside of braces is literal. Inside: fields, indexes, slices, unions, filters, wildcards,
recursive descent, quoted texts, and `range` … `end`.

Source: Kubernetes documentation, JSONPath support; kubectl 1.32, tried out.
"""

from __future__ import annotations

import ast
import re
from typing import Final

import msgspec

from slipcast.values import patterns
from slipcast.values.faults import UsageFault


class Text(msgspec.Struct, frozen=True):
    """A literal: text, a number or a truth."""

    value: str | int | float | bool


class Field(msgspec.Struct, frozen=True):
    """A member of an object; `*` is all of them."""

    name: str


class Wildcard(msgspec.Struct, frozen=True):
    """All members of an object or a list."""


class Slice(msgspec.Struct, frozen=True):
    """Members of a list.

    Shape:  None where nothing was said; `single` is one index, and end the one after it.
    """

    start: int | None = None
    end: int | None = None
    step: int | None = None
    single: bool = False


class Recursive(msgspec.Struct, frozen=True):
    """Everything below."""


class Word(msgspec.Struct, frozen=True):
    """`range`, `end`, or a word that means nothing."""

    name: str


class Union(msgspec.Struct, frozen=True):
    """The findings of several paths, one after another."""

    paths: tuple[tuple[Node, ...], ...]


class Filter(msgspec.Struct, frozen=True):
    """Members of a list for which something is true; operator empty: for which left is there."""

    left: tuple[Node, ...]
    operator: str = ""
    right: tuple[Node, ...] = ()


Node = Text | Field | Wildcard | Slice | Recursive | Word | Union | Filter
Path = tuple[Node, ...]

_END: Final = frozenset(" \t\r\n.,[]$@{}")
_COMPARISON: Final = patterns.lazy(r"([^!<>=]+)([!<>=]+)(.+)", re.DOTALL)
_KEY: Final = patterns.lazy(r"'([^']*)'")
_SLICE: Final = patterns.lazy(r"(-?[0-9]*)(:-?[0-9]*)?(:-?[0-9]*)?")
_NUMBER: Final = patterns.lazy(r"[-+]?[0-9.]*")
_WORD: Final = patterns.lazy(r"\w+")
_QUOTED: Final = patterns.lazy(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*\"""", re.DOTALL)
_OPERATORS: Final = frozenset({"<", ">", "==", "!=", "<=", ">="})


def parse(template: str) -> tuple[Path, ...]:
    """The parts of a template, literal text and paths, in their order.

    Errors: UsageFault.
    """
    parts: list[Path] = []
    at = 0
    while at < len(template):
        begin = template.find("{", at)
        if begin < 0:
            begin = len(template)
        if begin > at:
            parts.append((Text(template[at:begin]),))
        if begin == len(template):
            break
        reading = _Reading(template, begin + 1)
        parts.append(reading.path())
        at = reading.at
    return tuple(parts)


class _Reading:
    """Reads one action, from behind its brace to behind the one that closes it."""

    def __init__(self, text: str, at: int) -> None:
        self.text = text
        self.at = at
        self.found: list[Node] = []

    def path(self) -> Path:
        """The nodes of the action."""
        while not self._ahead("}"):
            if self.at >= len(self.text):
                raise UsageFault("unclosed action")
            self._node()
        self.at += 1
        return tuple(self.found)

    def _node(self) -> None:
        letter = self.text[self.at]
        if self._ahead("[?("):
            self._filter()
        elif self._ahead(".."):
            self._recursive()
        elif letter in " @$":
            self.at += 1
        elif letter == "[":
            self._array()
        elif letter in "'\"":
            self._quote()
        elif letter == ".":
            self.at += 1
            self._field()
        elif letter in "+-" or letter.isdecimal():
            self._number()
        else:
            self._word()

    def _ahead(self, text: str) -> bool:
        return self.text.startswith(text, self.at)

    def _recursive(self) -> None:
        if self.found and isinstance(self.found[-1], Recursive):
            raise UsageFault("invalid multiple recursive descent")
        self.at += 2
        self.found.append(Recursive())
        if _WORD.match(self.text, self.at):
            self._field()

    def _field(self) -> None:
        begin = self.at
        while self.at < len(self.text) and self.text[self.at] not in _END:
            self.at += 2 if self.text[self.at] == "\\" else 1
        name = self.text[begin : self.at]
        self.found.append(Wildcard() if name == "*" else Field(name.replace("\\", "")))

    def _word(self) -> None:
        word = _WORD.match(self.text, self.at)
        if word is None:
            letter = self.text[self.at]
            raise UsageFault(f"unrecognized character in action: U+{ord(letter):04X} {letter!r}")
        self.at = word.end()
        truth = {"true": True, "false": False}.get(word[0])
        self.found.append(Word(word[0]) if truth is None else Text(truth))

    def _number(self) -> None:
        digits = _NUMBER.match(self.text, self.at)
        text = digits[0] if digits else ""
        self.at += len(text)
        try:
            self.found.append(Text(float(text) if "." in text else int(text)))
        except ValueError as wrong:
            raise UsageFault(f"cannot parse number {text}") from wrong

    def _quote(self) -> None:
        quoted = _QUOTED.match(self.text, self.at)
        if quoted is None:
            raise UsageFault("unterminated quoted string")
        self.at = quoted.end()
        self.found.append(Text(_unquoted(quoted[0])))

    def _array(self) -> None:
        end = self.text.find("]", self.at)
        if end < 0:
            raise UsageFault("unterminated array")
        inner = self.text[self.at + 1 : end]
        self.at = end + 1
        if "," in inner:
            paths = (_inside(f"[{each.strip(' ')}]") for each in inner.split(","))
            self.found.append(Union(tuple(paths)))
        else:
            self.found += _member(inner)

    def _filter(self) -> None:
        self.at += len("[?(")
        begin = self.at
        depth = 1
        while depth:
            if self.at >= len(self.text):
                raise UsageFault("unterminated filter")
            quoted = _QUOTED.match(self.text, self.at)
            self.at = quoted.end() if quoted else self.at + 1
            depth += {"(": 1, ")": -1}.get(self.text[self.at - 1], 0) if not quoted else 0
        inner = self.text[begin : self.at - 1]
        if not self._ahead("]"):
            raise UsageFault("unclosed array expect ]")
        self.at += 1
        self.found.append(_condition(inner))


def _member(inner: str) -> Path:
    """What stands in brackets: a key in quotes, an index or a slice."""
    if inner == "*":
        return (Slice(),)
    key = _KEY.fullmatch(inner)
    if key is not None:
        return _inside(f".{key[1]}")
    found = _SLICE.fullmatch(inner)
    if found is None or not inner:
        raise UsageFault(f"invalid array index {inner}")
    start, end, step = found.groups()
    if end is None:
        index = _number(start)
        return (Slice(index, None if index is None else index + 1, single=True),)
    return (Slice(_number(start), _number(end[1:]), _number((step or ":")[1:])),)


def _number(digits: str) -> int | None:
    return int(digits) if digits not in {"", "-"} else None


def _condition(inner: str) -> Filter:
    compared = _COMPARISON.fullmatch(inner)
    if compared is None:
        return Filter(_inside(inner))
    left, operator, right = compared.groups()
    if operator not in _OPERATORS:
        raise UsageFault(f"unrecognized filter operator {operator}")
    return Filter(_inside(left), operator, _inside(right))


def _inside(text: str) -> Path:
    return _Reading(text + "}", 0).path()


def _unquoted(text: str) -> str:
    try:
        value = ast.literal_eval(text.replace("\n", "\\n"))
    except (ValueError, SyntaxError) as wrong:
        raise UsageFault(f"cannot read the quoted text {text}") from wrong
    assert isinstance(value, str)  # noqa: S101 -- it stands in quotes
    return value
