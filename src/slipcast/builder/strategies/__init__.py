"""The run half of strategies: THE TABLE, and what a strategy's module must satisfy.

The plan half is `builds.strategies`.
"""

# ruff: noqa: PLC0415 -- a build pays for the strategy that it has

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from slipcast.builder.task import Built, Fetched, Task


class Run(Protocol):
    """Makes an image of the source: under a tag of its own, neither hooked nor pushed yet."""

    def __call__(self, task: Task, source: Fetched) -> Built:
        """Build.

        Errors: BuildFault with the reason of the contract (BLD-157 to BLD-167).
        """
        ...


def _source(task: Task, source: Fetched) -> Built:
    from slipcast.builder.strategies.source import run

    return run(task, source)


def _docker(task: Task, source: Fetched) -> Built:
    from slipcast.builder.strategies.docker import run

    return run(task, source)


STRATEGIES: Final[Mapping[str, Run]] = {"Source": _source, "Docker": _docker}
"""THE TABLE, by the strategy's type; a Custom build is whatever its image does."""
