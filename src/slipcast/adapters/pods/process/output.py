"""What a container says, on its way into records and a log of bounded length.

A log is a row of segments, `log-NAME.0` and on: the first one stays, of all later ones the last
two do. Who reads notices a gap by the numbers.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from slipcast.values import logrecords
from slipcast.values.logrecords import LONGEST, Stream
from slipcast.values.masking import Masker, Values

FIRST: Final = 32 << 20
"""Bytes of a log's beginning that are kept."""

LATER: Final = 8 << 20
"""Bytes of a later segment."""

NOTHING: Final = Values()
_KEPT: Final = 2
_NAME: Final = re.compile(r"log-(.+)\.(\d+)")


class Lines:
    """Cuts the output of one stream into records, without secrets. Pure: it is told the time."""

    def __init__(self, stream: Stream, hidden: Values = NOTHING) -> None:
        self._stream = stream
        self._open = b""
        self._masker = Masker(hidden)

    @property
    def is_open(self) -> bool:
        """Whether text waits for its line to end."""
        return bool(self._open)

    def records(self, data: bytes, time: bytes) -> bytes:
        """The records that a piece of output completes."""
        return self._cut(self._masker.masked(data), time)

    def rest(self, time: bytes) -> bytes:
        """What waits, as a record of a line that goes on."""
        text, self._open = self._open, b""
        return self._record(time, text, whole=False) if text else b""

    def end(self, time: bytes) -> bytes:
        """All that waits: there will be no more."""
        return self._cut(self._masker.rest(), time) + self.rest(time)

    def _cut(self, data: bytes, time: bytes) -> bytes:
        *whole, self._open = (self._open + data).split(b"\n")
        out: list[bytes] = []
        for line in whole:
            *parts, last = _parts(line)
            out += [self._record(time, part, whole=False) for part in parts]
            out.append(self._record(time, last, whole=True))
        if len(self._open) >= LONGEST:
            *parts, self._open = _parts(self._open)
            out += [self._record(time, part, whole=False) for part in parts]
        return b"".join(out)

    def _record(self, time: bytes, text: bytes, *, whole: bool) -> bytes:
        return logrecords.written(time, self._stream, text, whole=whole)


class Log:
    """The segments that one container's records go to."""

    def __init__(self, place: Path, container: str, first: int = FIRST, later: int = LATER) -> None:
        self._place = place
        self._container = container
        self._first = first
        self._later = later
        self._number = 0
        self._size = 0
        self._file = -1
        self._is_torn = False

    def write(self, records: bytes) -> None:
        """Append whole records; a full disk loses them, not the pod."""
        if not records:
            return
        rest = memoryview(b"\n" + records if self._is_torn else records)
        with contextlib.suppress(OSError):
            if self._file < 0 or self._size + len(rest) > self._room:
                self._next()
            while rest:
                written = os.write(self._file, rest)
                self._size += written
                rest = rest[written:]
                self._is_torn = bool(rest)

    def close(self) -> None:
        """No more will be written."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    @property
    def _room(self) -> int:
        return self._later if self._number else self._first

    def _next(self) -> None:
        if self._file >= 0:
            self.close()
            self._number += 1
        path = segment(self._place, self._container, self._number)
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._size = os.fstat(self._file).st_size
        if self._number > _KEPT:
            segment(self._place, self._container, self._number - _KEPT).unlink(missing_ok=True)


def segment(place: Path, container: str, number: int) -> Path:
    """Where a segment lies."""
    return place / f"log-{container}.{number}"


def segments(place: Path, container: str) -> list[int]:
    """The numbers of the segments that are there, in order."""
    try:
        found = [_NAME.fullmatch(path.name) for path in place.iterdir()]
    except FileNotFoundError:
        return []
    return sorted(int(each[2]) for each in found if each and each[1] == container)


def now() -> bytes:
    """The time as records have it."""
    nanos = time.time_ns()
    moment = time.gmtime(nanos // 10**9)
    return time.strftime("%Y-%m-%dT%H:%M:%S", moment).encode() + b".%09dZ" % (nanos % 10**9)


def last_lines(data: bytes, lines: int, size: int) -> str:
    """The end of a log as text: so many lines at most, and so many bytes of them."""
    text: list[bytes] = []
    is_open = {b"stdout": False, b"stderr": False}
    for record in logrecords.read(data):
        if is_open.get(record.stream) and text:
            text[-1] += record.text
        else:
            text.append(record.text)
        is_open[record.stream] = not record.whole
    kept = b"\n".join(text[-lines:])[-size:]
    return kept.decode("utf-8", "replace").strip("\n")


def _parts(line: bytes) -> Iterator[bytes]:
    yield line[:LONGEST]
    for start in range(LONGEST, len(line), LONGEST):
        yield line[start : start + LONGEST]
