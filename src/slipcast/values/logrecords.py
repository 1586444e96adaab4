"""Log records: what a container said, a line each, with when and where.

A record is one line of bytes: `2026-11-22T18:00:00.123456789Z stdout F the text`. The third word
is F when the text ended with a line break, P when the line goes on in the next record of the same
stream. Streams are `stdout` and `stderr`.

Source: the log format of Kubernetes' container runtimes, which conmon writes too.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final, Literal

import msgspec

Stream = Literal["stdout", "stderr"]

LONGEST: Final = 16 * 1024
"""Bytes of text in a record at most; longer lines are several records."""

_PARTS: Final = 4


class Record(msgspec.Struct, frozen=True, gc=False):
    """A line, or part of one.

    Shape:  time as written, in UTC; text without its line break; whole says that it had one.
    """

    time: bytes
    stream: bytes
    whole: bool
    text: bytes


def timestamp(moment: datetime) -> bytes:
    """A moment as records have it, nine digits behind the point.

    Shape:  moment is in UTC.
    """
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f000Z").encode()


def written(time: bytes, stream: Stream, text: bytes, *, whole: bool = True) -> bytes:
    """A record as bytes, its own line break included; text has none, and is not too long."""
    return b"%b %b %b %b\n" % (time, stream.encode(), b"F" if whole else b"P", text)


def read(data: bytes) -> Iterator[Record]:
    """The records of a piece of a log; a line that is none is taken as text of unknown time."""
    # Only \n ends a record: a text may hold any other break.
    for line in filter(None, data.split(b"\n")):
        parts = line.split(b" ", _PARTS - 1)
        if len(parts) == _PARTS and parts[2] in {b"F", b"P"}:
            yield Record(parts[0], parts[1], parts[2] == b"F", parts[3])
        elif len(parts) == _PARTS - 1 and parts[2] in {b"F", b"P"}:
            yield Record(parts[0], parts[1], parts[2] == b"F", b"")
        else:
            yield Record(b"", b"stdout", True, line)  # noqa: FBT003 -- whole
