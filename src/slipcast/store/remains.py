"""Remains: what may still be known of an object whose old value is forgotten.

A journal forgets a Secret's value when it is replaced or deleted. Who watches Secrets is told which
one is gone all the same: by its names and labels, never its data.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Final

import msgspec

from slipcast.api.document import Document, body_of
from slipcast.store.keys import Place

REMEMBERED: Final = 1000
"""Of how many forgotten rows the remains are kept, for watchers that have not read them yet."""


class Remains:
    """The remains of the last forgotten rows of this process."""

    def __init__(self) -> None:
        self._bodies: OrderedDict[tuple[str, int], bytes] = OrderedDict()

    def keep(self, key: str, document: Document) -> None:
        """Keep what may be kept of a document that is about to be forgotten."""
        self._bodies[key, document.revision] = remains_of(document)
        while len(self._bodies) > REMEMBERED:
            self._bodies.popitem(last=False)

    def of(self, key: str, revision: int) -> bytes | None:
        """What is kept of the row of that revision."""
        return self._bodies.get((key, revision))


def remains_of(document: Document) -> bytes:
    """The body of a document of which nothing may be known but names and labels."""
    metadata = document.content["metadata"]
    metadata.pop("annotations", None)
    metadata.pop("managedFields", None)
    return body_of({"metadata": metadata})


def bare_body(place: Place) -> bytes:
    """A body that says no more than a key does."""
    metadata: dict[str, Any] = {"name": place.name}
    if place.namespace:
        metadata["namespace"] = place.namespace
    return msgspec.json.encode({"metadata": metadata})
