"""RecordingReporter: every report of a builder, to be asked afterwards."""

from __future__ import annotations

from slipcast.ports.reporter import Report


class RecordingReporter:
    """A Reporter that remembers."""

    def __init__(self) -> None:
        self.reports: list[Report] = []

    def report(self, report: Report) -> None:
        """Remember a report."""
        self.reports.append(report)

    @property
    def last(self) -> Report:
        """What was known in the end."""
        return self.reports[-1]
