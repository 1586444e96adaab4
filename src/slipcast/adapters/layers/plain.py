"""A layer that travels as it is: nothing is packed, and its digest is the diffID."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator

from slipcast.adapters.layers.compressing import PIECE, Sendable


class Plain:
    """A tar on its way; iterated over once.

    Shape:  told says what the diffID is, and is asked when all was yielded. It may raise, which
            ends the iteration.
    """

    def __init__(self, pieces: Iterable[bytes], told: Callable[[], str]) -> None:
        self._pieces = pieces
        self._told = told
        self.digest = ""
        self.size = 0

    def __iter__(self) -> Iterator[Sendable]:
        for data in self._pieces:
            view = memoryview(data)
            self.size += len(data)
            for start in range(0, len(data), PIECE):
                yield view[start : start + PIECE]
        self.digest = self._told()


class Checked:
    """Pieces that have to come to a digest that is known before.

    Errors: ValueError at their end when they do not.
    """

    def __init__(self, pieces: Iterable[bytes], digest: str) -> None:
        self._pieces = pieces
        self._digest = digest

    def __iter__(self) -> Iterator[bytes]:
        sha256 = hashlib.sha256()
        for data in self._pieces:
            sha256.update(data)
            yield data
        found = f"sha256:{sha256.hexdigest()}"
        if found != self._digest:
            msg = f"the layer {self._digest} has become {found} in the store"
            raise ValueError(msg)
