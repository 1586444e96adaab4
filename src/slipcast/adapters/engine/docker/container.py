"""A working container of the Engine API.

The attachment is made before the start, so that no output is lost, and its end is taken for the
end of the program: asking the engine to wait takes podman up to a second (S2I-320).

Source: ports.engine.Container; Docker Engine API v1.41, Container.
"""

from __future__ import annotations

import io
import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from typing import IO, Any

from slipcast.adapters.dockersocket import DockerSocket, Silent, SocketFault
from slipcast.adapters.engine.docker.archive import Upload
from slipcast.adapters.engine.docker.committing import Commit
from slipcast.adapters.engine.docker.failures import fault_of, not_started
from slipcast.adapters.pieces import Pieces
from slipcast.ports.engine import CommitSpec, ContainerSpec, Sink, ignore
from slipcast.values.container import ExitStatus, Owner
from slipcast.values.entries import Entry
from slipcast.values.faults import EngineFault, Interrupted, NotFound
from slipcast.values.image import ImageFacts

_GLANCES = 20
_PAUSE = 0.01
_SETTLING = 30.0
_SETTLED = "exited"
_KILLED = 137


class DockerContainer:
    """The Container of the port."""

    def __init__(
        self, socket: DockerSocket, container: str, spec: ContainerSpec, commit: Commit
    ) -> None:
        self._socket = socket
        self._id = container
        self._image = spec.image
        self._stdin = spec.stdin
        self._grace = spec.grace
        self._has_memory_limit = bool(spec.limits.memory)
        self._commit = commit
        self._upload = Upload(socket, container)
        self._ran = False
        self._settled = True

    @property
    def id(self) -> str:
        """The engine's id of it."""
        return self._id

    def write(self, path: str, entries: Iterable[Entry], *, owner: Owner) -> None:
        """Put entries below a directory of the container."""
        self._settle()
        try:
            self._upload.put(path, entries, owner)
        except (SocketFault, NotFound) as refused:
            raise fault_of(f"{path} could not be written to", refused.message) from refused

    @contextmanager
    def read(self, path: str) -> Generator[IO[bytes]]:
        """A tar stream of a file or directory."""
        self._settle()
        with self._socket.stream(
            "GET", f"/containers/{self._id}/archive", {"path": path}
        ) as pieces:
            yield io.BufferedReader(Pieces(pieces), 1 << 16)

    def run(
        self, *, stdout: Sink = ignore, stderr: Sink = ignore, idle: float | None = None
    ) -> ExitStatus:
        """Run the program to its end."""
        if self._ran:
            raise EngineFault(f"the container of {self._image} has run already")
        self._ran = True
        try:
            self._follow(stdout, stderr, idle)
        except Interrupted:
            if self._grace:
                self._ask_to_end()
            raise
        except Silent:
            self._socket.post(f"/containers/{self._id}/kill")
            self._ended()
            return ExitStatus.silenced(idle or 0)
        except SocketFault as refused:
            status = not_started(refused.message)
            if status is None:
                what = f"the container of {self._image} could not be started"
                raise fault_of(what, refused.message) from refused
            return status
        return self._ended()

    def commit(self, spec: CommitSpec) -> ImageFacts:
        """Make an image of what the container's root has become."""
        return self._commit(self._id, spec)

    def _follow(self, stdout: Sink, stderr: Sink, idle: float | None) -> None:
        with self._socket.attached(self._id, idle, self._stdin) as pieces:
            self._socket.post(f"/containers/{self._id}/start")
            for is_stderr, data in pieces:
                (stderr if is_stderr else stdout)(data)

    def _ask_to_end(self) -> None:
        with suppress(SocketFault, NotFound):
            seconds = round(self._grace)
            self._socket.post(f"/containers/{self._id}/stop", {"t": seconds}, timeout=None)

    def _ended(self) -> ExitStatus:
        """How it ended: a few glances, and a wait when it has only closed its output."""
        state = self._state()
        for _ in range(_GLANCES):
            if not state["Running"]:
                break
            time.sleep(_PAUSE)
            state = self._state()
        else:
            self._socket.post(f"/containers/{self._id}/wait", timeout=None)
            state = self._state()
        self._settled = state["Status"] == _SETTLED
        code = int(state["ExitCode"])
        return ExitStatus(
            code=code,
            oom_killed=bool(state.get("OOMKilled")) or self._was_killed_for_memory(code),
            error=state.get("Error") or "",
        )

    def _was_killed_for_memory(self, code: int) -> bool:
        """Whether to take a kill for one by the kernel, which podman does not tell on cgroups v1.

        Shape:  nobody but the kernel kills what runs here: we end containers by removing them.
        """
        return code == _KILLED and self._has_memory_limit and self._socket.is_podman

    def _settle(self) -> None:
        """Wait until podman has cleaned up after the program; until then files may be missing."""
        deadline = time.monotonic() + _SETTLING
        while not self._settled and time.monotonic() < deadline:
            self._settled = self._state()["Status"] == _SETTLED
            if not self._settled:
                time.sleep(_PAUSE)

    def _state(self) -> dict[str, Any]:
        state: dict[str, Any] = self._socket.get(f"/containers/{self._id}/json")["State"]
        return state
