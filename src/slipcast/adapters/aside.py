"""Files that are in their place whole or not at all, and what is left when a process dies.

What is not whole yet, and what is being taken apart, lies in a directory `.aside` of its own, which
the next process empties.
"""

from __future__ import annotations

import errno
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from slipcast.values.faults import PortFault

ASIDE: Final = ".aside"
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Aside:
    """A directory whose entries appear and disappear in one step."""

    def __init__(self, directory: Path) -> None:
        """Make the directory; forget what an earlier process had begun.

        Errors: PortFault.
        """
        self._directory = directory
        self._aside = directory / ASIDE
        with told(f"{directory} cannot be used"):
            shutil.rmtree(self._aside, ignore_errors=True)
            self._aside.mkdir(mode=0o700, parents=True, exist_ok=True)

    def new(self) -> Path:
        """A path that nothing is at yet."""
        return self._aside / uuid.uuid4().hex

    def put(self, path: Path, target: Path) -> None:
        """Put a file that was written and synced in its place, for good."""
        path.replace(target)
        synced(target.parent)

    def discard(self, target: Path) -> None:
        """Take away a file or a directory, in one step; none is fine."""
        beside = self.new()
        try:
            target.rename(beside)
        except FileNotFoundError:
            return
        if beside.is_dir():
            shutil.rmtree(beside, ignore_errors=True)
        else:
            beside.unlink(missing_ok=True)


def synced(directory: Path) -> None:
    """See to it that the names in a directory are on the disk."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def told(what: str) -> Iterator[None]:
    """Tell of a disk that refuses.

    Errors: PortFault, retryable.
    """
    try:
        yield
    except OSError as error:
        full = error.errno in _NO_ROOM
        raise PortFault(
            f"{what}: {error.strerror or 'input/output error'}",
            reason="NoRoom" if full else "DiskFailed",
            hint="Make room on that disk." if full else "Look at that disk and its permissions.",
            retryable=True,
        ) from error
