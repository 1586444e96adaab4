"""Reading a container's log while it grows: segment after segment, in whole records."""

from __future__ import annotations

import os
from pathlib import Path

from slipcast.adapters.pods.process import output
from slipcast.values import logrecords

_PIECE = 1 << 18


class Reader:
    """A place in a log; goes forward only."""

    def __init__(self, place: Path, container: str) -> None:
        self._place = place
        self._container = container
        self._number = -1
        self._file = -1
        self._part = b""

    def read(self) -> bytes:
        """The records that came since; empty when there is none for now."""
        while True:
            data = os.read(self._file, _PIECE) if self._file >= 0 else b""
            whole, found, rest = (self._part + data).rpartition(b"\n")
            self._part = rest
            if found:
                return whole + found
            if data:
                continue
            gap = self._next()
            if gap is None:
                return b""
            if gap:
                return gap

    def close(self) -> None:
        """No more is read."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _next(self) -> bytes | None:
        """Go on to the next segment: what is to be said of those between; None without any."""
        numbers = (each for each in output.segments(self._place, self._container))
        number = next((each for each in numbers if each > self._number), None)
        if number is None:
            return None
        # The segment we have may have grown between our last look and the next one's birth.
        data = os.read(self._file, _PIECE) if self._file >= 0 else b""
        if data:
            os.lseek(self._file, -len(data), os.SEEK_CUR)
            return b""
        try:
            opened = os.open(
                output.segment(self._place, self._container, number), os.O_RDONLY | os.O_CLOEXEC
            )
        except FileNotFoundError:
            return None
        self.close()
        missing, self._number, self._file = number - self._number - 1, number, opened
        # What a writer that was killed had not finished is no record.
        self._part = b""
        if not missing:
            return b""
        text = b"... the log is too long: a part of it was not kept ..."
        return logrecords.written(output.now(), "stdout", text)
