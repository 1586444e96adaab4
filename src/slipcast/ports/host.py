"""The Host port: what this machine allows. Synchronous. Adapter: `adapters.engine.host`."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

import msgspec


class Verdict(StrEnum):
    """Whether a fact is fine."""

    FINE = "fine"
    LIMITED = "limited"
    MISSING = "missing"


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at: what, what was found, whether it is fine, what to do if not."""

    name: str
    found: str
    verdict: Verdict = Verdict.FINE
    advice: str = ""


class Host(Protocol):
    """Looks at the machine."""

    def facts(self) -> tuple[Fact, ...]:
        """Everything `slipcast doctor` prints, in reading order."""
        ...
