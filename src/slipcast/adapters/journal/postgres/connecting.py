"""Connections to PostgreSQL, its schema, and its errors in the words of the port."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import AsyncConnection, conninfo, errors

from slipcast.adapters.journal.postgres import statements
from slipcast.ports.journal import JournalFull
from slipcast.values.faults import PortFault

_CONNECT_SECONDS = 5
# A database that went away without a word is given up within half a minute.
_ALIVE: dict[str, Any] = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "tcp_user_timeout": 25_000,
}

_FULL = (errors.DiskFull, errors.ReadOnlySqlTransaction)
_UNREACHABLE = (psycopg.OperationalError, psycopg.InterfaceError)


async def connect(url: str) -> AsyncConnection:
    """A connection on which each statement is its own transaction, unless one is begun.

    Errors: PortFault.
    """
    with translating():
        connection = await AsyncConnection.connect(
            url, autocommit=True, connect_timeout=_CONNECT_SECONDS, **_ALIVE
        )
        try:
            await connection.execute(statements.SETTINGS)
            await connection.execute(statements.PATIENCE)
            await connection.execute(statements.PLANS)
        except BaseException:
            await connection.close()
            raise
        return connection


def check(url: str) -> None:
    """Refuse what is no URL of a database, in words that show nothing of it.

    A password with a character that should have been written as %XX is read as something else,
    and the errors of libraries show what.

    Errors: PortFault.
    """
    place, _, path = url.partition("://")[2].partition("?")[0].partition("/")
    try:
        port = str(conninfo.conninfo_to_dict(url).get("port") or "")
    except (psycopg.Error, UnicodeDecodeError):
        port = "none"
    if place.count("@") > 1 or "@" in path or port.strip("0123456789,"):
        raise PortFault(
            "the URL of the database cannot be read",
            reason="JournalUnusable",
            hint="write postgresql://USER:PASSWORD@HOST:PORT/DATABASE, and %40, %2F, %3A, %25 for"
            " @ / : % in a password",
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
    except psycopg.Error as error:
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
