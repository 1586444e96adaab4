"""A Build with what is reported of it, as the server takes it and people read it.

Source: builder-process.md BLD-153, BLD-154, BLD-156.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from slipcast.ports.reporter import Report

JSON = dict[str, Any]


def with_report(build: Mapping[str, Any], report: Report) -> JSON:
    """A Build as the server has it, with what is reported (BLD-153); a revision of its own stays.

    Shape:  phase is only ever said to be Failed: the others are the controller's to say (BLD-154).
    """
    spec, status = dict(build.get("spec") or {}), dict(build.get("status") or {})
    if report.revision is not None and not spec.get("revision"):
        spec["revision"] = msgspec.to_builtins(report.revision)
    if report.stages:
        status["stages"] = msgspec.to_builtins(report.stages)
    if report.digest:
        output = dict(status.get("output") or {})
        status["output"] = {**output, "to": {"imageDigest": report.digest}}
    if report.failed:
        status.update(phase="Failed", reason=report.reason, message=report.message)
    return {**build, "spec": spec, "status": status}
