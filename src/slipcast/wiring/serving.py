"""The server's own files: its state directory, its lock, and the way in for an administrator."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

import msgspec

from slipcast.adapters.contexts import KubeconfigFiles
from slipcast.api import kubeconfig
from slipcast.ports.running import Running
from slipcast.values import patterns
from slipcast.values.faults import HostFault, PortFault

if TYPE_CHECKING:
    # Takes a tenth of a second to import, and only who serves needs it.
    from slipcast.adapters.certificates import Certificates

CONTEXT: Final = "slipcast"
LOCK: Final = "server.lock"
LOG: Final = "server.log"
KUBECONFIG: Final = "admin.kubeconfig"
IDENTITY: Final = "server.id"
_HOST: Final = patterns.lazy(r"(?P<name>[-a-z0-9._]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
LOOKS: Final = 6000
LOOK: Final = 0.01
"""Seconds between tries for the lock: whoever asks whether a server runs has it for a moment."""


class Place(msgspec.Struct, frozen=True):
    """The state directory of a server."""

    directory: Path

    @property
    def lock(self) -> Path:
        """Held while a server runs; says which."""
        return self.directory / LOCK

    @property
    def log(self) -> Path:
        """What a server in the background prints."""
        return self.directory / LOG

    @property
    def journal(self) -> Path:
        """The embedded store."""
        return self.directory / "journal.db"

    @property
    def registry(self) -> Path:
        """What images of the integrated registry consist of, unless a setting names another."""
        return self.directory / "registry"

    @property
    def addresses(self) -> Path:
        """Every address that the integrated registry has had."""
        return self.directory / "registry.addresses"

    @property
    def keys(self) -> Path:
        """Certificates and keys."""
        return self.directory / "pki"

    @property
    def authority(self) -> Path:
        """The certificate of what vouches for the server."""
        return self.keys / "ca.crt"

    @property
    def identity(self) -> Path:
        """Who this server is among others over one database."""
        return self.directory / IDENTITY

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig, unless another is asked for."""
        return self.directory / KUBECONFIG

    def prepare(self) -> None:
        """Make the directory.

        Errors: HostFault.
        """
        with self.usable():
            self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)

    @contextmanager
    def usable(self) -> Generator[None]:
        """While something is read or written in it: what goes wrong, as a fault.

        Errors: HostFault.
        """
        try:
            yield
        except OSError as fault:
            raise HostFault(
                f"the state directory {self.directory} cannot be used: {fault.strerror or fault}",
                hint="See who owns it and whether it has room; --state-dir names another.",
            ) from fault

    def running(self) -> Running | None:
        """The server that holds the lock, None when nobody does."""
        try:
            descriptor = os.open(self.lock, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return None
        with os.fdopen(descriptor, "r+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return self._said(file.read())
        return None

    def _said(self, text: str) -> Running:
        try:
            said = json.loads(text)
            return Running(
                pid=int(said["pid"]),
                address=str(said["address"]),
                kubeconfig=Path(said["kubeconfig"]),
                state=self.directory,
                log=Path(said["log"]) if said.get("log") else None,
            )
        except (ValueError, KeyError, TypeError):
            # The lock is taken and the words in it are still to come: a server is starting.
            return Running(pid=0, address="", kubeconfig=self.kubeconfig, state=self.directory)

    @contextmanager
    def held(self) -> Generator[Path]:
        """Hold the lock while serving.

        Errors: PortFault when another server holds it; HostFault.
        """
        with self.usable():
            descriptor = os.open(self.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "r+") as file:
            try:
                _lock(file)
            except OSError as taken:
                other = self._said(file.read())
                raise PortFault(
                    f"a server runs already for {self.directory}"
                    + (f": process {other.pid} at {other.address}" if other.pid else ""),
                    reason="AlreadyRunning",
                    hint="`slipcast server --stop` ends it; --state-dir names another place.",
                ) from taken
            file.truncate()
            file.flush()
            try:
                yield self.lock
            finally:
                with contextlib.suppress(OSError):
                    file.seek(0)
                    file.truncate()

    def announce(self, running: Running) -> None:
        """Write into the held lock who holds it.

        Errors: HostFault.
        """
        said = {
            "pid": running.pid,
            "address": running.address,
            "kubeconfig": str(running.kubeconfig),
            "log": str(running.log) if running.log else "",
        }
        with self.usable(), self.lock.open("r+") as file:
            file.write(json.dumps(said))
            file.truncate()


def _lock(file: IO[str]) -> None:
    """Take a lock, past those who only look whether it is taken.

    Errors: OSError.
    """
    for _ in range(LOOKS):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        # Those who look share it, however long they take: where we may, too, nobody serves.
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        fcntl.flock(file, fcntl.LOCK_UN)
        time.sleep(LOOK)
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def names_of(host: str) -> tuple[str, ...]:
    """Under which names and addresses a server can be reached that listens on a host."""
    usual = ("localhost", "127.0.0.1", "::1")
    if host in {"0.0.0.0", "::"}:  # noqa: S104 -- compared, not bound
        return (*usual, socket.gethostname())
    return tuple(dict.fromkeys((*usual, host)))


def address_of(host: str, port: int) -> str:
    """The URL of a server; one that listens everywhere is reached on this machine."""
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 -- likewise
    return f"https://[{reached}]:{port}" if ":" in reached else f"https://{reached}:{port}"


def own_addresses(address: str, names: Iterable[str]) -> Callable[[str], str]:
    """The server's own address as whoever asked it has reached it, by the Host header.

    Shape:  under names that are none of ours it is the usual one, so that nobody is sent away.
    """
    known = {name.lower() for name in names}

    def of(host: str) -> str:
        found = _HOST.fullmatch(host.lower())
        if found is None or found["name"].strip("[]") not in known:
            return address
        return f"https://{host.lower()}"

    return of


def write_kubeconfig(path: Path, address: str, certificates: Certificates) -> None:
    """Put the administrator's context into a kubeconfig, beside what is there."""
    way = kubeconfig.Access(
        context=CONTEXT,
        server=address,
        namespace="default",
        authority=certificates.authority.read_bytes(),
        certificate=certificates.administrator.certificate.read_bytes(),
        key=certificates.administrator.key.read_bytes(),
    )
    files = KubeconfigFiles([path])
    held = files.load()
    wanted = kubeconfig.with_access(held, way, cluster=CONTEXT, user=f"{CONTEXT}-admin")
    # What is right already needs no room on a full disk.
    if wanted != held or not path.exists():
        files.save(wanted)
