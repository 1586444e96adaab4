"""The Uploads port: what people send to be built, kept until it is. Asynchronous.

Adapter: `adapters.uploads`. An upload is stored before its Build is made, so that no queue can
lose it; the Build says by an annotation which upload is its own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """An upload that is stored whole and on disk.

    Units:  size in bytes.
    """

    id: str
    size: int
    received: datetime


class Uploads(Protocol):
    """Stored uploads."""

    async def receive(self, body: AsyncIterator[bytes]) -> Upload:
        """Store what is sent; nothing is left when it breaks off.

        Errors: PortFault when there is no room, or more is sent than may be.
        """
        ...

    async def path(self, upload: str) -> Path:
        """Where an upload can be read by a program on this host.

        Errors: NotFound.
        """
        ...

    async def list(self) -> tuple[Upload, ...]:
        """All that are stored."""
        ...

    async def remove(self, upload: str) -> None:
        """Forget an upload; none is fine."""
        ...
