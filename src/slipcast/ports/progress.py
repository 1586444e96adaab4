"""The Progress port: what a build tells whoever watches it. Synchronous.

Adapters live in `cli` (for people and for programs); the double is `slipcast.testing.progress`.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Literal, Protocol

Stream = Literal["stdout", "stderr"]


class Progress(Protocol):
    """Receives stages, the program's own output, notes and warnings, in the order they happen."""

    def stage(self, name: str, step: str, text: str) -> AbstractContextManager[None]:
        """A stage of the build for the length of the context, timed (S2I section 22, stages).

        Shape:  name and step as in the build API (`PullImages`, `PullBuilderImage`); text is what
                people read, such as `Pulling python-311`.
        """
        ...

    def output(self, stream: Stream, data: bytes) -> None:
        """What a script or an engine printed, untouched, in pieces."""
        ...

    def note(self, text: str, *, level: int = 1) -> None:
        """A remark; level as --loglevel counts (0 always shown, up to 5)."""
        ...

    def warn(self, text: str) -> None:
        """Something a user should know; always shown."""
        ...
