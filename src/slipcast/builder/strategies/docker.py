"""Builds by a Dockerfile, in a working container for each of its steps.

Source: builder-process.md 7.2, BLD-120 to BLD-127.
"""

from __future__ import annotations

from slipcast.builder.task import Built, Fetched, Task


def run(task: Task, source: Fetched) -> Built:
    """Build the context; the Dockerfile is rewritten first, unless an earlier container did.

    Errors: BuildFault ManageDockerfileFailed, PullBuilderImageFailed, DockerBuildFailed.
    """
    raise NotImplementedError
