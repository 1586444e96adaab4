"""Names of what new-app makes: one for a component and all that belongs to it.

Source: generated-objects.md section 2, GO-20 to GO-29; GO-104.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from slipcast.values import patterns
from slipcast.values.names import composed, dns_label_1035

LONGEST: Final = 58
"""Characters of a component's name: deployments append to it (GO-26)."""
SERVICE: Final = 63
_NOT_IN_NAMES: Final = patterns.lazy(r"[^a-z0-9-]")
_DASHES: Final = patterns.lazy(r"-{2,}")
_TEMPLATED: Final = ("${", "$(")


def base_name(candidates: Iterable[str]) -> str:
    """The first candidate that leaves a name; empty when none does (GO-20, GO-23, GO-24).

    Shape:  a candidate with a parameter in it stays as it is.
    """
    return next(filter(None, map(sanitised, candidates)), "")


def sanitised(text: str) -> str:
    """A text as a name: lower case, without what names cannot have; empty when too little stays."""
    if any(mark in text for mark in _TEMPLATED):
        return text
    bare = _NOT_IN_NAMES.sub("", text.lower())
    # Names of streams have no two dashes in a row.
    name = _DASHES.sub("-", bare)[:LONGEST].strip("-")
    return name if len(name) > 1 else ""


def wrong_name(name: str) -> str:
    """What is wrong with a name that somebody gave; empty when nothing is (GO-26)."""
    if any(mark in name for mark in _TEMPLATED):
        return ""
    if len(name) > LONGEST:
        return f"must be no more than {LONGEST} characters"
    return "; ".join(dns_label_1035(name))


def unique(name: str, taken: set[str]) -> str:
    """A name that is not taken: the name, or with `-1`, `-2`, … behind it (GO-25)."""
    found, number = name, 0
    while found in taken:
        number += 1
        found = composed(name, str(number), LONGEST)
    taken.add(found)
    return found


def service_name(name: str) -> str:
    """The name of a component's service (GO-29).

    Shape:  always the same for a name, so that a second run finds it (UP-24).
    """
    if not dns_label_1035(name):
        return name
    bare = _NOT_IN_NAMES.sub("", name.lower())
    return bare.lstrip("0123456789-")[:SERVICE].rstrip("-") or f"service-{bare}".rstrip("-")


def volume_name(container: str, number: int) -> str:
    """The name of a container's volume, counted from 1 (GO-104)."""
    return composed(container, f"volume-{number}", SERVICE)
