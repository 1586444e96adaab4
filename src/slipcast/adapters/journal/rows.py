"""Rows of a journal: which keys a prefix covers, and what an append becomes.

What the adapters must agree on is decided here, over values. How rows are kept and read is
each adapter's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from slipcast.ports.journal import Compacted, Entry, Row, Stale
from slipcast.values.faults import PortFault

# A value that was to be forgotten; the row stays, so that revisions have no holes.
FORGOTTEN = b""

_LAST_CHARACTER = 0x10FFFF
_BEFORE_SURROGATES = 0xD7FF
_AFTER_SURROGATES = 0xE000


Rows = tuple[Row, ...]
"""What one append is to write, all of it or nothing."""

Answer = tuple[Entry, ...] | Stale
"""What becomes of it: an entry for each row, or nothing."""


class Newest(msgspec.Struct, frozen=True):
    """The live row of a key, as far as a next append needs it."""

    revision: int
    created: int
    value: bytes


def checked(row: Row) -> Row:
    """The row, when it can be kept at all.

    Errors: PortFault: a key that is no text or empty, or an empty value.
    """
    checked_keys(row.key)
    if not row.key:
        raise PortFault("a journal's key is not empty", reason="BadKey")
    if row.value == FORGOTTEN:
        raise PortFault(
            f"the value of {row.key} is empty, which in a journal means forgotten",
            reason="BadValue",
        )
    return row


def checked_all(rows: Iterable[Row]) -> Rows:
    """Rows of one append, when they can be kept at all.

    Errors: PortFault: that of `checked`, or two rows of one key.
    """
    found = tuple(checked(row) for row in rows)
    keys: set[str] = set()
    for row in found:
        if row.key in keys:
            raise PortFault(f"one append has two rows of {row.key}", reason="SameKey")
        keys.add(row.key)
    return found


def checked_keys(*texts: str) -> None:
    """Refuse what no database keeps as text.

    Errors: PortFault.
    """
    for text in texts:
        if not text.isascii():
            try:
                text.encode()
            except UnicodeEncodeError as error:
                raise PortFault("a journal's key is valid Unicode", reason="BadKey") from error
        if "\0" in text:
            raise PortFault("a journal's key holds no NUL", reason="BadKey")


def start_of(prefix: str, after: str) -> str:
    """The smallest key that a listing of the prefix after a key may hold."""
    return max(prefix, next_after(after)) if after else prefix


def next_after(key: str) -> str:
    """The smallest text that sorts after a key, in a world without NUL."""
    return key + "\x01"


def end_of(prefix: str) -> str | None:
    """The smallest text after all texts that begin with prefix; None when there is none."""
    for index in range(len(prefix) - 1, -1, -1):
        code = ord(prefix[index])
        if code < _LAST_CHARACTER:
            following = _AFTER_SURROGATES if code == _BEFORE_SURROGATES else code + 1
            return prefix[:index] + chr(following)
    return None


def decide(
    head: int, appends: Iterable[Rows], newest: Callable[[str], Newest | None]
) -> list[Answer]:
    """What becomes of appends, carried out in order after the revision `head`.

    Shape:  one answer per append; the entries take head + 1, head + 2 ... `newest` tells the live
            row of a key before the first append.
    """
    answers: list[Answer] = []
    changed: dict[str, Entry] = {}
    for rows in appends:
        entries: list[Entry] = []
        for row in rows:
            live = changed.get(row.key) or newest(row.key)
            entry = _entry(head + 1 + len(entries), row, live)
            if isinstance(entry, Stale):
                answers.append(entry)
                break
            entries.append(entry)
        else:
            head += len(entries)
            for entry in entries:
                changed[entry.key] = entry
            answers.append(tuple(entries))
    return answers


def written(answers: Iterable[tuple[Entry, ...] | PortFault]) -> list[Entry]:
    """All entries of answers, in order."""
    return [entry for each in answers if isinstance(each, tuple) for entry in each]


def forgotten(rows: Rows, entries: Sequence[Entry]) -> list[int]:
    """The revisions whose values are to be forgotten, of an append that was carried out."""
    return [
        entry.previous
        for row, entry in zip(rows, entries, strict=True)
        if row.forget and entry.previous
    ]


def stale(row: Row, found: int) -> Stale:
    """The fault of an append that expected another row."""
    if not found and not row.expected:
        fault = Stale(f"{row.key} is not there: nothing ends")
    else:
        said = f"is at revision {found}" if found else "has no live row"
        fault = Stale(f"{row.key} {said}, not at {row.expected}")
    fault.key = row.key
    return fault


def _entry(revision: int, row: Row, live: Newest | Entry | None) -> Entry | Stale:
    """What a row becomes after what its key was."""
    if live is None or live.value is None:
        if row.expected or row.value is None:
            return stale(row, 0)
        return Entry(row.key, revision, revision, 0, row.value)
    if live.revision != row.expected:
        return stale(row, live.revision)
    before = None if row.forget or live.value == FORGOTTEN else live.value
    return Entry(row.key, revision, live.created, live.revision, row.value, before)


def compacted(revision: int, mark: int) -> Compacted:
    """The fault of asking for history that is gone."""
    return Compacted(
        f"revision {revision} is before {mark}, the oldest that is remembered",
        hint="list again, and follow from the revision of the list",
    )


def closed() -> PortFault:
    """The fault of asking a journal after its end."""
    return PortFault("the journal is closed", reason="JournalClosed")
