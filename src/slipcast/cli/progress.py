"""Progress for people: lines on standard error, the program's own output untouched between them.

A stage is one line with the seconds since the beginning. Output of scripts is never prefixed; only
line ends are trimmed (S2I-204), and the streams do not cut each other's lines. From level 3 on all
lines carry a header with severity, date, time and place (S2I-294).

Source: source-to-image, output and log levels (S2I-292 to 295).
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Literal

from slipcast.cli.printable import printable
from slipcast.ports.progress import Stream
from slipcast.ports.s2i import Stage

HEADED = 3
"""The level from which lines carry a header."""

_LONGEST = 1 << 16
_DIM, _YELLOW, _PLAIN = b"\x1b[36m", b"\x1b[33m", b"\x1b[0m"

Severity = Literal["I", "W", "E"]


class Lines:
    """A Progress that writes lines to a stream and remembers the stages."""

    def __init__(
        self,
        into: IO[bytes],
        *,
        level: int = 0,
        quiet: bool = False,
        colour: bool = False,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Quiet hides the standard output of scripts and nothing else (S2I-16)."""
        self._into = into
        self._level = level
        self._quiet = quiet
        self._colour = colour
        self._now = now
        self._began = now()
        self._open: dict[Stream, bytes] = {"stdout": b"", "stderr": b""}
        self.stages: list[Stage] = []

    @contextmanager
    def stage(self, name: str, step: str, text: str) -> Iterator[None]:
        """Say that a stage begins; remember how long it took."""
        start, began = time.time(), self._now()
        self._line("I", f"[{began - self._began:6.1f}s] {text}", _DIM)
        try:
            yield
        finally:
            self.flush()
            duration = round((self._now() - began) * 1000)
            self.stages.append(Stage(name=name, step=step, start=start, duration_ms=duration))

    def output(self, stream: Stream, data: bytes) -> None:
        """Write whole lines at once and keep the rest until its line ends."""
        if self._quiet and stream == "stdout":
            return
        *whole, rest = (self._open[stream] + data).split(b"\n")
        if len(rest) > _LONGEST:
            whole, rest = [*whole, rest], b""
        self._open[stream] = rest
        if whole:
            self._write(b"".join(self._headed("I", line.rstrip(b"\r")) for line in whole))

    def note(self, text: str, *, level: int = 1) -> None:
        """A remark, if the level allows it."""
        if level <= self._level:
            self._line("I", text)

    def warn(self, text: str) -> None:
        """A warning; always shown."""
        self._line("W", f"WARNING: {text}", _YELLOW)

    def flush(self) -> None:
        """End lines that were left open."""
        for stream, rest in self._open.items():
            if rest:
                self._open[stream] = b""
                self._write(self._headed("I", rest.rstrip(b"\r")))

    def times(self) -> str:
        """Where the time went, in words."""
        spent = [f"{stage.name} {stage.duration_ms / 1000:.1f}s" for stage in self.stages]
        return f"{self._now() - self._began:.1f}s" + (f" ({', '.join(spent)})" if spent else "")

    def _line(self, severity: Severity, text: str, colour: bytes = b"") -> None:
        self.flush()
        line = printable(text).encode("utf-8", "surrogateescape")
        if self._colour and colour:
            line = colour + line + _PLAIN
        self._write(self._headed(severity, line))

    def _headed(self, severity: Severity, line: bytes) -> bytes:
        head = header(severity) if self._level >= HEADED else ""
        return head.encode() + line + b"\n"

    def _write(self, data: bytes) -> None:
        self._into.write(data)
        self._into.flush()


def header(severity: Severity) -> str:
    """The head of a line from level 3 on: severity, date, time, process, place in the code."""
    frame = sys._getframe(1)  # noqa: SLF001 -- the place a line comes from is its caller
    while frame.f_back is not None and Path(frame.f_code.co_filename) == Path(__file__):
        frame = frame.f_back
    at = datetime.now().astimezone()
    place = f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
    return f"{severity}{at:%m%d %H:%M:%S.%f} {os.getpid():7d} {place}] "
