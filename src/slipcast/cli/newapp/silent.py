"""Progress that nobody is shown: of what is only looked at. Implements Progress."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from slipcast.ports.progress import Stream


class Silent:
    """Says nothing."""

    @contextmanager
    def stage(self, name: str, step: str, text: str) -> Iterator[None]:  # noqa: ARG002 -- silent
        """See the port."""
        yield

    def output(self, stream: Stream, data: bytes) -> None:
        """See the port."""

    def note(self, text: str, *, level: int = 1) -> None:
        """See the port."""

    def warn(self, text: str) -> None:
        """See the port."""
