"""How well builder images suit a source, in numbers: 0 is best, the lowest is taken.

A platform counts whole numbers, a version what is behind the point. Which platform goes first is
said by `source.choose`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from slipcast.source.catalogue import BuilderImage, Catalogue
from slipcast.source.versions import newest_first
from slipcast.source.wanted import Wanted

_PLATFORM: Final = 100
"""Hundredths, as the bands of versions: each platform lies behind all versions of those before."""
_NEWER: Final = 50
_OLDER: Final = 75
_MOST_STEPS: Final = 24
"""So many steps stay below the next band."""


class Suited(msgspec.Struct, frozen=True, kw_only=True):
    """A builder image that suits a source, for one of its platforms.

    Shape:  score has two digits behind the point; is_wanted says that its version does: that it is
            what a file asks for, or that none asks.
    """

    builder: BuilderImage
    platform: str
    score: float
    is_wanted: bool = True


def suited(
    platforms: Sequence[str], wanted: Mapping[str, Wanted], catalogue: Catalogue
) -> tuple[Suited, ...]:
    """The builder images for platforms, the best first, once each.

    Shape:  platforms with the one to take first in front.
    """
    found: dict[str, Suited] = {}
    for place, platform in enumerate(platforms):
        rows = catalogue.supporting(platform)
        for row, hundredths, is_wanted in _of_versions(rows, wanted.get(platform)):
            score = (place * _PLATFORM + hundredths) / 100
            each = Suited(builder=row, platform=platform, score=score, is_wanted=is_wanted)
            found.setdefault(row.name, each)
    return tuple(sorted(found.values(), key=lambda each: each.score))


def _of_versions(
    rows: Sequence[BuilderImage], wanted: Wanted | None
) -> Iterator[tuple[BuilderImage, int, bool]]:
    """What each version counts; rows are the newest first."""
    if wanted is None:
        yield from _stepped(rows, 0, is_wanted=True)
        return
    fitting = [row for row in rows if wanted.wish.allows(row.version)]
    lowest = newest_first(".".join(map(str, wanted.wish.lowest)))
    others = [row for row in rows if row not in fitting]
    newer = [row for row in others if newest_first(row.version) <= lowest]
    older = [row for row in others if row not in newer]
    yield from _stepped(fitting, 0, is_wanted=True)
    yield from _stepped(newer[::-1], _NEWER, is_wanted=False)
    yield from _stepped(older, _OLDER, is_wanted=False)


def _stepped(
    rows: Sequence[BuilderImage], start: int, *, is_wanted: bool
) -> Iterator[tuple[BuilderImage, int, bool]]:
    for step, row in enumerate(rows):
        yield row, start + min(step, _MOST_STEPS), is_wanted
