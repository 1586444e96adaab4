"""A container that runs: its process, its streams into the log, and what it ended with."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from pathlib import Path

from slipcast.adapters.pods.process import output
from slipcast.adapters.pods.process.box import Box
from slipcast.adapters.pods.process.cgroups import Group
from slipcast.adapters.pods.process.life import Container, Ending
from slipcast.adapters.pods.process.output import Lines, Log
from slipcast.adapters.pods.process.place import Place
from slipcast.adapters.pods.process.plan import Role
from slipcast.values.masking import Masker

OUT_OF_MEMORY = "OOMKilled"
START_ERROR = "StartError"
_PIECE = 1 << 16
_DRAINED = 2.0
_LONGEST_WORD = 4096
_FALLBACK_LINES = 80
_FALLBACK_SIZE = 2048
_SETTLED = 0.05


class Running:
    """A container while it runs."""

    def __init__(self, place: Place, container: Container, group: Group | None) -> None:
        self.container = container
        self.group = group
        self.pid = 0
        self._place = place
        self._log = Log(place.path, container.role.name)
        self._kills = group.kills if group is not None else 0
        self._box = Box(Path(container.role.box)) if container.role.box else None
        out, err = os.pipe2(os.O_CLOEXEC), os.pipe2(os.O_CLOEXEC)
        self.stdout, self.stderr = out[1], err[1]
        self._hidden = hidden = place.hidden()
        self.streams = {out[0]: Lines("stdout", hidden), err[0]: Lines("stderr", hidden)}
        self._quiet_at = float("inf")

    def prepare(self) -> None:
        """Have nothing that an earlier run has told, and room for a word.

        Errors: OSError.
        """
        if self._box is not None:
            self._box.empty()
        path = word(self._place, self.container.role)
        if path is not None:
            with contextlib.suppress(OSError):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch()

    def close_writers(self) -> None:
        """Leave the writing ends of the streams to the container."""
        os.close(self.stdout)
        os.close(self.stderr)

    def read(self, stream: int) -> bool:
        """Take what a stream has; whether it goes on."""
        data = os.read(stream, _PIECE)
        lines = self.streams[stream]
        self._log.write(lines.records(data, output.now()) if data else lines.end(output.now()))
        if not data:
            os.close(stream)
            del self.streams[stream]
        waits = any(each.is_open for each in self.streams.values())
        self._quiet_at = time.monotonic() + _SETTLED if waits else float("inf")
        return bool(data)

    @property
    def quiet_at(self) -> float:
        """When text that waits for the end of its line is written all the same."""
        return self._quiet_at

    def settle(self, now: float) -> None:
        """Write what has waited long enough for the end of its line, such as a question."""
        if now >= self._quiet_at:
            self._quiet_at = float("inf")
            for lines in self.streams.values():
                self._log.write(lines.rest(output.now()))

    def drain(self) -> None:
        """Read to the end, as long as that is near: nobody of the container lives any more."""
        until = time.monotonic() + _DRAINED
        while self.streams:
            ready, _, _ = select.select(
                list(self.streams), [], [], max(0.0, until - time.monotonic())
            )
            if not ready:
                break
            for stream in ready:
                self.read(stream)
        for stream, lines in self.streams.items():
            self._log.write(lines.end(output.now()))
            os.close(stream)
        self.streams.clear()
        self._log.close()

    def terminate(self) -> None:
        """Ask it to end: its first process, as in a container; that knows about the others."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)

    def ending(self, status: int) -> Ending:
        """How it ended."""
        code = os.waitstatus_to_exitcode(status)
        code = 128 - code if code < 0 else code
        starved = self.group is not None and self.group.kills > self._kills
        role, box = self.container.role, self._box
        if box is not None and box.never_ran(code):
            why = _log_end(self._place, role.name)
            return Ending(code=code, reason=START_ERROR, message=why)
        starved = starved or (box is not None and box.starved)
        message = self._masked(said(self._place, role))
        if not message and code and role.log_speaks:
            message = _log_end(self._place, role.name)
        return Ending(code=code, reason=OUT_OF_MEMORY if starved and code else "", message=message)

    def _masked(self, text: str) -> str:
        """What a container has said of its end, as its log would have it."""
        masker = Masker(self._hidden)
        return (masker.masked(text.encode()) + masker.rest()).decode("utf-8", "replace")


def word(place: Place, role: Role) -> Path | None:
    """The file in which a container may say why it ended."""
    path = Path(role.message_path.lstrip("/"))
    return None if ".." in path.parts or not path.parts else place.root(role.name) / path


def said(place: Place, role: Role) -> str:
    """What a container has said of its end."""
    path = word(place, role)
    if path is None:
        return ""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return ""
    with os.fdopen(descriptor, "rb") as file, contextlib.suppress(OSError):
        return file.read(_LONGEST_WORD).decode("utf-8", "replace")
    return ""


def _log_end(place: Place, container: str) -> str:
    numbers = output.segments(place.path, container)[-2:]
    ends = (_tail(output.segment(place.path, container, number)) for number in numbers)
    return output.last_lines(b"".join(ends), _FALLBACK_LINES, _FALLBACK_SIZE)


def _tail(path: Path) -> bytes:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _PIECE))
        data = file.read()
    return data if size <= _PIECE else data.partition(b"\n")[2]
