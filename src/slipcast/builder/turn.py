"""One at a time on this host: whoever makes what others may be making, too, waits for its turn.

The kernel drops the lock with its owner, however that ended.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from slipcast.ports.progress import Progress


@contextmanager
def taken(lock: Path, progress: Progress, waiting: str) -> Iterator[None]:
    """The turn, for the length of the context; says what it waits for if it has to wait."""
    lock.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = os.open(lock, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress.note(waiting, level=0)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)
