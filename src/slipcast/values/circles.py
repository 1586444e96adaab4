"""Ways that lead back to where they began, among things that lead to one another."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


def way_back(after: Mapping[T, Iterable[T]], start: T) -> tuple[T, ...]:
    """The shortest way from a thing to itself, without coming to it; empty when there is none."""
    came: dict[T, T] = {}
    front = [start]
    while front:
        here, *front = front
        for each in after.get(here, ()):
            if each == start:
                return _walked(came, start, here)
            if each not in came:
                came[each] = here
                front.append(each)
    return ()


def _walked(came: Mapping[T, T], start: T, end: T) -> tuple[T, ...]:
    way = [end]
    while way[-1] != start:
        way.append(came[way[-1]])
    return tuple(reversed(way))
