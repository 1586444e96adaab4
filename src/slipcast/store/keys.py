"""Keys: where in the journal an object lies, `/group/plural/namespace/name`.

The namespace is empty for kinds without namespaces. No part holds a slash, so that a prefix that
ends in one never catches more than it says.
"""

from __future__ import annotations

import msgspec

from slipcast.api import kinds
from slipcast.api.kinds import Kind
from slipcast.values.apifaults import NotFound


class Place(msgspec.Struct, frozen=True):
    """What a key says."""

    kind: Kind
    namespace: str
    name: str


def key_of(kind: Kind, namespace: str, name: str) -> str:
    """The key of one object.

    Errors: NotFound for a namespace or name that no object can have.
    """
    if "/" in name or "/" in namespace or "\0" in name or "\0" in namespace or not name:
        raise NotFound(kind.plural, kind.group, name)
    return f"/{kind.group}/{kind.plural}/{namespace}/{name}"


def prefix_of(kind: Kind, namespace: str = "") -> str:
    """What the keys of a collection begin with.

    Errors: NotFound for a namespace that cannot be.
    """
    if "/" in namespace or "\0" in namespace:
        raise NotFound("namespaces", "", namespace)
    if kind.namespaced and not namespace:
        return f"/{kind.group}/{kind.plural}/"
    return f"/{kind.group}/{kind.plural}/{namespace}/"


def place_of(key: str) -> Place | None:
    """The object that a key means; None for a kind that is no longer in the table."""
    _, group, plural, namespace, name = key.split("/", 4)
    kind = kinds.by_plural(group, plural)
    return None if kind is None else Place(kind, namespace, name)
