"""Readers: a few connections that read, made when they are needed.

Whoever asks while the database is away is told so at once, and the next one who asks finds out when
it is back. Pools of libraries have those who ask wait, and try again ever more seldom.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from psycopg import AsyncConnection
from psycopg.pq import PipelineStatus, TransactionStatus

from slipcast.adapters.journal.postgres import connecting
from slipcast.adapters.journal.rows import closed

_MOST = 4


class Readers:
    """Connections to a database, lent to one reader at a time."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._seats = asyncio.Semaphore(_MOST)
        self._idle: list[AsyncConnection] = []
        self._open = True

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """A connection, for as long as the context lasts.

        Errors: PortFault, also when this is closed; psycopg's.
        """
        async with self._seats:
            if not self._open:
                raise closed()
            connection = self._idle.pop() if self._idle else await connecting.connect(self._url)
            try:
                yield connection
            finally:
                await self._take_back(connection)

    async def _take_back(self, connection: AsyncConnection) -> None:
        if self._open and _is_at_rest(connection):
            self._idle.append(connection)
        else:
            await connection.close()

    async def forget(self) -> None:
        """Let go of connections that nobody uses: the database has ended one, and maybe all."""
        idle, self._idle = self._idle, []
        for connection in idle:
            await connection.close()

    async def close(self) -> None:
        """Lend no more; connections that are lent are closed when they come back."""
        self._open = False
        await self.forget()


def _is_at_rest(connection: AsyncConnection) -> bool:
    """Whether nothing is under way on a connection."""
    state = connection.pgconn
    at_rest = (TransactionStatus.IDLE, PipelineStatus.OFF)
    return (state.transaction_status, state.pipeline_status) == at_rest
