"""Source that a client sent along, on standard input: an archive, or one file.

Source: builder-process.md 4.3, BLD-66 to BLD-69.
"""

from __future__ import annotations

from pathlib import Path

from slipcast.builder.task import Task


def receive(task: Task, into: Path) -> None:
    """Put what was sent into a directory.

    Errors: BuildFault FetchSourceFailed.
    """
    raise NotImplementedError
