"""Logs: one line of JSON for each event, to standard error.

An event has a dotted name in the past tense; what else it says are fields.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from typing import Any, TextIO

import msgspec
from typing_extensions import override

_encode = msgspec.json.Encoder(enc_hook=str).encode


class JsonLines(logging.Formatter):
    """Writes a record as a line of JSON."""

    def __init__(self) -> None:
        super().__init__()
        self._second = -1
        self._clock = ""

    @override
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": self._time(record.created),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "from": record.name,
        }
        fields = getattr(record, "fields", None)
        if isinstance(fields, dict):
            line |= fields
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return _encode(line).decode()

    def _time(self, created: float) -> str:
        """When that was; many records fall into one second, which is written out once."""
        second = int(created)
        if second != self._second:
            self._clock = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
            self._second = second
        return f"{self._clock}.{int((created - second) * 1000):03d}+00:00"


class Together(logging.StreamHandler[TextIO]):
    """Writes the lines of one turn of the event loop at once; those from elsewhere as they come."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._lines: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(self.format(record))
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.flush()
        else:
            if len(self._lines) == 1:
                loop.call_soon(self.flush)

    @override
    def flush(self) -> None:
        lines, self._lines = self._lines, []
        # Where the log cannot be written, nobody can be told.
        with self.lock or nullcontext(), suppress(OSError, ValueError):
            if lines:
                self.stream.write("\n".join((*lines, "")))
            self.stream.flush()


def install(level: int = logging.INFO) -> None:
    """Let this process log so."""
    # Who called, from which thread, is looked up for each record, and shown in none.
    logging._srcfile = None  # noqa: SLF001 -- as logging's own manual has it
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    handler = Together(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # What the HTTP server tells of itself, we tell better.
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
