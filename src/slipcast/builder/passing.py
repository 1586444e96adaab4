"""Progress on its way to whoever shows it, for those who have their own thoughts on stages."""

from __future__ import annotations

from slipcast.ports.progress import Progress, Stream


class Passing:
    """All of a Progress but its stages: handed on as it is."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def output(self, stream: Stream, data: bytes) -> None:
        """Pass output on."""
        self._progress.output(stream, data)

    def note(self, text: str, *, level: int = 1) -> None:
        """Pass a remark on."""
        self._progress.note(text, level=level)

    def warn(self, text: str) -> None:
        """Pass a warning on."""
        self._progress.warn(text)
