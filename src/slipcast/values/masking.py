"""Secrets out of what programs print: `***` in the place of each value, however it is cut.

A value is looked for as a whole, and line by line, since programs print them so. Shorter ones than
eight bytes are left alone: half a log would be stars. What could be the beginning of a value waits
until it is known whether it is one. Nothing is found that was encoded, or cut by something between.

Source: GitHub Actions, masking a value in a log; GitLab CI/CD, masked variables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

STARS: Final = b"***"
SHORTEST: Final = 8
"""Bytes of a value, or of a line of one, at least."""
LONGEST: Final = 1 << 16
"""Bytes of a value that is looked for as a whole; of longer ones lines are."""
MOST: Final = 500
"""Values and lines that are looked for; each costs a look through the whole log."""

_ARMOUR: Final = b"-----"

Span = tuple[int, int]


class Values(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for.

    Shape:  found holds values with their first bytes, by which the beginning of one is found. begun
            holds, by their length, the beginnings that are shorter than that.
    """

    found: tuple[tuple[bytes, bytes], ...] = ()
    begun: tuple[frozenset[bytes], ...] = ()

    @classmethod
    def of(cls, secrets: Iterable[bytes]) -> Values:
        """Secrets as they are printed: whole, and their lines but for those around keys (PEM)."""
        secrets = tuple(each.strip() for each in secrets)
        whole = (each for each in secrets if len(each) <= LONGEST)
        lines = (line.strip() for each in secrets for line in each.splitlines())
        wanted = (*whole, *(line for line in lines if not line.startswith(_ARMOUR)))
        found = tuple(dict.fromkeys(each for each in wanted if len(each) >= SHORTEST))[:MOST]
        return cls(
            found=tuple((each[:SHORTEST], each) for each in found),
            begun=tuple(frozenset(each[:length] for each in found) for length in range(SHORTEST)),
        )


class Masker:
    """Masks one stream, piece by piece."""

    def __init__(self, values: Values) -> None:
        """Look for values; without any, a piece comes out as it came in."""
        self._values = values
        self._held = b""
        # How much of what is held has its stars already; None: the last that was shown is no star.
        self._covered: int | None = None

    def masked(self, data: bytes) -> bytes:
        """What can be shown with a piece, and with what waited before it."""
        if not self._values.found:
            return data
        data = self._held + data
        there = [value for _, value in self._values.found if value in data]
        start = self._start(data)
        if there or self._covered is not None:
            shown = self._shown(data, self._spans(data, there), start)
        else:
            shown = data[:start]
        self._held = data[start:]
        return shown

    def rest(self) -> bytes:
        """What waited for more: the beginning of a value is none of anybody's business, either."""
        left = self._held[self._covered or 0 :]
        self._held, self._covered = b"", None
        return STARS if len(left) >= SHORTEST else left

    def _start(self, data: bytes) -> int:
        """From where on the end of the data may be the beginning of a value."""
        size = len(data)
        lengths = range(min(SHORTEST - 1, size), 0, -1)
        begun = self._values.begun
        start = size - next((each for each in lengths if data[size - each :] in begun[each]), 0)
        for head, value in self._values.found:
            at = max(0, size - len(value) + 1)
            while 0 <= (at := data.find(head, at)) < start:
                if value.startswith(data[at:]):
                    start = at
                at += 1
        return start

    def _spans(self, data: bytes, there: Iterable[bytes]) -> list[Span]:
        """Where stars go, from the left; what touches or overlaps is one."""
        every = sorted(span for value in there for span in _places(data, value))
        found = [] if self._covered is None else [(0, self._covered)]
        for begin, end in every:
            if found and begin <= found[-1][1]:
                found[-1] = (found[-1][0], max(found[-1][1], end))
            else:
                found.append((begin, end))
        return found

    def _shown(self, data: bytes, spans: Iterable[Span], start: int) -> bytes:
        """The data up to where something may begin, with its stars."""
        out: list[bytes] = []
        has_stars, at = self._covered is not None, 0
        self._covered = None
        for begin, end in spans:
            if begin < start and not (has_stars and begin == 0):
                out += (data[at:begin], STARS)
            elif begin >= start and not (has_stars and begin == 0):
                break
            at, self._covered = end, end - start
        if at < start:
            out.append(data[at:start])
            self._covered = None
        return b"".join(out)


def _places(data: bytes, value: bytes) -> Iterator[Span]:
    at = data.find(value)
    while at >= 0:
        yield at, at + len(value)
        at = data.find(value, at + 1)
