"""Presence: whether a process of ours was killed before it could clean up.

Each process holds a lock on a file of its own for as long as it lives, and removes the file when it
ended well. A file without a lock belongs to one that did not; then, and only then, sweeping up
after it is worth its time.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import secrets
from typing import TYPE_CHECKING

from slipcast.values.faults import HostFault

if TYPE_CHECKING:
    from pathlib import Path


def announce(directory: Path) -> bool:
    """Say that this process is here; whether another one has died since anybody looked.

    Errors: HostFault when the directory cannot be written.
    """
    own = directory / f"{os.getpid()}-{secrets.token_hex(4)}"
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        died = [path for path in directory.iterdir() if _is_unheld(path)]
        file = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
    except OSError as fault:
        raise HostFault(
            f"{directory} cannot be written: {fault.strerror}",
            hint="Name another state directory with SLIPCAST_STATE, or in the settings.",
        ) from fault
    atexit.register(_leave, own)
    for path in died:
        path.unlink(missing_ok=True)
    return bool(died)


def distrust() -> None:
    """Let the next process look for what this one left: it was interrupted, maybe at a bad time."""
    atexit.unregister(_leave)


def _leave(own: Path) -> None:
    own.unlink(missing_ok=True)


def _is_unheld(path: Path) -> bool:
    try:
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(file)
    return True
