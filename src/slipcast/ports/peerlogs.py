"""The PeerLogs port: logs that other servers of the same database have. Asynchronous.

A server answers for the pods that it runs and the logs that lie with it, and asks the others for
all else. Adapters: `adapters.peerlogs` over HTTPS, `store.actions.records.Held` for what is here.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol


class PeerLogs(Protocol):
    """Logs, wherever they are."""

    async def records(
        self, pod: str, key: str, container: str, *, follow: bool = False
    ) -> AsyncGenerator[bytes, None]:
        """A log from its beginning; each piece ends at the end of a record.

        Shape:  pod is a uid, empty when nobody knows it; key is what its logs are kept under.
        Errors: NotFound, before the first piece.
        """
        ...

    async def containers(self, key: str) -> tuple[str, ...]:
        """The containers whose logs are kept under a key, in no order."""
        ...
