"""The Programs port: the user's own programs, on the user's terminal. Synchronous."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Programs(Protocol):
    """Runs an editor, or what shows differences or pages, as if the user had."""

    def run(self, words: Sequence[str]) -> int:
        """Run a program to its end, with our standard streams; its status.

        Errors: HostFault when it cannot be started.
        """
        ...

    def show(self, address: str) -> None:
        """Open a page in the user's browser, where there is one; it is not waited for."""
        ...
