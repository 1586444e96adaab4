"""Caches: what controllers need to know of the objects of a kind, found by more than their name.

Of each object a cache keeps what a function makes of its document, and nothing of those of which
the function makes nothing: they are known to be there, or not, to nobody.

A cache is told of changes in the order in which they happened, and beforehand of what its own side
writes: what it is told late is no news.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Any, Generic, TypeVar

import msgspec

from slipcast.api.document import Document

T = TypeVar("T")
H = TypeVar("H", bound=Hashable)

Name = tuple[str, str]
"""Namespace and name."""


Changed = Callable[[T, T, Document], None]
"""Is told of a change."""


class Kept(msgspec.Struct, Generic[T], gc=False):
    """What is kept of an object, and the revision that it is true at."""

    revision: int
    value: T


class Cache(Generic[T]):
    """What is kept of the objects of one kind."""

    def __init__(
        self,
        keep: Callable[[Document], T | None],
        indexes: Mapping[str, Callable[[T], Iterable[Hashable]]] | None = None,
    ) -> None:
        """Keep what a function makes of documents, in indexes of the values that others give it."""
        self._keep = keep
        self._by = dict(indexes or {})
        self._entries: dict[Name, Kept[T]] = {}
        self._indexes: dict[str, dict[Hashable, dict[Name, T]]] = {name: {} for name in self._by}
        self._revision = 0
        self._sort: Callable[[T], Hashable] | None = None
        self._counts: Counter[Any] = Counter()
        self._changed: Changed[T] | None = None

    def __len__(self) -> int:
        return len(self._entries)

    def count_by(self, sort: Callable[[T], H]) -> Mapping[H, int]:
        """Count what is kept by what a function makes of it; the counts, as they change.

        Shape:  asked for while nothing is kept yet, and once. None has a count of nothing.
        """
        self._sort = sort
        counts = self._counts = Counter[H]()
        return counts

    def follow(self, changed: Changed[T]) -> None:
        """Tell of each change of what is kept: what it was, what it is, and the document of that.

        Shape:  of what comes and goes nothing is told.
        """
        self._changed = changed

    def index_by(self, index: str, values: Callable[[T], Iterable[Hashable]]) -> None:
        """Keep one more index, from now on, while nothing is kept yet."""
        self._by[index] = values
        self._indexes[index] = {}

    def saw(self, document: Document) -> bool:
        """Take in what somebody watched: in order; whether it was news."""
        is_news = self._take(document)
        self.reached(document.revision)
        return is_news

    def wrote(self, document: Document) -> bool:
        """Take in what was just written, before it is seen; whether it was news."""
        # What has been seen may be gone by now.
        return document.revision > self._revision and self._take(document)

    def lost(self, document: Document) -> bool:
        """Take in that an object is gone; whether it was news."""
        self.reached(document.revision)
        names = document.names
        return self._forget((names.namespace, names.name)) is not None

    def reached(self, revision: int) -> None:
        """Take in that everything up to a revision was seen."""
        self._revision = max(self._revision, revision)

    def left_out(self, there: set[Name], revision: int) -> tuple[Name, ...]:
        """Forget what was not there at a revision; the names of it."""
        gone = tuple(
            name
            for name, entry in self._entries.items()
            if name not in there and entry.revision <= revision
        )
        for name in gone:
            self._forget(name)
        self.reached(revision)
        return gone

    def get(self, namespace: str, name: str) -> T | None:
        """What is kept of an object; None when nothing is."""
        entry = self._entries.get((namespace, name))
        return None if entry is None else entry.value

    def by(self, index: str, value: Hashable) -> tuple[T, ...]:
        """What is kept of the objects that have a value in an index."""
        return tuple(self._indexes[index].get(value, {}).values())

    def has(self, index: str, value: Hashable) -> bool:
        """Whether anything is kept that has a value in an index."""
        return value in self._indexes[index]

    def named(self, index: str, value: Hashable) -> Iterator[tuple[Name, T]]:
        """What is kept of the objects that have a value in an index, with their names."""
        yield from self._indexes[index].get(value, {}).items()

    def values(self) -> Iterator[tuple[Name, T]]:
        """Everything that is kept."""
        for name, entry in self._entries.items():
            yield name, entry.value

    def in_index(self, index: str) -> tuple[T, ...]:
        """Everything that has any value in an index, each once."""
        found = {
            name: each
            for members in self._indexes[index].values()
            for name, each in members.items()
        }
        return tuple(found.values())

    def _take(self, document: Document) -> bool:
        names = document.names
        name = (names.namespace, names.name)
        old = self._entries.get(name)
        if old is not None and old.revision >= document.revision:
            return False
        self._forget(name)
        value = self._keep(document)
        if value is not None:
            if old is not None and self._changed is not None:
                self._changed(old.value, value, document)
            self._entries[name] = Kept(document.revision, value)
            self._count(value, 1)
            for index, values in self._by.items():
                for each in values(value):
                    self._indexes[index].setdefault(each, {})[name] = value
        return True

    def _forget(self, name: Name) -> T | None:
        entry = self._entries.pop(name, None)
        if entry is None:
            return None
        self._count(entry.value, -1)
        for index, values in self._by.items():
            for each in values(entry.value):
                members = self._indexes[index].get(each)
                if members is not None:
                    members.pop(name, None)
                    if not members:
                        del self._indexes[index][each]
        return entry.value

    def _count(self, value: T, step: int) -> None:
        if self._sort is None:
            return
        sort = self._sort(value)
        self._counts[sort] += step
        if not self._counts[sort]:
            del self._counts[sort]
