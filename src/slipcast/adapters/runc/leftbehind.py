"""A program that runc starts and leaves to us, because it writes into our pipe by itself.

In the foreground runc hands on standard output and standard error by two hands of its own, and
what is written to both comes in an order of chance. Detached, the program has our pipe itself.

Source: runc(8), terminals.md, `--detach`; prctl(2), PR_SET_CHILD_SUBREAPER; pidfd_open(2).
"""

from __future__ import annotations

import os
import select
from contextlib import suppress
from pathlib import Path
from typing import Final

from slipcast.adapters import argv, kernel

_SIGNALLED: Final = 128
_PATIENCE: Final = 10.0
"""Seconds within which what was killed is over."""


class LeftBehind:
    """The program whose number runc writes into a file: waited for, once."""

    def __init__(self, pid_file: Path) -> None:
        self.words = ("--detach", f"--pid-file={pid_file}")
        self._pid_file = pid_file
        self._is_over = False
        # What our children leave becomes our child; nobody else is told how it ended.
        kernel.adopt_orphans()

    def wait(self, patience: float | None) -> int:
        """How it ended, as a shell tells it.

        Units:  patience in seconds.
        Errors: Silent when it goes on for longer.
        """
        pid = int(self._pid_file.read_text(encoding="ascii"))
        over = os.pidfd_open(pid)
        try:
            ready, _, _ = select.select([over], [], [], patience)
            if not ready:
                raise argv.Silent
        finally:
            os.close(over)
        _, status = os.waitpid(pid, 0)
        self._is_over = True
        code = os.waitstatus_to_exitcode(status)
        return code if code >= 0 else _SIGNALLED - code

    def reap(self) -> None:
        """Take note of the end of what was killed; nothing where that is done, or nothing began."""
        if not self._is_over:
            with suppress(OSError, ValueError, argv.Silent):
                self.wait(_PATIENCE)
