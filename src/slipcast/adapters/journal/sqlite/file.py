"""The SQLite file: making it, recognising it, keeping others out, connecting to it.

A file that is not ours, or newer than we are, is never written to. A new one is made beside its
place and renamed, so that there is never half a journal. The lock is a file of its own, since a
lock on the database would be SQLite's.
"""

from __future__ import annotations

import errno
import fcntl
import os
import sqlite3
from pathlib import Path

from slipcast.adapters.journal.sqlite.statements import APPLICATION, SCHEMA, VERSION
from slipcast.ports.journal import JournalFull
from slipcast.values.faults import PortFault

_MAGIC = b"SQLite format 3\0"
_HEADER = 100
_PAGE = 8192
_CHECKPOINT_PAGES = 2048
_LOG_SIZE = 64 << 20
_WRITER_CACHE_KB = 8192
_READER_CACHE_KB = 8192
_FULL = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY})
_BROKEN = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


def locked(path: Path) -> int:
    """A descriptor that keeps other processes away from a journal until it is closed.

    Errors: PortFault when another process has it.
    """
    place = path.with_name(path.name + ".lock")
    try:
        descriptor = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _unusable(path, error) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    except OSError as error:
        holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip()
        os.close(descriptor)
        if error.errno not in {errno.EAGAIN, errno.EACCES}:
            raise _unusable(path, error) from error
        raise PortFault(
            f"the journal {path} is in use by process {holder or 'unknown'}",
            reason="JournalInUse",
            hint="stop that process, or give this one a state directory of its own",
        ) from error
    return descriptor


def prepare(path: Path) -> None:
    """See to it that there is a journal of ours at the path.

    Errors: PortFault: the file is something else, or of a newer version, or cannot be made.
    """
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER)
    except FileNotFoundError:
        header = b""
    except OSError as error:
        raise _unusable(path, error) from error
    if header:
        _recognise(path, header)
    else:
        _make(path)


def writer(path: Path) -> sqlite3.Connection:
    """The connection that writes; what it has committed is on the disk."""
    connection = _connected(f"{path.absolute().as_uri()}?mode=rw")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
    connection.execute(f"PRAGMA journal_size_limit = {_LOG_SIZE}")
    connection.execute(f"PRAGMA cache_size = -{_WRITER_CACHE_KB}")
    # What is forgotten is overwritten.
    connection.execute("PRAGMA secure_delete = ON")
    return connection


def reader(path: Path) -> sqlite3.Connection:
    """A connection that reads; each statement sees the newest commit."""
    connection = _connected(f"{path.absolute().as_uri()}?mode=ro")
    connection.execute(f"PRAGMA cache_size = -{_READER_CACHE_KB}")
    return connection


def translated(error: sqlite3.Error, path: Path) -> PortFault:
    """What SQLite says, in the words of the port."""
    code = getattr(error, "sqlite_errorcode", 0)
    if code & 0xFF in _FULL or code == sqlite3.SQLITE_IOERR_SHMSIZE:
        return JournalFull(
            f"the journal {path} cannot be written: {error}",
            hint="make room on its file system; nothing is lost, and writing goes on by itself",
            retryable=True,
        )
    if code & 0xFF in _BROKEN:
        return PortFault(
            f"the journal {path} is damaged: {error}",
            reason="JournalDamaged",
            hint="keep the file, and put a backup in its place",
        )
    return PortFault(
        f"the journal {path} failed: {error}",
        reason="JournalFailed",
        hint="look at the file system it lies on",
        retryable=True,
    )


def _connected(uri: str) -> sqlite3.Connection:
    # Writer and readers each stay with one thread; opening and closing may be another's.
    return sqlite3.connect(
        uri,
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=0,
        cached_statements=64,
    )


def _recognise(path: Path, header: bytes) -> None:
    version = int.from_bytes(header[60:64], "big")
    application = int.from_bytes(header[68:72], "big")
    if len(header) < _HEADER or not header.startswith(_MAGIC) or application != APPLICATION:
        raise PortFault(
            f"{path} is not a journal of slipcast",
            reason="JournalForeign",
            hint="name another file, or move this one away; it was not touched",
        )
    if version > VERSION:
        raise PortFault(
            f"the journal {path} has version {version}, this program knows {VERSION}",
            reason="JournalNewer",
            hint="start the newer slipcast that wrote it; the file was not touched",
        )


def _make(path: Path) -> None:
    """Make an empty journal, wholly or not at all."""
    unfinished = path.with_name(path.name + ".new")
    try:
        for leftover in ("", "-journal", "-wal", "-shm"):
            unfinished.with_name(unfinished.name + leftover).unlink(missing_ok=True)
        # Secrets are kept in it: nobody else reads it, nor the files that SQLite puts beside it.
        os.close(os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        connection = _connected(f"{unfinished.absolute().as_uri()}?mode=rw")
        try:
            connection.execute(f"PRAGMA page_size = {_PAGE}")
            connection.execute("PRAGMA synchronous = FULL")
            connection.executescript(f"""BEGIN; {SCHEMA}
                PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION}; COMMIT;""")
            connection.execute("PRAGMA journal_mode = WAL")
        finally:
            connection.close()
        unfinished.replace(path)
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
    except OSError as error:
        raise _unusable(path, error) from error
    except sqlite3.Error as error:
        raise translated(error, path) from error


def _unusable(path: Path, error: OSError) -> PortFault:
    return PortFault(
        f"the journal {path} cannot be opened: {error.strerror}",
        reason="JournalUnusable",
        hint="look at the directory, who owns it, and whether it has room",
    )
