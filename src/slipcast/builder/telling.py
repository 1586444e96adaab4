"""What a builder prints and remembers while it works: quiet at level 0, each step timed.

Source: builder-process.md sections 12 and 13, BLD-168 to BLD-179.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

from slipcast.api.build import StepInfo
from slipcast.builder.passing import Passing
from slipcast.builder.recording import Record
from slipcast.builds.stages import STAGES, Step
from slipcast.ports.progress import Progress
from slipcast.values.instant import to_text

_STEPS: Final = {
    "PullBuilderImage": Step.PULL_BASE_IMAGE,
    "PullPreviousImage": Step.PULL_INPUT_IMAGE,
    "BuildDockerImage": Step.DOCKER_BUILD,
}
"""THE TABLE of steps that source to image calls otherwise (BLD-169, BLD-170)."""


class Telling(Passing):
    """A Progress that times steps for the Build, and passes on what people want to see."""

    def __init__(
        self,
        progress: Progress,
        record: Record,
        now: Callable[[], float] = time.time,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take who shows what is told.

        Units:  now in seconds since the epoch, elapsed in seconds.
        """
        super().__init__(progress)
        self._record = record
        self._now = now
        self._elapsed = elapsed

    @contextmanager
    def stage(self, name: str, step: str, text: str) -> Iterator[None]:
        """Time a step; its text is for those who want to see more (BLD-178)."""
        self.note(text, level=1)
        start, began = self._now(), self._elapsed()
        try:
            yield
        finally:
            known = _STEPS.get(step)
            info = StepInfo(
                name=known or step,
                start_time=to_text(datetime.fromtimestamp(start, UTC)),
                duration_milliseconds=round((self._elapsed() - began) * 1000),
            )
            self._record.step(STAGES[known] if known else name, info)
