"""A directory of this machine as a Tree; links never lead outside."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from typing_extensions import override

from slipcast.source.tree import Tree
from slipcast.values.faults import PortFault


class DirectoryTree(Tree):
    """A directory, read on every question.

    Shape:  a link that leads outside is a name and nothing more. Names that are not UTF-8 are
            surrogate-escaped.
    """

    def __init__(self, root: Path) -> None:
        self._root = Path(os.path.realpath(root))

    @override
    def names(self, path: str = "") -> Iterable[str]:
        """Names directly in a directory.

        Errors: PortFault when it may not be read.
        """
        place = self._inside(path)
        if place is None or not stat.S_ISDIR(_mode(place)):
            return []
        try:
            with os.scandir(place) as entries:
                return sorted(entry.name for entry in entries)
        except OSError as error:
            raise _unreadable(path, error) from error

    @override
    def read(self, path: str, limit: int = 1 << 20) -> bytes | None:
        """A file's first bytes.

        Errors: PortFault when it may not be read.
        """
        place = self._inside(path)
        if place is None or not stat.S_ISREG(_mode(place)):
            return None
        try:
            with place.open("rb") as file:
                return file.read(limit)
        except OSError as error:
            raise _unreadable(path, error) from error

    @override
    def is_executable(self, path: str) -> bool:
        """Whether it is a regular file its owner may execute."""
        place = self._inside(path)
        mode = _mode(place) if place is not None else 0
        return stat.S_ISREG(mode) and bool(mode & stat.S_IXUSR)

    def _inside(self, path: str) -> Path | None:
        """Where a path really lies; None when that is outside the root."""
        if "\0" in path:
            return None
        place = Path(os.path.realpath(self._root / path))
        return place if place.is_relative_to(self._root) else None


def _mode(place: Path) -> int:
    try:
        return place.stat().st_mode
    except OSError:
        return 0


def _unreadable(path: str, error: OSError) -> PortFault:
    return PortFault(
        f"The source's {path or 'directory'!r} cannot be read: {error.strerror}.",
        reason="SourceUnreadable",
        hint="Check the permissions of the source, or build it as its owner.",
    )
