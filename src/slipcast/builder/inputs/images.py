"""Source out of images: paths are copied, and nothing of an image is run.

Source: builder-process.md 4.4, BLD-70 to BLD-74.
"""

from __future__ import annotations

from pathlib import Path

from slipcast.builder.task import Task


def copy_all(task: Task, into: Path) -> None:
    """Copy the paths of every image source, in their order, into the source's directory.

    Errors: BuildFault FetchImageContentFailed.
    """
    raise NotImplementedError
