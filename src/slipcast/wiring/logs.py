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


class JsonLines(logging.Formatter):
    """Writes a record as a line of JSON."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "from": record.name,
        }
        fields = getattr(record, "fields", None)
        if isinstance(fields, dict):
            line |= fields
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line, enc_hook=str).decode()


class _Together(logging.StreamHandler[TextIO]):
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
    handler = _Together(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # What the HTTP server tells of itself, we tell better.
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
