"""What a builder has found out of its Build so far, told to the server each time it grows.

Source: builder-process.md section 12.
"""

from __future__ import annotations

from msgspec.structs import replace

from slipcast.api.build import SourceRevision, StepInfo
from slipcast.builds.stages import with_step
from slipcast.ports.reporter import Report, Reporter


class Record:
    """Gathers what is known, and reports all of it whenever there is more."""

    def __init__(self, reporter: Reporter, known: Report) -> None:
        """Begin with what is known already, such as the revision a Build was given."""
        self._reporter = reporter
        self._known = known

    @property
    def known(self) -> Report:
        """What is known so far."""
        return self._known

    def step(self, stage: str, step: StepInfo) -> None:
        """A step has ended; it is told with whatever is reported next (BLD-154)."""
        self._known = replace(self._known, stages=with_step(self._known.stages, stage, step))

    def revision(self, revision: SourceRevision) -> None:
        """What is built is known; a revision that the Build was given stays (BLD-156)."""
        if self._known.revision is None:
            self._known = replace(self._known, revision=revision)
        self.tell()

    def digest(self, digest: str) -> None:
        """The image was pushed."""
        self._known = replace(self._known, digest=digest)

    def failed(self, reason: str, message: str) -> None:
        """The build failed."""
        self._known = replace(self._known, failed=True, reason=reason, message=message)

    def tell(self) -> None:
        """Report all that is known."""
        self._reporter.report(self._known)
