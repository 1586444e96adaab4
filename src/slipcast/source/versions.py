"""Version wishes: which language versions a text such as `>=3.8,<4` or `^20 || ^22` allows.

One reading for all languages' dialects; where two disagree about a sign, the dialect says which
is meant. Which files hold such texts is `source.wanted`'s.

Source: PEP 440; node-semver ranges; Bundler and Composer version constraints.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum

import msgspec

from slipcast.values import patterns

Numbers = tuple[int, ...]
"""A version's numbers, most significant first; missing ones are unknown."""

_VERSION = patterns.lazy(r"[vV]?(?P<numbers>[0-9]+(?:\.[0-9]+)*)")
_TERM = patterns.lazy(
    r"(?P<operator>\^|~>|~=|~|===?|>=|<=|!=|=|>|<)?\s*"
    r"(?P<version>[vV]?[0-9][0-9A-Za-z.*+-]*|[*xX](?:\.[*xX])*)"
)
_HYPHEN = patterns.lazy(r"(?P<low>[vV]?[0-9][^\s]*)\s+-\s+(?P<high>[vV]?[0-9][^\s]*)")
_PRECISION = 4


class Dialect(Enum):
    """Whose signs: to npm `~1` ends before 2 and `>1` begins at 2; the others count on."""

    NPM = "npm"
    OTHERS = "others"


class Span(msgspec.Struct, frozen=True):
    """Versions from low to just before high; no high, no end."""

    low: Numbers = ()
    high: Numbers | None = None

    def meets(self, other: Span) -> bool:
        """Whether some version lies in both."""
        return _below(self.low, other.high) and _below(other.low, self.high)

    def within(self, other: Span) -> Span:
        """What lies in both."""
        highs = [high for high in (self.high, other.high) if high is not None]
        return Span(max(self.low, other.low, key=_padded), min(highs, key=_padded, default=None))

    @property
    def is_empty(self) -> bool:
        """Whether nothing lies in it."""
        return not _below(self.low, self.high)


class Wish(msgspec.Struct, frozen=True):
    """The versions somebody would take.

    Shape:  text as written; spans are alternatives; holes are taken out of all of them.
    """

    text: str
    spans: tuple[Span, ...]
    holes: tuple[Span, ...] = ()

    def allows(self, version: str) -> bool:
        """Whether a version of the catalogue, known to its own precision only, may do."""
        offered = _prefix(numbers(version))
        inside = any(span.meets(offered) for span in self.spans)
        return inside and not any(_covers(hole, offered) for hole in self.holes)

    @property
    def lowest(self) -> Numbers:
        """The lowest version that would do."""
        return min((span.low for span in self.spans), key=_padded)


def parse_wish(text: str, dialect: Dialect = Dialect.OTHERS) -> Wish | None:
    """The wish a text is; None for what rules nothing out, such as `*`, `lts/*` or `latest`."""
    spans: list[Span] = []
    holes: list[Span] = []
    for alternative in re.split(r"\|\|?", text):
        span = _alternative(alternative, dialect, holes)
        if span is not None and not span.is_empty:
            spans.append(span)
    if not spans or (Span() in spans and not holes):
        return None
    return Wish(text.strip(), tuple(spans), tuple(holes))


def at_least(text: str) -> Wish | None:
    """The wish for a version or any newer one, as a go.mod means it."""
    found = numbers(text)
    return Wish(text.strip(), (Span(found),)) if found else None


def numbers(text: str) -> Numbers:
    """The leading numbers of a version; empty when there are none."""
    found = _VERSION.match(text.strip())
    return tuple(map(int, found["numbers"].split("."))) if found else ()


def newest_first(version: str) -> tuple[int, ...]:
    """A sort key that puts newer versions first."""
    return tuple(-number for number in _padded(numbers(version)))


def _alternative(text: str, dialect: Dialect, holes: list[Span]) -> Span | None:
    if found := _HYPHEN.search(text):
        return Span(numbers(found["low"]), _next(numbers(found["high"])))
    whole: Span | None = None
    for found in _TERM.finditer(text):
        span = _term(found["operator"] or "", found["version"], dialect)
        if found["operator"] == "!=":
            holes.append(span)
            span = Span()
        whole = span if whole is None else whole.within(span)
    return whole


def _term(operator: str, version: str, dialect: Dialect) -> Span:
    low = numbers(version)
    match operator:
        case "^":
            span = Span(low, _caret(low))
        case "~" if dialect is Dialect.NPM:
            span = Span(low, _next(low[:2]))
        case "~" | "~>" | "~=":
            span = Span(low, _next(low[:-1] or low))
        case ">=":
            span = Span(low)
        case ">":
            span = Span((_next(low) or low) if dialect is Dialect.NPM else _just_after(low))
        case "<":
            span = Span((), low)
        case "<=":
            span = Span((), _next(low) if dialect is Dialect.NPM else _just_after(low))
        case _:
            span = _prefix(low)
    return span


def _caret(low: Numbers) -> Numbers | None:
    # ^0.3 promises nothing beyond 0.3: the first number that is not 0 may not change.
    for at, number in enumerate(low):
        if number:
            return _next(low[: at + 1])
    return _next(low)


def _prefix(version: Numbers) -> Span:
    return Span(version, _next(version))


def _next(version: Numbers) -> Numbers | None:
    return (*version[:-1], version[-1] + 1) if version else None


def _just_after(version: Numbers) -> Numbers:
    return (*_padded(version), 1)


def _padded(version: Iterable[int]) -> Numbers:
    known = tuple(version)
    return known + (0,) * (_PRECISION - len(known))


def _below(low: Numbers, high: Numbers | None) -> bool:
    return high is None or _padded(low) < _padded(high)


def _covers(hole: Span, span: Span) -> bool:
    ends = hole.high is None or (span.high is not None and _padded(span.high) <= _padded(hole.high))
    return ends and _padded(hole.low) <= _padded(span.low)
