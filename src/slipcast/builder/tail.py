"""The last lines of a program's output, kept while it passes."""

from __future__ import annotations

from collections import deque

from slipcast.ports.engine import Sink
from slipcast.ports.progress import Progress, Stream

LINES = 20
_LONGEST = 4096


class Tail:
    """Sinks that pass output on to progress and remember its last lines.

    A line is cut at 4096 bytes when it is remembered, never when it is passed on.
    """

    def __init__(self, progress: Progress, *, quiet: bool = False) -> None:
        """Quiet keeps standard output from whoever watches; it is remembered all the same."""
        self._progress = progress
        self._quiet = quiet
        self._lines: deque[bytes] = deque(maxlen=LINES)
        self._open: dict[Stream, bytes] = {"stdout": b"", "stderr": b""}

    def sink(self, stream: Stream) -> Sink:
        """Where a program's stream goes."""

        def take(data: bytes) -> None:
            if not (self._quiet and stream == "stdout"):
                self._progress.output(stream, data)
            *whole, rest = (self._open[stream] + data).split(b"\n")
            self._lines.extend(line[:_LONGEST] for line in whole)
            self._open[stream] = rest[:_LONGEST]

        return take

    def sinks(self, *, one: bool) -> tuple[Sink, Sink]:
        """For both streams; one for both keeps their order, and calls all of it standard error."""
        errors = self.sink("stderr")
        return (errors, errors) if one else (self.sink("stdout"), errors)

    @property
    def lines(self) -> tuple[str, ...]:
        """The last lines of both streams together, as they came, oldest first."""
        last = [*self._lines, *(rest for rest in self._open.values() if rest)]
        shown = (line.decode(errors="replace").rstrip() for line in last)
        return tuple(line for line in shown if line)[-LINES:]
