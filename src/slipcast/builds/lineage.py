"""Whose image it is that starts a build, and which BuildConfigs led to it.

A build that an image has started says through whose builds the image came about. So a BuildConfig
knows an image that goes back to one of its own, and a circle of several ends where it began, while
each image from outside goes round it once.

Source: a deviation from TR-104; user-pain.md UP-31.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import msgspec

THROUGH: Final = "build.slipcast.io/triggered-through"
"""The annotation of a build: the BuildConfigs whose builds led to the images that started it."""

Place = tuple[str, str]
"""Namespace and name of a BuildConfig."""


class Pushed(msgspec.Struct, frozen=True, kw_only=True):
    """An image at a tag: its digest, empty where it is not known, and when it came there."""

    image: str
    created: str = ""


class Maker(msgspec.Struct, frozen=True, kw_only=True):
    """A build that may have made an image.

    Shape:  image is the digest that it says it has pushed, empty where it has not said so; output
            is the digest at the tag that it was to push to, as far as that matters. ended is empty
            as long as it goes on.
    """

    config: Place
    build: str
    image: str = ""
    output: str = ""
    began: str = ""
    ended: str = ""
    through: frozenset[Place] = frozenset()


def makers_of(pushed: Pushed, makers: Iterable[Maker]) -> tuple[Maker, ...] | None:
    """The builds that made an image; None while one goes on that may have.

    Shape:  a build that ended badly may have pushed and not said so: what came to its tag while it
            went on is its own.
    """
    if not pushed.image:
        return ()
    all_ = tuple(makers)
    known = tuple(each for each in all_ if each.image == pushed.image)
    if known:
        return known
    silent = [each for each in all_ if not each.image and each.output == pushed.image]
    if any(not each.ended for each in silent):
        return None
    return tuple(each for each in silent if each.began <= pushed.created <= each.ended)


def goes_back_to(config: Place, makers: tuple[Maker, ...]) -> bool:
    """Whether an image with these makers came about by an image of a BuildConfig itself."""
    if any(each.config == config for each in makers):
        return True
    return bool(makers) and all(config in each.through for each in makers)


def led_through(makers: Iterable[Maker]) -> frozenset[Place]:
    """The BuildConfigs whose builds led to an image with these makers."""
    return frozenset(place for each in makers for place in (each.config, *each.through))


def circle(config: Place, feeds: Callable[[Place], Iterable[Place]]) -> frozenset[Place]:
    """The BuildConfigs on the ways from one back to itself, with it; none where no way leads back.

    Shape:  feeds are those that watch what the builds of one push.
    """
    fed_by: dict[Place, set[Place]] = {config: set()}
    todo = [config]
    while todo:
        each = todo.pop()
        for fed in feeds(each):
            if fed not in fed_by:
                fed_by[fed] = set()
                todo.append(fed)
            fed_by[fed].add(each)
    found: set[Place] = set()
    todo = [*fed_by[config]]
    while todo:
        each = todo.pop()
        if each not in found:
            found.add(each)
            todo.extend(fed_by[each])
    return frozenset(found)


def written(places: Iterable[Place]) -> str:
    """BuildConfigs as the annotation has them."""
    return ",".join(sorted(f"{namespace}/{name}" for namespace, name in places))


def read(text: str) -> frozenset[Place]:
    """BuildConfigs that the annotation names; what is no name is passed over."""
    halves = (each.strip().partition("/") for each in text.split(","))
    return frozenset((namespace, name) for namespace, _, name in halves if namespace and name)
