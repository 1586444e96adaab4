"""Quoting: values written into a Dockerfile so that they can be nothing but values.

No text given here can end its line, begin an instruction, or be expanded.

Source: Dockerfile reference, ENV, LABEL, COPY and environment replacement; S2I-259, S2I-272.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from types import MappingProxyType
from typing import Final

from slipcast.values.faults import FieldError, InvalidFault

_SPECIAL = re.compile(r'[\\"$]')
_SHELL = re.compile(r"[\\\"'$]")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_SPELLED = {"\n": r"\\n", "\r": r"\\r"}
_NOT_IN_NAMES = re.compile(r"[\s=\"'\\$\x00-\x1f\x7f]")
_NOT_IN_WORDS = re.compile(r"[\s\"'\\$\x00-\x1f\x7f]")
_GLOB = re.compile(r"[*?\[\\]")


LINE_ENDS: Final = MappingProxyType({"slipcast_newline": "\n", "slipcast_return": "\r"})
"""THE TABLE of build arguments that stand for what no line of a Dockerfile can hold."""

_NAMED = {text: name for name, text in LINE_ENDS.items()}


def env_value_quoted(value: str) -> str:
    r"""A value of ENV in double quotes, taken as it is.

    Shape:  a line cannot be ended inside an instruction, so a newline becomes the two characters
            `\n`, as the s2i tool writes it; other control characters likewise.
    """
    escaped = _SPECIAL.sub(r"\\\g<0>", value)
    return f'"{_CONTROL.sub(_spelled, escaped)}"'


def exactly_quoted(value: str) -> str:
    """A value in double quotes, its line ends as the arguments of LINE_ENDS."""
    pieces = re.split(r"([\r\n])", value)
    texts = (
        f"${{{_NAMED[piece]}}}" if piece in _NAMED else env_value_quoted(piece)[1:-1]
        for piece in pieces
    )
    return f'"{"".join(texts)}"'


def label_quoted(text: str) -> str:
    """A name or a value of LABEL in double quotes, taken as it is."""
    return env_value_quoted(text)


def env_assignment(name: str, value: str, *, exact: bool = False) -> str:
    """`NAME="value"` for ENV.

    Shape:  exact values need the arguments of LINE_ENDS declared before them.
    Errors: InvalidFault for a name that no quoting can hold.
    """
    quoted = exactly_quoted(value) if exact else env_value_quoted(value)
    return f"{_checked(name, 'environment')}={quoted}"


def label_assignment(name: str, value: str, *, exact: bool = False) -> str:
    """`"name"="value"` for LABEL.

    Shape:  as for env_assignment.
    Errors: InvalidFault for a name that no quoting can hold.
    """
    quoted = exactly_quoted(value) if exact else label_quoted(value)
    return f"{label_quoted(_checked(name, 'label'))}={quoted}"


def word(text: str, field: str) -> str:
    """A text that may stand in an instruction as it is: an image, a user, a stage.

    Errors: InvalidFault for blanks, quotes, `$` and control characters, and for nothing at all.
    """
    if not text or text.startswith("-") or _NOT_IN_WORDS.search(text):
        what = "must be one word without quotes, '\\' and '$', and not begin with '-'"
        raise InvalidFault((FieldError(path=field, what=what, value=text),))
    return text


def json_form(words: Iterable[str], *, expands: bool = False) -> str:
    """The JSON form of an instruction's arguments.

    Shape:  expands is said for instructions that replace variables even so, such as COPY.
    Errors: InvalidFault for names that are not UTF-8, which JSON cannot hold.
    """
    texts = list(words)
    for text in texts:
        if any("\ud800" <= character <= "\udfff" for character in text):
            shown = text.encode(errors="backslashreplace").decode()
            what = "is not UTF-8, so no Dockerfile can name it"
            raise InvalidFault((FieldError(path="path", what=what, value=shown),))
    if expands:
        # There, quotes are removed from each word as well.
        texts = [_SHELL.sub(r"\\\g<0>", text) for text in texts]
    return json.dumps(texts, ensure_ascii=False)


def source_pattern(path: str) -> str:
    """A path as a pattern of COPY that matches this path only."""
    return _GLOB.sub(lambda found: "\\\\" if found[0] == "\\" else f"[{found[0]}]", path)


def _spelled(found: re.Match[str]) -> str:
    return _SPELLED.get(found[0], rf"\\u{ord(found[0]):04x}")


def _checked(name: str, field: str) -> str:
    if not name or _NOT_IN_NAMES.search(name):
        what = "a name must not be empty or hold blanks, quotes, '=', '\\' or '$'"
        raise InvalidFault((FieldError(path=field, what=what, value=name),))
    return name
