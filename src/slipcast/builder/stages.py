"""Stages: what a build spent its time on, recorded on its way to whoever watches.

Names of stages and steps are those of the build API. Source: S2I section 22, stages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from slipcast.builder.passing import Passing
from slipcast.ports.progress import Progress
from slipcast.ports.s2i import Stage

PULL_BUILDER = ("PullImages", "PullBuilderImage")
PULL_PREVIOUS = ("PullImages", "PullPreviousImage")
PULL_RUNTIME = ("PullImages", "PullRuntimeImage")
FETCH_SOURCE = ("FetchInputs", "FetchGitSource")
RETRIEVE_ARTIFACTS = ("RetrieveArtifacts", "RetrievePreviousArtifacts")
ASSEMBLE = ("Assemble", "AssembleBuildScripts")
BUILD_IMAGE = ("Build", "BuildDockerImage")
COMMIT = ("CommitContainer", "CommitContainer")
PUSH = ("PushImage", "PushDockerImage")


class Recorder(Passing):
    """A Progress that keeps every stage it passes on."""

    def __init__(
        self, progress: Progress, now: Callable[[], float], elapsed: Callable[[], float]
    ) -> None:
        super().__init__(progress)
        self._now = now
        self._elapsed = elapsed
        self.stages: list[Stage] = []

    @contextmanager
    def stage(self, name: str, step: str, text: str) -> Iterator[None]:
        """Time a stage; it is recorded also when it fails."""
        start, began = self._now(), self._elapsed()
        try:
            with self._progress.stage(name, step, text):
                yield
        finally:
            duration = round((self._elapsed() - began) * 1000)
            self.stages.append(Stage(name=name, step=step, start=start, duration_ms=duration))
