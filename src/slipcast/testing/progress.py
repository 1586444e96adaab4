"""RecordingProgress: everything a build told, to be asked afterwards."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from slipcast.ports.progress import Stream


@dataclass(slots=True, kw_only=True)
class RecordedStage:
    """A stage: its names, and how it ended.

    Shape:  finished is False while it runs; failed is the fault that ended it.
    """

    name: str
    step: str
    text: str
    finished: bool = False
    failed: BaseException | None = None


class RecordingProgress:
    """A Progress that remembers."""

    def __init__(self) -> None:
        self.stages: list[RecordedStage] = []
        self.pieces: list[tuple[Stream, bytes]] = []
        self.notes: list[tuple[int, str]] = []
        self.warnings: list[str] = []

    @contextmanager
    def stage(self, name: str, step: str, text: str) -> Generator[None]:
        """Remember a stage and how it ended."""
        stage = RecordedStage(name=name, step=step, text=text)
        self.stages.append(stage)
        try:
            yield
        except BaseException as fault:
            stage.failed = fault
            raise
        finally:
            stage.finished = True

    def output(self, stream: Stream, data: bytes) -> None:
        """Remember a piece of output."""
        self.pieces.append((stream, data))

    def note(self, text: str, *, level: int = 1) -> None:
        """Remember a remark."""
        self.notes.append((level, text))

    def warn(self, text: str) -> None:
        """Remember a warning."""
        self.warnings.append(text)

    @property
    def stdout(self) -> bytes:
        """Everything printed to standard output."""
        return self._printed("stdout")

    @property
    def stderr(self) -> bytes:
        """Everything printed to standard error."""
        return self._printed("stderr")

    @property
    def steps(self) -> list[str]:
        """The steps of all stages, in order."""
        return [stage.step for stage in self.stages]

    def remarks(self, level: int = 5) -> list[str]:
        """The notes that a user at this log level would see."""
        return [text for at, text in self.notes if at <= level]

    def _printed(self, wanted: Stream) -> bytes:
        return b"".join(data for stream, data in self.pieces if stream == wanted)
