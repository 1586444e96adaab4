"""Rows of a journal: which keys a prefix covers, and what an append becomes.

What the adapters must agree on is decided here, over values. How rows are kept and read is
each adapter's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from slipcast.ports.journal import Compacted, Entry, Stale
from slipcast.values.faults import PortFault

# A value that was to be forgotten; the row stays, so that revisions have no holes.
FORGOTTEN = b""

_LAST_CHARACTER = 0x10FFFF
_BEFORE_SURROGATES = 0xD7FF
_AFTER_SURROGATES = 0xE000


class Wish(msgspec.Struct, frozen=True):
    """What a caller of `append` asks for."""

    key: str
    value: bytes | None
    expected: int
    forget: bool = False


class Newest(msgspec.Struct, frozen=True):
    """The live row of a key, as far as a next append needs it."""

    revision: int
    created: int
    value: bytes


def checked(wish: Wish) -> Wish:
    """The wish, when it can be kept at all.

    Errors: PortFault: a key that is no text or empty, or an empty value.
    """
    checked_keys(wish.key)
    if not wish.key:
        raise PortFault("a journal's key is not empty", reason="BadKey")
    if wish.value == FORGOTTEN:
        raise PortFault(
            f"the value of {wish.key} is empty, which in a journal means forgotten",
            reason="BadValue",
        )
    return wish


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
    head: int, wishes: Iterable[Wish], newest: Callable[[str], Newest | None]
) -> list[Entry | Stale]:
    """What becomes of wishes, carried out in order after the revision `head`.

    Shape:  one answer per wish; the entries take head + 1, head + 2 ... `newest` tells the live
            row of a key before the first wish.
    """
    answers: list[Entry | Stale] = []
    changed: dict[str, Newest | None] = {}
    for wish in wishes:
        key, value = wish.key, wish.value
        live = changed[key] if key in changed else newest(key)
        previous = live.revision if live else 0
        if previous != wish.expected or (value is None and live is None):
            answers.append(stale(wish, previous))
            continue
        head += 1
        created, before = (live.created, live.value) if live else (head, None)
        if wish.forget or before == FORGOTTEN:
            before = None
        answers.append(Entry(key, head, created, previous, value, before))
        changed[key] = None if value is None else Newest(head, created, value)
    return answers


def stale(wish: Wish, found: int) -> Stale:
    """The fault of an append that expected another row."""
    if not found and not wish.expected:
        return Stale(f"{wish.key} is not there: nothing ends")
    said = f"is at revision {found}" if found else "has no live row"
    return Stale(f"{wish.key} {said}, not at {wish.expected}")


def compacted(revision: int, mark: int) -> Compacted:
    """The fault of asking for history that is gone."""
    return Compacted(
        f"revision {revision} is before {mark}, the oldest that is remembered",
        hint="list again, and follow from the revision of the list",
    )


def closed() -> PortFault:
    """The fault of asking a journal after its end."""
    return PortFault("the journal is closed", reason="JournalClosed")
