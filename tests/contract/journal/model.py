"""The journal as a list of rows: what every adapter is compared with."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import strategies as st
from msgspec.structs import replace

from slipcast.ports.journal import Batch, Entry, Journal, Row, Stale

FORGOTTEN = b""


@dataclass
class Model:
    """Rows 1, 2, 3 ... as they were appended, none ever removed."""

    rows: list[Entry] = field(default_factory=list)
    mark: int = 0

    @property
    def head(self) -> int:
        """The newest revision."""
        return len(self.rows)

    def newest(self, key: str, at: int) -> Entry | None:
        """The live row of a key."""
        row = next((row for row in reversed(self.rows[:at]) if row.key == key), None)
        return row if row is not None and row.value is not None else None

    def live(self, prefix: str, at: int) -> tuple[Entry, ...]:
        """All live rows of a prefix, in key order."""
        keys = {row.key for row in self.rows if row.key.startswith(prefix)}
        rows = (self.newest(key, at) for key in sorted(keys, key=str.encode))
        return tuple(row for row in rows if row is not None)

    def append_all(self, rows: Sequence[Row]) -> tuple[Entry, ...] | None:
        """The new rows; None when any of them is stale."""
        kept, entries = list(self.rows), []
        for row in rows:
            entry = self.append(row.key, row.value, row.expected, forget=row.forget)
            if entry is None:
                self.rows = kept
                return None
            entries.append(entry)
        return tuple(entries)

    def append(self, key: str, value: bytes | None, expected: int, *, forget: bool) -> Entry | None:
        """The new row, with what it replaced; None when the append is stale."""
        old = self.newest(key, self.head)
        if (old.revision if old else 0) != expected or (value is None and old is None):
            return None
        revision = self.head + 1
        row = Entry(key, revision, old.created if old else revision, expected, value)
        if old and forget:
            self.rows[expected - 1] = replace(old, value=FORGOTTEN)
        self.rows.append(row)
        return self.told(row)

    def told(self, row: Entry) -> Entry:
        """A row as `append` and `since` give it."""
        return replace(
            row, before=(self.rows[row.previous - 1].value if row.previous else b"") or None
        )

    def after(self, revision: int, prefix: str) -> tuple[Entry, ...]:
        """What `since` tells."""
        rows = self.rows[revision:]
        return tuple(self.told(row) for row in rows if row.key.startswith(prefix))


@dataclass(frozen=True)
class Step:
    """A random append: `off` is how far the expectation is from the truth."""

    key: str
    value: bytes | None
    off: int
    forget: bool


PREFIXES = ("", "/a/", "/a/é", "/b", "/b/\U0010ffff", "/nothing/")
KEYS = (
    "/a/1",
    "/a/2",
    "/a/é",
    "/a/\ue000",
    "/a/\U0001f600",
    "/b",
    "/b/\U0010ffff",
    "/b/\U0010ffff/1",
)
STEPS = st.lists(
    st.builds(
        Step,
        key=st.sampled_from(KEYS),
        value=st.none() | st.binary(min_size=1, max_size=9),
        off=st.sampled_from((0, 0, 0, 0, 0, -1, 1)),
        forget=st.booleans(),
    ),
    max_size=40,
)


async def carry_out(journal: Journal, model: Model, steps: Sequence[Step]) -> None:
    """Append to journal and model; both answer the same (J1, J2)."""
    for step in steps:
        old = model.newest(step.key, model.head)
        expected = max(0, (old.revision if old else 0) + step.off)
        try:
            answer: Entry | None = await journal.append(
                step.key, step.value, expected=expected, forget=step.forget
            )
        except Stale:
            answer = None
        assert answer == model.append(step.key, step.value, expected, forget=step.forget)
        assert await journal.head() == model.head


async def carry_out_together(journal: Journal, model: Model, steps: Sequence[Step]) -> None:
    """Append to journal and model, at once what may be; both answer the same (J7)."""
    rows = []
    for step in {step.key: step for step in steps}.values():
        old = model.newest(step.key, model.head)
        expected = max(0, (old.revision if old else 0) + step.off)
        rows.append(Row(step.key, step.value, expected, step.forget))
    try:
        answer: tuple[Entry, ...] | None = await journal.append_all(rows)
    except Stale:
        answer = None
    assert answer == model.append_all(rows)
    assert await journal.head() == model.head


async def compare(journal: Journal, model: Model) -> None:
    """Whatever can be asked of the journal, the model answers the same (J3, J4)."""
    for at in range(model.mark, model.head + 1):
        for prefix in PREFIXES:
            page = await journal.list(prefix, at=at)
            assert (page.entries, page.revision, page.remaining) == (model.live(prefix, at), at, 0)
            assert await told(journal, at, prefix) == model.after(at, prefix)
        for key in KEYS:
            assert await journal.get(key, at=at) == model.newest(key, at)
    for key in KEYS:
        assert await journal.get(key) == model.newest(key, model.head)


async def told(journal: Journal, after: int, prefix: str) -> tuple[Entry, ...]:
    """What `since` has to tell until now."""
    found: list[Entry] = []
    head = await journal.head()
    async with asyncio.timeout(120):
        async for batch in journal.since(after, prefix):
            found += batch.entries
            if batch.revision >= head:
                break
    return tuple(found)


async def batches(journal: Journal, after: int, prefix: str, upto: int) -> list[Batch]:
    """The batches of `since` until a revision is reached."""
    found: list[Batch] = []
    async with asyncio.timeout(120):
        async for batch in journal.since(after, prefix):
            found.append(batch)
            if batch.revision >= upto:
                break
    return found
