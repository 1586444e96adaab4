"""A real PostgreSQL of the tests' own, on a Unix socket in a temporary directory."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg

_DEBIAN = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
_USERS = ("postgres", "nobody")
_NUMBERS = count()


def program(name: str) -> str | None:
    """Where a program of PostgreSQL is."""
    places = os.pathsep.join([*map(str, _DEBIAN), os.environ.get("PATH", "")])
    return shutil.which(name, path=places)


def missing() -> str:
    """Why no PostgreSQL can be started; empty when one can."""
    if not program("initdb") or not program("pg_ctl"):
        return "PostgreSQL's initdb and pg_ctl are not installed"
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        return "PostgreSQL refuses to run as root, and setpriv is not installed"
    return ""


@dataclass(frozen=True)
class Cluster:
    """A server that runs."""

    directory: Path

    def new_database(self) -> str:
        """The URL of an empty database."""
        name = f"journal{next(_NUMBERS)}"
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(
                f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'".encode()
            )
        return self._url(name)

    def stop(self) -> None:
        """End the server, as a crash would."""
        self._control("stop", "--mode=immediate")

    def start(self) -> None:
        """Start the server, and return when it answers."""
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.directory}'"
        self._control("start", "-l", str(self.directory / "log"), "-o", options)

    def revive(self) -> None:
        """Start the server if it was stopped."""
        if not (self.directory / "data/postmaster.pid").exists():
            self.start()

    def configure(self, *lines: str) -> None:
        """Add settings, for the next start."""
        with (self.directory / "data/postgresql.conf").open("a") as file:
            file.writelines(f"{line}\n" for line in lines)

    def _url(self, database: str) -> str:
        return f"postgresql://slipcast@/{database}?host={self.directory}"

    def _control(self, *arguments: str) -> None:
        call(self.directory, "pg_ctl", "-w", "-D", str(self.directory / "data"), *arguments)


@contextmanager
def started(*settings: str) -> Iterator[Cluster]:
    """A server with settings, gone with its data when the context ends."""
    # Short, since a Unix socket's path may have no more than a hundred characters.
    directory = Path(tempfile.mkdtemp(prefix="pg-"))
    cluster = Cluster(directory)
    try:
        if os.geteuid() == 0:
            shutil.chown(directory, _user(), None)
        data = ("--pgdata", str(directory / "data"), "--username=slipcast", "--auth=trust")
        call(directory, "initdb", "--no-sync", "--encoding=UTF8", "--locale=C", *data)
        cluster.configure("max_connections = 60", "shared_buffers = 32MB", *settings)
        cluster.start()
        try:
            yield cluster
        finally:
            if (directory / "data/postmaster.pid").exists():
                cluster.stop()
    finally:
        shutil.rmtree(directory)


def call(directory: Path, name: str, *arguments: str) -> None:
    """Run a program of PostgreSQL, as a user whom it accepts."""
    wrapper: tuple[str, ...] = ()
    if os.geteuid() == 0:
        wrapper = ("setpriv", f"--reuid={_user()}", "--clear-groups", "--")
    output = directory.with_name(directory.name + ".out")
    try:
        # A pipe would be kept open by the server that stays behind.
        with output.open("wb") as file:
            subprocess.run(
                [*wrapper, program(name) or name, *arguments],
                check=True,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                cwd=directory,
            )
    except subprocess.CalledProcessError as error:
        raise AssertionError(output.read_text(errors="replace")) from error
    finally:
        output.unlink(missing_ok=True)


def _user() -> str:
    """A user without privileges."""
    known = Path("/etc/passwd").read_text().splitlines()
    names = {line.partition(":")[0] for line in known}
    return next(user for user in _USERS if user in names)
