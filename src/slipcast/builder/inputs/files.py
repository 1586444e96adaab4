"""Files that a Build brings along: its Dockerfile, its secrets and config maps; where it is built.

Source: builder-process.md 4.5 and BLD-122, BLD-26.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from slipcast.builder.task import Task


def context_of(task: Task, root: Path) -> Path:
    """The directory that is built, which is below the source's, by its real path (BLD-75).

    Errors: BuildFault InvalidContextDirectory.
    """
    raise NotImplementedError


def inline_dockerfile(task: Task, source_root: Path) -> None:
    """Write the Dockerfile that the Build holds, if it does, into the context (BLD-76).

    Errors: BuildFault InvalidContextDirectory, ManageDockerfileFailed.
    """
    raise NotImplementedError


@contextmanager
def secrets_into(task: Task, context: Path) -> Generator[None]:
    """Secrets and config maps as files of a Docker context, for the length of ours (BLD-122).

    Errors: BuildFault DockerBuildFailed.
    """
    raise NotImplementedError
    yield
