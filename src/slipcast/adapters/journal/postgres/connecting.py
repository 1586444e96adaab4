"""Connections to PostgreSQL, its schema, and its errors in the words of the port."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import psycopg_pool
from psycopg import AsyncConnection, errors

from slipcast.adapters.journal.postgres import statements
from slipcast.ports.journal import JournalFull
from slipcast.values.faults import PortFault

_CONNECT_SECONDS = 5
_POOL_SECONDS = 10.0
_MOST_READERS = 4

_FULL = (errors.DiskFull, errors.ReadOnlySqlTransaction)
_UNREACHABLE = (psycopg.OperationalError, psycopg.InterfaceError, psycopg_pool.PoolTimeout)


async def connect(url: str) -> AsyncConnection:
    """A connection on which each statement is its own transaction, unless one is begun."""
    with translating():
        connection = await AsyncConnection.connect(
            url, autocommit=True, connect_timeout=_CONNECT_SECONDS
        )
        try:
            await connection.execute(statements.SETTINGS)
            await connection.execute(statements.PATIENCE)
            await plan_by_index(connection)
        except BaseException:
            await connection.close()
            raise
        return connection


async def plan_by_index(connection: AsyncConnection) -> None:
    """Have the statements of a connection use the indexes that were made for them."""
    await connection.execute(statements.PLANS)


def pool(url: str) -> psycopg_pool.AsyncConnectionPool:
    """Connections that read; not opened yet."""
    return psycopg_pool.AsyncConnectionPool(
        url,
        kwargs={"autocommit": True, "connect_timeout": _CONNECT_SECONDS},
        min_size=1,
        max_size=_MOST_READERS,
        timeout=_POOL_SECONDS,
        open=False,
        configure=plan_by_index,
        name="journal",
    )


async def prepare(connection: AsyncConnection) -> None:
    """See to it that the database has the tables of a journal.

    Errors: PortFault: they are of a newer version, or somebody else's, or cannot be made.
    """
    with translating():
        async with connection.transaction():
            await connection.execute(statements.LOCK_SCHEMA)
            row = await (await connection.execute(statements.FOUND)).fetchone()
            journal, mark, encoding = row or (False, False, "")
            if encoding != "UTF8":
                raise PortFault(
                    f"the database is encoded in {encoding}, a journal needs UTF8",
                    reason="JournalUnusable",
                    hint="create the database with ENCODING 'UTF8'",
                )
            if not journal and not mark:
                await connection.execute(statements.SCHEMA)
            elif not journal or not mark or (await marks(connection)).get("schema", 0) < 1:
                raise PortFault(
                    "the database has tables of the same names that are not slipcast's",
                    reason="JournalForeign",
                    hint="give slipcast a database of its own; nothing was changed",
                )
            version = (await marks(connection))["schema"]
    if version > statements.VERSION:
        raise PortFault(
            f"the journal has version {version}, this program knows {statements.VERSION}",
            reason="JournalNewer",
            hint="start the newer slipcast that wrote it; nothing was changed",
        )


async def marks(connection: AsyncConnection) -> dict[str, int]:
    """The revisions that are kept by name."""
    return dict(await (await connection.execute(statements.MARKS)).fetchall())


@contextmanager
def translating() -> Iterator[None]:
    """Faults in the place of psycopg's errors."""
    try:
        yield
    except (psycopg.Error, psycopg_pool.PoolTimeout) as error:
        raise translated(error) from error


def translated(error: Exception) -> PortFault:
    """What PostgreSQL says, in the words of the port."""
    said = str(error).strip().partition("\n")[0]
    if isinstance(error, _FULL):
        return JournalFull(
            f"the database cannot be written: {said}",
            hint="make room for it; nothing is lost, and writing goes on by itself",
            retryable=True,
        )
    if isinstance(error, _UNREACHABLE):
        return PortFault(
            f"the database does not answer: {said}",
            reason="JournalUnreachable",
            hint="see whether PostgreSQL runs and lets slipcast in; it is tried again",
            retryable=True,
        )
    return PortFault(f"the database refused: {said}", reason="JournalFailed")
