"""The plain part of YAML, read without a parser of all of it: what kubeconfigs are made of.

Blocks of mappings and lists, and words that can mean only one thing. Whatever else stands in a
text, right or wrong, is for `yamltext` to read, which takes longer to import than a short command
has.

Source: YAML 1.1; laws in tests/laws/test_plainyaml.py: what is read here is read there likewise.
"""

from __future__ import annotations

import string
from collections.abc import Iterator
from copy import copy
from typing import Any, Final, NamedTuple

_DEEPEST: Final = 20
_LONGEST_KEY: Final = 200
_LETTERS: Final = frozenset(string.ascii_letters)
_BEGINS: Final = _LETTERS | {"/"}
_IN_KEY: Final = _LETTERS | frozenset(string.digits) | frozenset("-_./")
_IN_WORD: Final = _IN_KEY | frozenset("+=:@~,")
_IN_QUOTES: Final = _IN_WORD | {" "}
_MEANT: Final[dict[str, Any]] = {"{}": {}, "[]": [], "true": True, "false": False}
_MANIFOLD: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
"""Words, in lower case, that some take for something else."""


class _Line(NamedTuple):
    """A line: how far its content is indented, whether it begins an item of a list, what it says.

    Shape:  key is empty in an item that is a word; value is empty where a block follows.
    """

    indent: int
    is_item: bool
    key: str
    value: str


class _NotPlain(Exception):
    """The text is not for us."""


def read(text: str) -> dict[str, Any] | None:
    """What a text says that is one plain mapping; None where it may be anything else."""
    try:
        blocks = _Blocks(_lines(text))
        found = blocks.value(0, 0)
        return found if isinstance(found, dict) and blocks.next is None else None
    except _NotPlain:
        return None


def _lines(text: str) -> Iterator[_Line]:
    for line in text.split("\n"):
        rest = line.lstrip(" ")
        if not rest:
            continue
        indent = len(line) - len(rest)
        is_item = rest.startswith("- ")
        if is_item:
            rest = rest[2:]
            indent += 2
        key, colon, value = rest.partition(": ")
        if not colon and rest.endswith(":"):
            yield _Line(indent, is_item, _key(rest[:-1]), "")
        elif colon and value:
            yield _Line(indent, is_item, _key(key), value)
        elif is_item and rest and not colon:
            yield _Line(indent, is_item, "", rest)
        else:
            raise _NotPlain


class _Blocks:
    """Turns lines into values, one line ahead."""

    def __init__(self, lines: Iterator[_Line]) -> None:
        self._lines = lines
        self.next = next(lines, None)

    def value(self, indent: int, depth: int) -> Any:
        """The block whose first line comes next, indented at least so far.

        Shape:  an item counts from its dash.
        """
        line = self.next
        if line is None or depth > _DEEPEST:
            raise _NotPlain
        if line.is_item:
            place = line.indent - 2
            return self._list(place, depth) if place >= indent else _none()
        return self._mapping(line.indent, depth) if line.indent >= indent else _none()

    def _mapping(self, indent: int, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        is_first = True
        while (line := self.next) is not None and line.key and line.indent == indent:
            if line.is_item and not is_first:
                break
            if line.key in found:
                raise _NotPlain
            is_first = False
            self.next = next(self._lines, None)
            found[line.key] = _word(line.value) if line.value else self._below(indent, depth)
            if line.value and self._goes_on(indent):
                raise _NotPlain
        return found

    def _below(self, indent: int, depth: int) -> Any:
        """The block of a key: further in, or a list beside it."""
        line = self.next
        is_beside = line is not None and line.is_item and line.indent - 2 == indent
        return self.value(indent if is_beside else indent + 1, depth + 1)

    def _list(self, place: int, depth: int) -> list[Any]:
        found: list[Any] = []
        while (line := self.next) is not None and line.is_item and line.indent - 2 == place:
            if line.key:
                found.append(self._mapping(line.indent, depth + 1))
            else:
                self.next = next(self._lines, None)
                found.append(_word(line.value))
            if self._goes_on(place):
                raise _NotPlain
        return found

    def _goes_on(self, indent: int) -> bool:
        """Whether something stands further in than what has just ended."""
        line = self.next
        return line is not None and line.indent - 2 * line.is_item > indent


def _key(text: str) -> str:
    if text[:1] not in _LETTERS or not _IN_KEY.issuperset(text):
        raise _NotPlain
    if text.lower() in _MANIFOLD or len(text) > _LONGEST_KEY:
        raise _NotPlain
    return text


def _word(text: str) -> Any:
    if text in _MEANT:
        # A copy: whoever changes one must not change the other.
        return copy(_MEANT[text])
    if len(text) > 1 and text[0] == text[-1] == '"' and _IN_QUOTES.issuperset(text[1:-1]):
        return text[1:-1]
    is_plain = text[:1] in _BEGINS and _IN_WORD.issuperset(text) and text[-1] != ":"
    if not is_plain or text.lower() in _MANIFOLD:
        raise _NotPlain
    return text


def _none() -> Any:
    raise _NotPlain
