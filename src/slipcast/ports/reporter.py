"""The Reporter port: what a builder tells the server about its Build. Synchronous.

Adapters: `adapters.reporter.http` (the Build's `details`), `adapters.reporter.printing` (a person
runs a builder by hand); the double is `slipcast.testing.reporter`.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from slipcast.api.build import SourceRevision, StageInfo


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What is known so far. Everything that was reported before is said again (BLD-152, BLD-153).

    Shape:  failed means that phase Failed is reported, with reason and message; revision None and
            digest empty mean not known (yet).
    """

    revision: SourceRevision | None = None
    stages: tuple[StageInfo, ...] = ()
    digest: str = ""
    failed: bool = False
    reason: str = ""
    message: str = ""


class Reporter(Protocol):
    """Takes reports."""

    def report(self, report: Report) -> None:
        """Pass on what is known. A report that cannot be passed on is logged, and is no failure of
        the build (BLD-155): nothing is raised.
        """
        ...
