"""The box of a container that another program runs: where that tells of it.

The program leaves the number of the container's first process in `pid` as soon as there is one,
and a file `oom` when the kernel has ended it for its memory.

Source: podman-run(1), pidfile; conmon(8).
"""

from __future__ import annotations

from pathlib import Path

import msgspec

PID = "pid"
_STARVED = "oom"
_REFUSED = 125
"""The least code with which such a program says that it has started nothing."""


class Box(msgspec.Struct, frozen=True):
    """A directory of one container."""

    path: Path

    def empty(self) -> None:
        """Forget what was told of an earlier run.

        Errors: OSError.
        """
        self.path.mkdir(mode=0o700, exist_ok=True)
        for name in (PID, _STARVED):
            (self.path / name).unlink(missing_ok=True)

    def never_ran(self, code: int) -> bool:
        """Whether a program that ended with a code has started nothing."""
        return code >= _REFUSED and not (self.path / PID).exists()

    @property
    def starved(self) -> bool:
        """Whether its memory ran out."""
        return (self.path / _STARVED).exists()
