"""Laying entries down in a directory of this machine, as a build context."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from slipcast.values.entries import Entry, Kind

_PIECE = 1 << 20


def lay(entries: Iterable[Entry], root: Path) -> None:
    """Write entries below root, which is made.

    Shape:  entries come parents first and nothing of theirs was there before, so that no link can
            be in the way.
    """
    root.mkdir(parents=True, exist_ok=True)
    modes: list[tuple[Path, int]] = []
    for entry in entries:
        path = root / entry.path
        path.parent.mkdir(parents=True, exist_ok=True)
        match entry.kind:
            case Kind.DIRECTORY:
                path.mkdir(exist_ok=True)
                modes.append((path, entry.mode))
            case Kind.LINK:
                path.symlink_to(entry.target)
            case Kind.FILE:
                lay_file(entry, path)
    # Directories last: one without write permission could not be filled.
    for path, mode in reversed(modes):
        path.chmod(mode)


def lay_file(entry: Entry, path: Path, content: IO[bytes] | None = None) -> None:
    """Write a file's entry to a path where nothing is; content is the entry's, when it is given."""
    with path.open("xb") as target:
        if content is not None:
            shutil.copyfileobj(content, target, _PIECE)
        elif entry.content is not None:
            target.write(entry.content)
        elif entry.source is not None:
            with entry.source.open("rb") as source:
                _copy(source, target, entry)
    path.chmod(entry.mode)
    os.utime(path, (entry.mtime, entry.mtime))


def _copy(source: IO[bytes], target: IO[bytes], entry: Entry) -> None:
    source.seek(entry.offset)
    left = entry.size
    while piece := source.read(min(left, _PIECE)):
        target.write(piece)
        left -= len(piece)
