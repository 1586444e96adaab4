"""The order of tags, by how much people care: histories are in it, and so are imports.

Source: image-streams.md IS-86, IS-524; as Origin 1.5 answered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_VERSION: Final = re.compile(r"v?(\d{1,18})\.(\d{1,18})(?:\.(\d{1,18}))?(?:-([0-9A-Za-z.-]+))?")
_LATEST, _MINOR, _FULL, _OTHER = range(4)


def in_order(tags: Iterable[str]) -> tuple[str, ...]:
    """The tags: latest, versions of two numbers and then of three, the highest first, then names.

    Shape:  a leading v does not count.
    """
    ranked: dict[int, list[str]] = {_LATEST: [], _MINOR: [], _FULL: [], _OTHER: []}
    for tag in sorted(tags):
        ranked[_rank(tag)].append(tag)
    for rank in (_MINOR, _FULL):
        ranked[rank].sort(key=_version, reverse=True)
    return tuple(tag for rank in ranked.values() for tag in rank)


def _rank(tag: str) -> int:
    found = _VERSION.fullmatch(tag)
    if found is None:
        return _LATEST if tag == "latest" else _OTHER
    return _MINOR if found[3] is None else _FULL


def _version(tag: str) -> tuple[tuple[int, ...], bool, tuple[tuple[bool, int, str], ...]]:
    """A version as it is compared; one with a suffix is lower than the one it leads to."""
    found = _VERSION.fullmatch(tag)
    if found is None:
        return (), False, ()
    numbers = tuple(int(each) for each in found.groups()[:3] if each is not None)
    parts = tuple(_part(each) for each in (found[4] or "").split("."))
    return numbers, found[4] is None, parts


def _part(text: str) -> tuple[bool, int, str]:
    """A part of a suffix: numbers come below words."""
    return (False, int(text), "") if text.isdecimal() and text.isascii() else (True, 0, text)
