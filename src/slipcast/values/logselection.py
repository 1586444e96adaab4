"""Which lines of a log somebody gets, and how: records in, text out, piece by piece.

A line is what one stream said up to its break; when the other stream speaks in between, the line
is broken there, so that nothing has to be held back. Nothing is remembered but how far we are,
however long the log and its lines are; of the last lines the first is found by counting all of
them beforehand, with a Taker of the same wishes. Following and joining logs is done elsewhere.

Source: the options of Kubernetes' pod logs; build-api.md BA-656 to BA-666.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from slipcast.values.logrecords import Record, read, timestamp

_PRECISE = 29
"""Characters of a time that are compared: down to nanoseconds, without the zone."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted of the log of one container.

    Shape:  since as records write times, empty for all; tail None for all lines.
    Units:  limit in bytes.
    """

    since: bytes = b""
    timestamps: bool = False
    tail: int | None = None
    limit: int | None = None


EVERYTHING = Wanted()


class Window(msgspec.Struct, frozen=True):
    """Lines by their numbers, counted from 0: from the first, to before the last; None: to the end.

    Shape:  what is not young enough is not counted.
    """

    first: int = 0
    last: int | None = None


def since(moment: datetime) -> bytes:
    """The moment as `Wanted.since` has it.

    Shape:  moment is in UTC.
    """
    return timestamp(moment)


def window(wanted: Wanted, lines: int, *, grows: bool) -> Window:
    """The window of the last lines, out of so many that there are now.

    Shape:  grows says that lines to come are wanted too.
    """
    if wanted.tail is None:
        return Window()
    return Window(max(0, lines - wanted.tail), None if grows else lines)


class Taker:
    """Takes the records of one container, in their order, and gives the text of them.

    Shape:  lines is how many have begun that are young enough; is_full says that nothing more
            will come.
    """

    __slots__ = ("_begun", "_given", "_partial", "_wanted", "_window", "lines")

    def __init__(self, wanted: Wanted = EVERYTHING, within: Window = Window()) -> None:  # noqa: B008 -- frozen
        self._wanted = wanted
        self._window = within
        self._begun = not wanted.since
        self._partial: bytes | None = None
        self._given = 0
        self.lines = 0

    @property
    def is_full(self) -> bool:
        """Whether nothing more will come."""
        last, limit = self._window.last, self._wanted.limit
        if limit is not None and self._given >= limit:
            return True
        # The last line may still go on, although no other may begin.
        return last is not None and self.lines + (self._partial is None) > last

    def take(self, data: bytes) -> bytes:
        """The text that a piece of the log adds; the piece ends at the end of a record."""
        text = b"".join([part for record in read(data) for part in self._parts(record)])
        limit = self._wanted.limit
        if limit is not None:
            text = text[: limit - self._given]
        self._given += len(text)
        return text

    def _parts(self, record: Record) -> tuple[bytes, ...]:
        """What a record adds: perhaps the end of a line that was left open, and its own text."""
        going_on, left = self._partial == record.stream, self._partial is not None
        before = self._is_shown()
        self._partial = None if record.whole else record.stream
        end = b"\n" if record.whole else b""
        if going_on:
            return (record.text, end) if before else ()
        broken = b"\n" if left and before else b""
        if not self._begun:
            self._begun = record.time[:_PRECISE] >= self._wanted.since[:_PRECISE]
        if not self._begun:
            return ()
        self.lines += 1
        if not self._is_shown():
            return (broken,)
        head = b"%b " % record.time if self._wanted.timestamps and record.time else b""
        return (broken, head, record.text, end)

    def _is_shown(self) -> bool:
        """Whether the line that began last is in the window."""
        number, within = self.lines - 1, self._window
        if number < within.first:
            return False
        return within.last is None or number < within.last
