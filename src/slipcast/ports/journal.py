"""The Journal port: the append-only record of every object. Asynchronous.

A row is one change of one key. Revisions are 1, 2, 3 ... without holes, in the order in which
changes became visible; a revision is what clients see as resourceVersion.

Adapters: `adapters.journal.memory`, `.sqlite`, `.postgres`. One suite, tests/contract/journal,
holds them all to the laws:

J1  revisions are consecutive as appended
J2  a stale append writes nothing
J3  `since` yields each later row once, in order, under concurrent writers
J4  `list` at R equals replaying to R
J5  compacting never changes what is visible at or after the mark
J6  asking before the mark raises Compacted
J7  rows of one append are all there, at consecutive revisions, or none of them ever is
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

import msgspec

from slipcast.values.faults import PortFault


class Stale(PortFault):
    """The newest row of the key is not the expected one; nothing was written.

    Shape:  `key` is that of the row: of several that were to be appended, the first such.
    """

    default_reason = "Stale"
    key = ""


class Compacted(PortFault):
    """History before the mark is gone; the asker lists again."""

    default_reason = "Compacted"


class JournalFull(PortFault):
    """Nothing can be written now: the disk is full or read-only. Reading goes on."""

    default_reason = "JournalFull"


class Row(msgspec.Struct, frozen=True, gc=False):
    """A row that is to be appended.

    Shape:  value None is a tombstone. `expected` is the revision of the key's newest row, 0 when
            the key has none or its newest row is a tombstone; a tombstone with expected 0 ends
            nothing, and is Stale. Keys and values are not empty, keys hold no NUL. `forget` erases
            the value of the row that is replaced, there and for whoever reads `before`: a secret
            is not remembered.
    """

    key: str
    value: bytes | None
    expected: int
    forget: bool = False


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One row: what a key became at a revision.

    Shape:  value None is a tombstone, b"" a row whose value was to be forgotten. `created` is the
            revision at which this life of the key began, `previous` the revision that this row
            replaces (0: none, the first row of a life; a tombstone is not replaced). `before` is
            the value that was replaced; it is filled in by `append` and `since`, and is None
            elsewhere, when there was none, and when it was to be forgotten.
    """

    key: str
    revision: int
    created: int
    previous: int
    value: bytes | None
    before: bytes | None = None


class Page(msgspec.Struct, frozen=True):
    """Part of a listing, in key order, and the revision it is true at.

    Shape:  `remaining` counts the keys after the last entry; 0 at the end.
    """

    entries: tuple[Entry, ...]
    revision: int
    remaining: int = 0


class Batch(msgspec.Struct, frozen=True):
    """News: all rows of the prefix up to `revision` that were not in an earlier batch.

    Shape:  entries may be empty: then only the revision is news.
    """

    entries: tuple[Entry, ...]
    revision: int


class Journal(Protocol):
    """An append-only record. Keys are texts; they are ordered by their UTF-8 bytes."""

    async def append(
        self, key: str, value: bytes | None, *, expected: int, forget: bool = False
    ) -> Entry:
        """Write a row, durably: `append_all` of one, see `Row`.

        Errors: Stale; JournalFull.
        """
        ...

    async def append_all(self, rows: Sequence[Row]) -> tuple[Entry, ...]:
        """Write rows of different keys, all of them or none, durably.

        Shape:  the entries have consecutive revisions, in the order of the rows. Whoever follows
                sees them one after the other: a batch may end between them. No rows are nothing.
        Errors: Stale, when any row is; JournalFull; PortFault when two rows have one key.
        """
        ...

    async def get(self, key: str, *, at: int | None = None) -> Entry | None:
        """The newest row of a key, or the newest not after `at`; None when it is a tombstone.

        Shape:  an `at` that has not come yet means now, here and in `list`.
        Errors: Compacted.
        """
        ...

    async def list(
        self, prefix: str, *, at: int | None = None, after: str = "", limit: int | None = None
    ) -> Page:
        """The live rows whose keys begin with prefix, as of now or of `at`, after the key `after`.

        Errors: Compacted.
        """
        ...

    def since(self, revision: int, prefix: str) -> AsyncIterator[Batch]:
        """Every row of the prefix after the revision, and then as they come, for ever.

        Shape:  a batch is yielded when there are rows, and at times when only the revision grew:
                at once after catching up, then at most once a second.
        Errors: Compacted, at any time: a reader that falls behind the mark has lost its place.
        """
        ...

    async def compact(self, revision: int) -> int:
        """Forget what nobody at or after the revision can see; the number of rows removed."""
        ...

    async def head(self) -> int:
        """The newest revision; 0 in an empty journal."""
        ...

    async def close(self) -> None:
        """Finish what was begun and let go of files and connections; `since` ends."""
        ...
