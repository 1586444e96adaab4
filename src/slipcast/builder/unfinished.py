"""Tags of images that are not finished, noted beside each other while their builders live.

A builder takes its tag away itself. What is left of one that was killed is taken away by the next:
the kernel drops the lock on a note with its owner, however that ended.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from slipcast.ports.engine import Engine
from slipcast.values.faults import PortFault

_NOTES: Final = "unfinished"
_LONGEST: Final = 1024


@contextmanager
def noted(state: Path, tag: str) -> Iterator[None]:
    """A note of a tag, for the length of the context."""
    directory = state / _NOTES
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    note = directory / tag.rpartition(":")[2]
    file = os.open(note, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        # A note without a word belongs to somebody who has not begun yet.
        os.write(file, tag.encode())
        yield
    finally:
        note.unlink(missing_ok=True)
        os.close(file)


def sweep(state: Path, engine: Engine) -> int:
    """Take away the tags whose builders are gone; how many those were."""
    try:
        notes = sorted((state / _NOTES).iterdir())
    except OSError:
        return 0
    return sum(_swept(note, engine) for note in notes)


def _swept(note: Path, engine: Engine) -> int:
    with suppress(OSError), note.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        tag = file.read(_LONGEST).decode("utf-8", "replace")
        if tag:
            with suppress(PortFault):
                engine.remove(tag)
                note.unlink(missing_ok=True)
                return 1
    return 0
