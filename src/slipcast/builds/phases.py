"""The phases of a build.

Source: build-api.md section 8.3.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Phase(StrEnum):
    """How far a build is."""

    NEW = "New"
    PENDING = "Pending"
    RUNNING = "Running"
    COMPLETE = "Complete"
    FAILED = "Failed"
    ERROR = "Error"
    CANCELLED = "Cancelled"


TERMINAL: Final = frozenset({Phase.COMPLETE, Phase.FAILED, Phase.ERROR, Phase.CANCELLED})
"""The phases that a build never leaves."""


def is_terminal(phase: str) -> bool:
    """Whether a build in this phase is over."""
    return phase in TERMINAL
