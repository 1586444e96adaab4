"""Columns of builds and their configurations.

Source: cli.md section 9, GT-1 to GT-4.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from slipcast.api.document import JSON
from slipcast.views import age as ages
from slipcast.views.column import NAME, Cell, Column, at

STRATEGIES: Final = {
    "sourceStrategy": "Source",
    "dockerStrategy": "Docker",
    "customStrategy": "Custom",
    "jenkinsPipelineStrategy": "JenkinsPipeline",
}
_HEXADECIMAL = re.compile(r"[0-9a-f]{21,}", re.IGNORECASE)
_SHORT = 7


def strategy(content: JSON, _: datetime) -> Cell:
    """The type of a build's strategy (GT-1)."""
    held = at(content, "spec", "strategy") or {}
    return next((name for field, name in STRATEGIES.items() if held.get(field)), "")


def origin(content: JSON, now: datetime) -> Cell:
    """Where a build's source comes from (GT-2)."""
    spec: JSON = at(content, "spec") or {}
    source: Any = at(spec, "source") or {}
    if strategy(content, now) == "Custom" and at(content, "status", "phase") is None:
        image = at(spec, "strategy", "customStrategy", "from", "name")
        if image:
            return str(image)
    revision = _revision(spec, source)
    if source.get("binary") is not None:
        return f"Binary{revision}"
    if source.get("dockerfile") is not None:
        return f"Dockerfile,Git{revision}" if source.get("git") else "Dockerfile"
    if source.get("git") is not None:
        return f"Git{revision}"
    return str(source.get("type") or "")


def _revision(spec: JSON, source: JSON) -> str:
    known = at(spec, "revision", "git", "commit") or at(source, "git", "ref") or ""
    if _HEXADECIMAL.fullmatch(known):
        known = known[:_SHORT]
    return f"@{known}" if known else ""


def status(content: JSON, _: datetime) -> Cell:
    """A build's phase, and why (GT-3)."""
    phase = str(at(content, "status", "phase") or "")
    reason = at(content, "status", "reason")
    return f"{phase} ({reason})" if reason else phase


def started(content: JSON, now: datetime) -> Cell:
    """When a build began to run (GT-3)."""
    return ages.ago(at(content, "status", "startTimestamp"), now)


def duration(content: JSON, _: datetime) -> Cell:
    """How long a build ran (GT-3)."""
    return ages.took(at(content, "status", "duration"))


def latest(content: JSON, _: datetime) -> Cell:
    """The number of a configuration's newest build (GT-4)."""
    return int(at(content, "status", "lastVersion") or 0)


BUILD: Final = (
    NAME,
    Column("Type", strategy, "The build strategy."),
    Column("From", origin, "Where the source comes from."),
    Column("Status", status, "The phase, and the reason for it."),
    Column("Started", started, "When the build began to run."),
    Column("Duration", duration, "How long it ran."),
)

BUILD_CONFIG: Final = (
    NAME,
    Column("Type", strategy, "The build strategy."),
    Column("From", origin, "Where the source comes from."),
    Column("Latest", latest, "The number of the newest build.", type="integer", format="int64"),
)
