"""Tables of text: columns as wide as their widest cell, three blanks between them.

Source: kubectl 1.32, tried out: the widths of its tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from slipcast.values import patterns

LEAST: Final = 6
"""How wide a column is at least, with the blanks behind it."""
BETWEEN: Final = 3
"""How many blanks stand behind the widest cell."""
_BREAK: Final = patterns.lazy(r"[\f\n\r]")
_CONTROL: Final = patterns.lazy(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def lines(rows: Sequence[Sequence[str]], widths: Sequence[int] = ()) -> tuple[str, ...]:
    """The rows as lines; every cell but the last of a row is padded.

    Shape:  widths are at least those; for columns that go on from an earlier table.
    """
    wide = widths_of(rows, widths)
    return tuple("".join(_padded(row, wide)) for row in rows)


def widths_of(rows: Iterable[Sequence[str]], widths: Sequence[int] = ()) -> tuple[int, ...]:
    """How wide the columns have to be."""
    found = list(widths)
    for row in rows:
        found += [LEAST] * (len(row) - 1 - len(found))
        for at, cell in enumerate(row[:-1]):
            found[at] = max(found[at], len(cell) + BETWEEN)
    return tuple(found)


def cell(value: object) -> str:
    """A value in a cell: one line, nothing in it that moves a cursor."""
    text = str(value)
    broken = _BREAK.search(text)
    if broken is not None:
        text = f"{text[: broken.start()]}..."
    return safe(text)


def safe(text: str) -> str:
    """A text in which nothing moves a cursor; line ends and tabs stay."""
    return _CONTROL.sub(_shown, text)


def _shown(found: re.Match[str]) -> str:
    # Some terminals take those beyond 0x7f for an escape and a letter.
    return f"^{chr(ord(found[0]) ^ 0x40)}" if found[0] <= "\x7f" else "?"


def _padded(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    *others, last = row
    yield from (each.ljust(width) for each, width in zip(others, widths, strict=False))
    yield last
