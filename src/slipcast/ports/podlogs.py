"""The PodLogs port: what containers said, kept after their pods are gone. Asynchronous.

Adapter: `adapters.podlogs`. A log is known by a key, the uid of the object it belongs to: that of
the Build for a build's pod (`builds.naming`), that of the pod for another; and by the container.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Protocol


class PodLogs(Protocol):
    """Logs in records (values.logrecords), compressed, bounded, safe against being cut off."""

    async def keep(self, key: str, container: str, records: AsyncIterator[bytes]) -> None:
        """Keep a log, whole or not at all; one that is kept already is replaced.

        Errors: PortFault, retryable, when there is no room.
        """
        ...

    async def records(self, key: str, container: str) -> AsyncGenerator[bytes, None]:
        """A kept log from its beginning; each piece ends at the end of a record.

        Errors: NotFound, before the first piece.
        """
        ...

    async def containers(self, key: str) -> tuple[str, ...]:
        """The containers whose logs are kept under a key, in no order."""
        ...

    async def list(self) -> tuple[str, ...]:
        """Every key under which something is kept."""
        ...

    async def remove(self, key: str) -> None:
        """Forget all logs of a key; none is fine."""
        ...
