"""The place of a pod: its directory, what lies where in it, and who holds it.

    pod.json         what runs (plan); there from the beginning, whole
    env-NAME         the variables of a container, as the kernel has them
    env-NAME.BUILD   a variable of a container that is too long for that
    masks.json       what no log is to show, if there is anything
    status.json      how it is doing, replaced whole at each change
    lock             held by the supervisor as long as it lives: the only proof of life
    control          a pipe on which the supervisor is told things
    stdin-NAME       a pipe to a container that is sent its input
    log-NAME.N       what a container said, a segment each
    supervisor.log   what went wrong with the supervisor itself
    volumes/ root-NAME/ work/ home/ tmp/ pull/

Beside the places lies `events`, a pipe on which supervisors tell that something has changed.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
from pathlib import Path

import msgspec

from slipcast.adapters.pods.process.plan import Plan
from slipcast.api.pod import PodStatus
from slipcast.values.masking import Values

EVENTS = "events"
# Made once, so that forked supervisors need not.
_PLAN = msgspec.json.Decoder(Plan)
_STATUS = msgspec.json.Decoder(PodStatus)
_HIDDEN = msgspec.json.Decoder(list[bytes])
_UID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")


class Place(msgspec.Struct, frozen=True):
    """The directory of a pod."""

    path: Path

    @property
    def uid(self) -> str:
        """Whose place it is."""
        return self.path.name

    @property
    def control(self) -> Path:
        """The pipe on which the supervisor is told things."""
        return self.path / "control"

    @property
    def work(self) -> Path:
        """Where the containers run."""
        return self.path / "work"

    @property
    def masks(self) -> Path:
        """What no log is to show."""
        return self.path / "masks.json"

    def hidden(self) -> Values:
        """What is looked for in what containers say, so that no log shows it.

        Errors: OSError.
        """
        with contextlib.suppress(FileNotFoundError):
            return Values.of(_HIDDEN.decode(self.masks.read_bytes()))
        return Values()

    def root(self, container: str) -> Path:
        """Where the paths of a container begin."""
        return self.path / f"root-{container}"

    def input(self, container: str) -> Path:
        """The pipe to a container that is sent its input."""
        return self.path / f"stdin-{container}"

    def long(self, container: str, variable: str) -> Path:
        """A variable of a container that it is given as a file."""
        return self.path / f"env-{container}.{variable}"

    def plan(self) -> Plan | None:
        """What runs; None when there is no such pod."""
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            try:
                return _PLAN.decode((self.path / "pod.json").read_bytes())
            except msgspec.DecodeError:
                # Another version wrote it: such a pod can still be watched, ended and removed.
                return Plan(uid=self.uid, namespace="", name="", inits=(), mains=())
        return None

    def env(self, container: str) -> dict[str, str]:
        """The variables of a container.

        Errors: OSError.
        """
        content = os.fsdecode((self.path / f"env-{container}").read_bytes())
        pairs = (each.partition("=") for each in content.split("\0") if each)
        return {name: value for name, _, value in pairs}

    def has_begun(self) -> bool:
        """Whether a supervisor has ever held the place."""
        return (self.path / "status.json").exists()

    def status(self) -> PodStatus:
        """How the pod is doing; nothing is said of one that has not begun, or whose file is bad."""
        with contextlib.suppress(FileNotFoundError, msgspec.DecodeError):
            return _STATUS.decode((self.path / "status.json").read_bytes())
        return PodStatus()

    def changed(self) -> int:
        """A number that is another one after each change of the status; 0 without any."""
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            return (self.path / "status.json").stat().st_mtime_ns
        return 0

    def tell(self, status: PodStatus, *, durably: bool = False, bell: bool = True) -> None:
        """Put a status in place, whole, and ring the bell."""
        beside = self.path / "status.json.new"
        with beside.open("wb") as file:
            file.write(msgspec.json.encode(status))
            if durably:
                file.flush()
                os.fsync(file.fileno())
        beside.replace(self.path / "status.json")
        if bell:
            ring(self.path.parent, self.uid)

    def command(self, line: str) -> None:
        """Tell the supervisor something; nobody hears it when there is none."""
        with contextlib.suppress(OSError):
            pipe = os.open(self.control, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                os.write(pipe, line.encode() + b"\n")
            finally:
                os.close(pipe)

    def taken(self, *, shared: bool = False) -> int | None:
        """A descriptor that holds the place until it is closed; None while another holds it."""
        descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            return None
        return descriptor

    def is_held(self) -> bool:
        """Whether a supervisor lives."""
        try:
            descriptor = self.taken(shared=True)
        except FileNotFoundError:
            return False
        if descriptor is None:
            return True
        os.close(descriptor)
        return False

    def holder(self) -> int:
        """The process that holds, or held, the place; 0 when none has."""
        with contextlib.suppress(OSError, ValueError):
            return int((self.path / "lock").read_bytes())
        return 0


def place_of(directory: Path, uid: str) -> Place | None:
    """The place of a pod; None when there can be none of that uid."""
    return Place(directory / uid) if _UID.fullmatch(uid) else None


def ring(directory: Path, uid: str) -> None:
    """Say that something has changed, to whoever listens."""
    with contextlib.suppress(OSError):
        bell = os.open(directory / EVENTS, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            os.write(bell, uid.encode() + b"\n")
        finally:
            os.close(bell)
