"""Columns of builds and their configurations.

Source: cli.md section 9, GT-1 to GT-4.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from slipcast.api.document import JSON
from slipcast.values import patterns
from slipcast.views import age as ages
from slipcast.views.column import AGE, NAME, Cell, Column, at, text

STRATEGIES: Final = {
    "sourceStrategy": "Source",
    "dockerStrategy": "Docker",
    "customStrategy": "Custom",
    "jenkinsPipelineStrategy": "JenkinsPipeline",
}
_HEXADECIMAL = patterns.lazy(r"[0-9a-f]{21,}", re.IGNORECASE)
_SHORT = 7
_LONGEST_REF: Final = 40
"""Characters of a ref that are shown: anybody may push one that is far longer."""


def strategy(content: JSON, _: datetime) -> Cell:
    """The type of a build's strategy (GT-1)."""
    held = at(content, "spec", "strategy") or {}
    said = (name for field, name in STRATEGIES.items() if held.get(field) is not None)
    return next(said, str(held.get("type") or ""))


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


def pushed(content: JSON, _: datetime) -> Cell:
    """What was pushed: `main@1a2b3c4`."""
    ref = str(at(content, "ref") or "").removeprefix("refs/heads/").removeprefix("refs/")
    ref = ref if len(ref) <= _LONGEST_REF else f"{ref[: _LONGEST_REF - 1]}…"
    commit = str(at(content, "commit") or "")
    return f"{ref}@{commit[:_SHORT]}" if commit else ref


def came(content: JSON, _: datetime) -> Cell:
    """What came of a delivery: `Started app-3`."""
    return f"{at(content, 'outcome') or ''} {at(content, 'build') or ''}".strip()


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

WEBHOOK_DELIVERY: Final = (
    NAME,
    Column("BuildConfig", text("buildConfig"), "The BuildConfig it was for."),
    Column("Type", text("type"), "The type of the webhook."),
    Column("Event", text("event"), "What happened."),
    Column("Ref", pushed, "What was pushed, and the commit."),
    Column("Outcome", came, "What came of it, and the build that was started."),
    AGE,
    Column("Message", text("message"), "What came of it, in a sentence.", priority=1),
    Column("Delivery", text("deliveryID"), "Which delivery it is.", priority=1),
)

BUILD_CONFIG: Final = (
    NAME,
    Column("Type", strategy, "The build strategy."),
    Column("From", origin, "Where the source comes from."),
    Column("Latest", latest, "The number of the newest build.", type="integer", format="int64"),
)
