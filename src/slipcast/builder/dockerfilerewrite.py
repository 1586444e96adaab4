"""The user's Dockerfile, changed as the Build asks for, where it lies.

What is changed in it is decided in `dockerfile.edit`.

Source: builder-process.md 7.1, BLD-111 to BLD-119.
"""

from __future__ import annotations

from pathlib import Path

from slipcast.builder.task import Fetched, Task


def rewrite(task: Task, source: Fetched) -> Path:
    """Change the Dockerfile of the context, once however often it is asked for; where it is.

    Errors: BuildFault ManageDockerfileFailed.
    """
    raise NotImplementedError
