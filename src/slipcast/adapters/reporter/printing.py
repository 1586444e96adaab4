"""Reports to a person or program that runs a builder by hand: one line of JSON at the end.

Source: builder-process.md BLD-45.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from typing_extensions import override

from slipcast.adapters.reporter.document import with_report
from slipcast.ports.reporter import Report, Reporter


class PrintingReporter(Reporter):
    """Remembers the last report, which holds all others."""

    def __init__(self, say: Callable[[str], None]) -> None:
        """Take where the line goes."""
        self._say = say
        self._last = Report()

    @override
    def report(self, report: Report) -> None:
        self._last = report

    def finish(self, *, succeeded: bool) -> None:
        """Say how the build ended, in the form in which the API has it."""
        phase = "Complete" if succeeded else "Failed"
        told = with_report({"status": {"phase": phase}}, self._last)
        self._say(json.dumps({name: part for name, part in told.items() if part}))
