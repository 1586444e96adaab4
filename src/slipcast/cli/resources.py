"""Resource arguments: `TYPE`, `TYPE NAME…`, `TYPE/NAME…`, `TYPE1,TYPE2`, `all`.

A type is a plural, a singular, a short name or a kind in any letter case, with its group or with
version and group where that is wanted (`deployments.v1.apps`).

Source: kubectl's resource arguments, tried out; cli.md CL-4.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from slipcast.api.kinds import KINDS, Kind, groups
from slipcast.values.faults import UsageFault

CATEGORIES: Final = frozenset(category for kind in KINDS for category in kind.categories)


class Wanted(msgspec.Struct, frozen=True):
    """A kind, and the name of one object of it; without a name all of them."""

    kind: Kind
    name: str = ""


def parse(words: Sequence[str]) -> tuple[Wanted, ...]:
    """What the words of a command line ask for, in their order.

    Errors: UsageFault.
    """
    if any("/" in word for word in words):
        return tuple(_pair(word) for word in words)
    if not words:
        return ()
    first, *names = words
    kinds = kinds_of(first)
    if not names:
        return tuple(Wanted(kind) for kind in kinds)
    if first in CATEGORIES:
        raise UsageFault(f"there are no names in {first!r}: it stands for several types")
    return tuple(Wanted(kind, name) for kind in kinds for name in names)


def kinds_of(words: str) -> tuple[Kind, ...]:
    """The kinds that types joined by commas mean, each once.

    Errors: UsageFault.
    """
    found: dict[Kind, None] = {}
    for word in words.split(","):
        for kind in _category(word) or (kind_of(word),):
            found.setdefault(kind)
    return tuple(found)


def kind_of(word: str) -> Kind:
    """The kind that a type means.

    Errors: UsageFault.
    """
    bare, _, rest = word.lower().partition(".")
    for kind in KINDS:
        if _is_called(kind, bare) and rest in _groups(kind):
            return kind
    raise UsageFault(f'the server doesn\'t have a resource type "{word}"')


def said(kind: Kind) -> str:
    """A kind as messages name it: `configmap`, `build.build.openshift.io`."""
    return f"{kind.singular}.{kind.group}" if kind.group else kind.singular


def _is_called(kind: Kind, word: str) -> bool:
    return word in {kind.plural, kind.singular, *kind.short}


def _groups(kind: Kind) -> tuple[str, ...]:
    """What may stand behind the name of a kind."""
    return ("", kind.group, kind.version, f"{kind.version}.{kind.group}")


def _category(word: str) -> tuple[Kind, ...]:
    """The kinds of a category, those of the core group first, as discovery lists them."""
    order = ("", *groups())
    found = (kind for kind in KINDS if word in kind.categories)
    return tuple(sorted(found, key=lambda kind: (order.index(kind.group), kind.plural)))


def _pair(word: str) -> Wanted:
    kind, slash, name = word.partition("/")
    if not slash:
        raise UsageFault(
            "there is no need to specify a resource type as a separate argument when passing "
            "arguments in resource/name form (e.g. 'slipcast get resource/<resource_name>' instead "
            "of 'slipcast get resource resource/<resource_name>'"
        )
    if "/" in name:
        raise UsageFault("arguments in resource/name form may not have more than one slash")
    if not kind or not name:
        raise UsageFault("arguments in resource/name form must have a single resource and name")
    return Wanted(kind_of(kind), name)
