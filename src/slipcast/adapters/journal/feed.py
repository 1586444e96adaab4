"""The feed: recent rows in process, shared by everyone who follows a journal.

A commit is handed out once: matched against each distinct prefix, the same batch for all who
wait on it. Nobody is queued for: who falls behind reads from the ring of recent rows, and from
the adapter's table when the ring no longer reaches back. One event loop, no locks.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from itertools import islice

from msgspec.structs import replace

from slipcast.adapters.journal.rows import FORGOTTEN, checked_keys, closed, compacted
from slipcast.ports.journal import Batch, Entry

Replay = Callable[[int, str], Awaitable[Batch]]

_ROWS = 4096
_BYTES = 16 << 20
_PAUSE = 1.0
_SLICE = 512


class Feed:
    """The newest rows, and who waits for more.

    Units:  `rows` and `size` (bytes) bound what is kept; `pause` is seconds between batches
            that only tell a revision.
    """

    def __init__(
        self,
        head: int = 0,
        mark: int = 0,
        *,
        rows: int = _ROWS,
        size: int = _BYTES,
        pause: float = _PAUSE,
    ) -> None:
        """Begin after the revision `head`."""
        self.head = head
        self.mark = mark
        self.told = 0
        self.open = True
        self._rows, self._size, self._pause = rows, size, pause
        self._ring: deque[Entry] = deque()
        self._held = 0
        self._groups: dict[str, Group] = {}
        self._ticking: asyncio.TimerHandle | None = None

    def extend(self, entries: Sequence[Entry]) -> None:
        """Take rows that became visible, in order; those that are known already are passed over.

        Shape:  what is new begins at head + 1, without holes.
        """
        news = [entry for entry in entries if entry.revision > self.head]
        if not news:
            return
        self.head = news[-1].revision
        self._ring.extend(news)
        self._held += sum(map(_weight, news))
        while len(self._ring) > self._rows or (self._held > self._size and len(self._ring) > 1):
            self._held -= _weight(self._ring.popleft())
        keys = [entry.key for entry in news]
        first, last = min(keys), max(keys)
        for prefix, group in self._groups.items():
            # Most groups are of other kinds: they need not look at each row.
            if prefix <= last and first[: len(prefix)] <= prefix:
                group.offer(news, self.head)
        if self._ticking is None and self.open:
            loop = asyncio.get_running_loop()
            self._ticking = loop.call_later(self._pause, self._tick)

    def restart(self, revision: int) -> None:
        """Begin anew after a revision, when rows before it were missed and are gone."""
        self._ring.clear()
        self._held = 0
        self.head = self.mark = max(self.head, revision)
        for group in self._groups.values():
            group.restart(self.head)

    def erase(self, revision: int) -> None:
        """Forget the value of a row, here too."""
        at = revision - self.head + len(self._ring) - 1
        if 0 <= at < len(self._ring):
            row = self._ring[at]
            self._held -= len(row.value or b"")
            self._ring[at] = replace(row, value=FORGOTTEN)
            for group in self._groups.values():
                group.erase(row, self._ring[at])

    def recent(self, revision: int, prefix: str) -> Batch | None:
        """The rows of a prefix after a revision, or a first part; None when no longer here."""
        behind = self.head - revision
        if behind > len(self._ring):
            return None
        if behind <= _SLICE:
            # A deque is walked from its nearer end.
            rows = list(islice(reversed(self._ring), max(0, behind)))[::-1]
        else:
            start = len(self._ring) - behind
            rows = list(islice(self._ring, start, start + _SLICE))
        found = tuple(row for row in rows if row.key.startswith(prefix))
        return Batch(found, min(self.head, revision + _SLICE))

    def touched(self, revision: int, start: str, end: str | None) -> bool:
        """Whether a key of the range may have changed after a revision."""
        behind = self.head - revision
        if behind > len(self._ring):
            return True
        rows = islice(reversed(self._ring), max(0, behind))
        return any(start <= row.key and (end is None or row.key < end) for row in rows)

    def wake(self) -> None:
        """Have everyone look again."""
        for group in self._groups.values():
            group.wake()

    def close(self) -> None:
        """End every `follow`."""
        self.open = False
        if self._ticking is not None:
            self._ticking.cancel()
        self.wake()

    def join(self, prefix: str) -> Group:
        """Those who follow a prefix, and one more."""
        group = self._groups.setdefault(prefix, Group(prefix, self.head))
        group.members += 1
        return group

    def leave(self, group: Group) -> None:
        """One less; without any, nothing is kept for them."""
        group.members -= 1
        if not group.members:
            del self._groups[group.prefix]

    def _tick(self) -> None:
        self._ticking = None
        self.told = self.head
        self.wake()


class Group:
    """Followers of one prefix: the batch they all take next, and who waits."""

    def __init__(self, prefix: str, head: int) -> None:
        """Begin with nothing to tell after the revision `head`."""
        self.prefix = prefix
        self.members = 0
        self._from = head
        self._latest = Batch((), head)
        self._waiting: set[asyncio.Future[None]] = set()

    def offer(self, rows: Sequence[Entry], head: int) -> None:
        """Keep what is of the prefix, and wake everyone when there is anything."""
        found = tuple(row for row in rows if row.key.startswith(self.prefix))
        if found:
            self._from = self._latest.revision
            self._latest = Batch(found, head)
            self.wake()

    def restart(self, head: int) -> None:
        """Have everyone who is not at the head find out that rows were missed."""
        self._from = head
        self._latest = Batch((), head)
        self.wake()

    def erase(self, row: Entry, erased: Entry) -> None:
        """Forget the value of a row."""
        if row in self._latest.entries:
            kept = tuple(erased if entry == row else entry for entry in self._latest.entries)
            self._latest = Batch(kept, self._latest.revision)

    def news(self, revision: int, head: int) -> Batch | None:
        """What comes after a revision, when that is at most the latest batch."""
        if revision >= self._latest.revision:
            return Batch((), head)
        return self._latest if self._from <= revision < self._first else None

    @property
    def _first(self) -> int:
        return self._latest.entries[0].revision if self._latest.entries else 0

    async def wait(self) -> None:
        """Return when there may be news."""
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(waiting)
        try:
            await waiting
        finally:
            self._waiting.discard(waiting)

    def wake(self) -> None:
        """Let go of all who wait."""
        waiting, self._waiting = self._waiting, set()
        for each in waiting:
            if not each.done():
                each.set_result(None)


async def follow(feed: Feed, revision: int, prefix: str, replay: Replay) -> AsyncGenerator[Batch]:
    """`since` of the port: rows after a revision, from wherever they are, then as they come.

    Shape:  replay reads a first part of the rows after a revision from the table.
    Errors: Compacted; PortFault when the journal is closed already.
    """
    checked_keys(prefix)
    if not feed.open:
        raise closed()
    if revision < feed.mark:
        raise compacted(revision, feed.mark)
    seen, told = revision, -1
    group = feed.join(prefix)
    try:
        while feed.open:
            batch = group.news(seen, feed.head) or feed.recent(seen, prefix)
            if batch is None:
                if seen < feed.mark:
                    raise compacted(seen, feed.mark)
                batch = await replay(seen, prefix)
            seen = max(seen, batch.revision)
            first = told < 0 and feed.head == seen
            if batch.entries or first or (0 <= told < feed.told and told < seen):
                told = seen if told >= 0 or feed.head == seen else told
                yield batch
            elif seen >= feed.head:
                await group.wait()
    finally:
        feed.leave(group)


def _weight(entry: Entry) -> int:
    """Bytes that a row keeps."""
    return len(entry.key) + len(entry.value or b"") + len(entry.before or b"")
