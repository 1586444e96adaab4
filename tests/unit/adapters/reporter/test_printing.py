"""Reports to whoever runs a builder by hand."""

from __future__ import annotations

import json

from slipcast.adapters.reporter.printing import PrintingReporter
from slipcast.ports.reporter import Report


def test_the_end_is_one_line_with_all_that_was_reported_bld_45():
    said: list[str] = []
    reporter = PrintingReporter(said.append)

    reporter.report(Report())
    reporter.report(Report(digest="sha256:1"))
    reporter.finish(succeeded=True)

    assert [json.loads(line) for line in said] == [
        {"status": {"phase": "Complete", "output": {"to": {"imageDigest": "sha256:1"}}}}
    ]


def test_a_failure_is_told_with_its_reason_bld_45():
    said: list[str] = []
    reporter = PrintingReporter(said.append)

    reporter.report(Report(failed=True, reason="AssembleFailed", message="Assemble script failed."))
    reporter.finish(succeeded=False)

    assert json.loads(said[0])["status"] == {
        "phase": "Failed",
        "reason": "AssembleFailed",
        "message": "Assemble script failed.",
    }
