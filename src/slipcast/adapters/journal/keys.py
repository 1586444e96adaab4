"""Keys in order, counted without walking: how many lie in a range, whatever their number.

Blocks of some hundred keys: adding one moves a block, not the whole.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator

_BLOCK = 512


class Keys:
    """A set of texts in order."""

    def __init__(self, keys: Iterable[str] = ()) -> None:
        """Take keys, in any order."""
        ordered = sorted(keys)
        self._blocks = [ordered[at : at + _BLOCK] for at in range(0, len(ordered), _BLOCK)] or [[]]
        self._firsts = [block[0] for block in self._blocks[1:]]

    def add(self, key: str) -> None:
        """Put in a key that is not there."""
        at = self._block_of(key)
        block = self._blocks[at]
        insort(block, key)
        if len(block) > 2 * _BLOCK:
            upper = block[_BLOCK:]
            del block[_BLOCK:]
            self._blocks.insert(at + 1, upper)
            self._firsts.insert(at, upper[0])

    def remove(self, key: str) -> None:
        """Take out a key that is there."""
        at = self._block_of(key)
        block = self._blocks[at]
        del block[bisect_left(block, key)]
        if not block and len(self._blocks) > 1:
            del self._blocks[at]
            del self._firsts[max(0, at - 1)]

    def count(self, start: str, end: str | None) -> int:
        """How many keys are not before start, and before end."""
        upper = sum(map(len, self._blocks)) if end is None else self._rank(end)
        return max(0, upper - self._rank(start))

    def walk(self, start: str, end: str | None) -> Iterator[str]:
        """The keys not before start and before end, in order."""
        first = self._block_of(start)
        for at in range(first, len(self._blocks)):
            block = self._blocks[at]
            for key in block[bisect_left(block, start) if at == first else 0 :]:
                if end is not None and key >= end:
                    return
                yield key

    def _block_of(self, key: str) -> int:
        """The block in which a key is or would be."""
        at = bisect_left(self._firsts, key)
        return at + 1 if at < len(self._firsts) and self._firsts[at] == key else at

    def _rank(self, key: str) -> int:
        """How many keys are before a key."""
        at = self._block_of(key)
        return sum(map(len, self._blocks[:at])) + bisect_left(self._blocks[at], key)
