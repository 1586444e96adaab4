"""The run half of strategies: THE TABLE, and what a strategy's module must satisfy.

The plan half is `builds.strategies`.
"""

from __future__ import annotations

from typing import Protocol

from slipcast.builder.task import Built, Fetched, Task


class Run(Protocol):
    """Makes an image of the source: under a tag of its own, neither hooked nor pushed yet."""

    def __call__(self, task: Task, source: Fetched) -> Built:
        """Build.

        Errors: BuildFault with the reason of the contract (BLD-157 to BLD-167).
        """
        ...
