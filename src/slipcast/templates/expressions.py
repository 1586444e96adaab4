"""The language in which templates say what is made by chance: `user[A-Z0-9]{3}`.

Chance itself is passed in. Ranges have both their ends, which the original's lack, and what was
made is not looked at again.

Source: templates.md section 3, TP-20 to TP-29.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from slipcast.values import patterns

Draw = Callable[[int], int]
"""Draws a number from 0 up to and without the given one, all equally likely."""

LONGEST: Final = 255
"""Characters that one part of an expression may stand for (TP-22)."""

_PART: Final = patterns.lazy(r"\[([a-zA-Z0-9\-\\]+)\]\{([0-9]+)\}", re.ASCII)
_MEMBER: Final = patterns.lazy(r"\\[wdaA]|[a-zA-Z0-9]-[a-zA-Z0-9]|[a-zA-Z0-9]", re.ASCII)
_BEGINNING: Final = patterns.lazy(r"\\[wdaA]")
_END: Final = patterns.lazy(r"[a-zA-Z0-9]-[a-zA-Z0-9]$", re.ASCII)
_ORDER: Final = string.ascii_lowercase + string.ascii_uppercase + string.digits
_SETS: Final = {
    r"\w": _ORDER + "_",
    r"\d": string.digits,
    r"\a": _ORDER,
    r"\A": "~!@#$%^&*()-_+={}[]\\|<,>.?/\"';:`",
}
"""THE TABLE of escapes (TP-23)."""


class Wrong(msgspec.Struct, frozen=True):
    """Why an expression cannot be one."""

    why: str


def generated(expression: str, draw: Draw) -> str | Wrong:
    """A text that an expression stands for; what is no part of the language stays as it is."""
    pieces: list[str] = []
    at = 0
    for part in _PART.finditer(expression):
        made = _made(part, draw)
        if isinstance(made, Wrong):
            return made
        pieces += [expression[at : part.start()], made]
        at = part.end()
    return "".join((*pieces, expression[at:]))


def _made(part: re.Match[str], draw: Draw) -> str | Wrong:
    members, digits = part.groups()
    # Nobody reads a number of a thousand digits to learn that it is too large.
    count = int(digits[:6])
    if not 1 <= count <= LONGEST:
        return Wrong(f"range must be within [1-{LONGEST}] characters ({digits[:20]})")
    if not (_BEGINNING.match(members) or _END.search(members)):
        return Wrong(f"malformed expression syntax: {part.group()}")
    alphabet: dict[str, None] = {}
    for each in _sets(members):
        if isinstance(each, Wrong):
            return each
        alphabet.update(dict.fromkeys(each))
    letters = tuple(alphabet)
    return "".join(letters[draw(len(letters))] for _ in range(count))


def _sets(members: str) -> Iterator[str | Wrong]:
    for found in _MEMBER.findall(members):
        if found in _SETS:
            yield _SETS[found]
            continue
        first, last = _ORDER.index(found[0]), _ORDER.index(found[-1])
        if first > last:
            yield Wrong(f"invalid range specified: {found}")
        yield _ORDER[first : last + 1]
