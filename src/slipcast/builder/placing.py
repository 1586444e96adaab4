"""Placing entries into a directory that holds things already, and never outside of it.

Nobody else changes the directory meanwhile; but links in it may be of anybody's making.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePosixPath
from typing import IO, Final

from slipcast.builder.laying import lay_file
from slipcast.values.entries import Entry, Kind
from slipcast.values.legible import legible

_DIRECTORY: Final = 0o755
_PASSABLE: Final = 0o700
_LONGEST_NAME: Final = 255


class Misplaced(ValueError):
    """Something cannot lie where it should; the text says why."""


class Place:
    """A directory that receives entries; `close` gives directories the modes they came with.

    Shape:  made holds the files, links and directories that were not there before, replaced the
            paths of files and links that were, in their order.
    """

    def __init__(self, root: Path, *, directory_mode: int = _DIRECTORY) -> None:
        self.root = root.resolve(strict=True)
        self.made: dict[Path, None] = {}
        self.replaced: dict[Path, None] = {}
        self._directory_mode = directory_mode
        self._found: dict[str, Path] = {"": self.root}
        self._modes: dict[Path, int] = {}
        self._links: list[tuple[str, Path]] = []

    def directory(self, path: str) -> Path:
        """The real path of a directory of the place, made with all above it.

        Shape:  path is relative, without `..`; a link on the way may lead to another directory of
                the place.
        Errors: Misplaced; OSError.
        """
        path = "/".join(part for part in path.split("/") if part not in {"", "."})
        found = self._found.get(path)
        if found is None:
            above, _, name = path.rpartition("/")
            found = self._entered(self.directory(above) / name, path)
            self._found[path] = found
        return found

    def put(self, entry: Entry, content: IO[bytes] | None = None) -> None:
        """Place an entry; a file or a link that is there is replaced, directories are joined.

        Shape:  content is what a file holds that does not say so itself.
        Errors: Misplaced; OSError; what reading the content raises.
        """
        if entry.kind is Kind.DIRECTORY:
            self._modes[self.directory(entry.path)] = entry.mode | _PASSABLE
            return
        above, _, name = entry.path.rpartition("/")
        path = self.directory(above) / name
        self._make_room(path, entry.path)
        if entry.kind is Kind.LINK:
            path.symlink_to(entry.target)
            self._links.append((entry.path, path))
        else:
            lay_file(entry, path, content)

    def close(self) -> None:
        """Give the directories their modes, last of all: one may be closed to us by its own."""
        for path, mode in reversed(self._modes.items()):
            path.chmod(mode)

    def check_links(self) -> None:
        """Refuse links that were placed and lead out, by whatever way.

        Errors: Misplaced.
        """
        for path, link in self._links:
            try:
                real = link.resolve()
            except (OSError, RuntimeError) as loop:
                raise Misplaced(f"{legible(path)} is a link that leads nowhere") from loop
            if not real.is_relative_to(self.root):
                raise Misplaced(f"{legible(path)} is a link that leads out of the source")

    def _entered(self, path: Path, shown: str) -> Path:
        try:
            status = path.lstat()
        except FileNotFoundError:
            path.mkdir()
            path.chmod(self._directory_mode)
            self.made[path] = None
            return path
        if stat.S_ISDIR(status.st_mode):
            return path
        if not stat.S_ISLNK(status.st_mode):
            raise Misplaced(f"{legible(shown)} is a file, and should be a directory")
        try:
            real = path.resolve(strict=True)
        except (OSError, RuntimeError) as broken:
            raise Misplaced(f"{legible(shown)} is a link that leads nowhere") from broken
        if not real.is_relative_to(self.root):
            raise Misplaced(f"{legible(shown)} is a link that leads out of the source")
        if not real.is_dir():
            raise Misplaced(f"{legible(shown)} is a file, and should be a directory")
        return real

    def _make_room(self, path: Path, shown: str) -> None:
        try:
            status = path.lstat()
        except FileNotFoundError:
            self.made[path] = None
            return
        if stat.S_ISDIR(status.st_mode):
            raise Misplaced(f"{legible(shown)} would replace a directory")
        path.unlink()
        if path not in self.made:
            self.replaced[path] = None


def inside(name: str) -> str:
    """The name of a member of an archive as the path of an entry; empty for the whole.

    Errors: Misplaced for what leads out, or is no name.
    """
    parts = PurePosixPath(name).parts
    if name.startswith("/") or ".." in parts or "\0" in name:
        raise Misplaced(f"{legible(name)} lies outside of the source")
    if any(len(os.fsencode(part)) > _LONGEST_NAME for part in parts):
        raise Misplaced(f"the name {legible(name[:60])}... is too long")
    return "/".join(parts)
