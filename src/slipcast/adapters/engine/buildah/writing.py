"""Entries on their way into a container's root: each file copied once, by the kernel.

Source: ports.engine, Container.write.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from slipcast.adapters.engine.buildah.inside import Inside, drop
from slipcast.values.container import Owner
from slipcast.values.entries import Entry, Kind
from slipcast.values.faults import EngineFault

_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_SOURCE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
_SMALL: Final = 1 << 17
_PIECE: Final = 1 << 30
_NOT_BETWEEN_THESE: Final = {errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP}


def write(inside: Inside, path: str, entries: Iterable[Entry], owner: Owner) -> None:
    """Put entries below a directory of the container, made if missing.

    Errors: EngineFault naming the entry; reason `NoSpace` when the storage is full.
    """
    entry: Entry | None = None
    try:
        writer = _Writer(inside, path, owner)
        try:
            for entry in entries:
                writer.put(entry)
            writer.finish()
        finally:
            writer.close()
    except OSError as odd:
        name = f"{path}/{entry.path}" if entry is not None else path
        full = odd.errno in {errno.ENOSPC, errno.EDQUOT}
        raise EngineFault(
            f"{_printable(name)} could not be written into the container: {odd.strerror}",
            reason="NoSpace" if full else "",
            hint="free space in the image storage; see slipcast doctor" if full else "",
        ) from odd


class _Writer:
    def __init__(self, inside: Inside, path: str, owner: Owner) -> None:
        self._inside = inside
        self._path = path
        self._owner = owner
        self._directories: list[Entry] = []
        self._source = _Source()
        self._here = ""
        self._held: int | None = self._open("")

    def close(self) -> None:
        """Let go of the directory and the source in hand."""
        self._source.close()
        self._let_go()

    def _let_go(self) -> None:
        if self._held is not None:
            os.close(self._held)
            self._held = None

    def put(self, entry: Entry) -> None:
        """Write one entry."""
        holder, _, name = entry.path.rpartition("/")
        if _is_unsafe(entry.path):
            raise EngineFault(f"{_printable(entry.path)} is no path below a directory")
        descriptor = self._directory(holder)
        if entry.kind is Kind.DIRECTORY:
            self._put_directory(descriptor, name, entry)
        elif entry.kind is Kind.LINK:
            self._put_link(descriptor, name, entry)
        else:
            self._put_file(descriptor, name, entry)

    def finish(self) -> None:
        """Give directories their times, which filling them has changed."""
        for entry in reversed(self._directories):
            descriptor = self._directory(entry.path)
            os.utime(descriptor, (entry.mtime, entry.mtime))

    def _directory(self, relative: str) -> int:
        if self._held is None or relative != self._here:
            self._let_go()
            self._held = self._open(relative)
            self._here = relative
        return self._held

    def _open(self, relative: str) -> int:
        with self._inside.directory(f"{self._path}/{relative}", make=self._owner) as descriptor:
            return os.dup(descriptor)

    def _put_directory(self, holder: int, name: str, entry: Entry) -> None:
        if not name:
            return
        try:
            os.mkdir(name, 0o700, dir_fd=holder)
        except FileExistsError:
            if not _is_directory(holder, name):
                drop(holder, name)
                os.mkdir(name, 0o700, dir_fd=holder)
        os.chown(name, self._owner.uid, self._owner.gid, dir_fd=holder, follow_symlinks=False)
        descriptor = self._directory(entry.path)
        os.fchmod(descriptor, entry.mode & 0o7777)
        self._directories.append(entry)

    def _put_link(self, holder: int, name: str, entry: Entry) -> None:
        try:
            os.symlink(entry.target, name, dir_fd=holder)
        except FileExistsError:
            drop(holder, name)
            os.symlink(entry.target, name, dir_fd=holder)
        os.chown(name, self._owner.uid, self._owner.gid, dir_fd=holder, follow_symlinks=False)
        os.utime(name, (entry.mtime, entry.mtime), dir_fd=holder, follow_symlinks=False)

    def _put_file(self, holder: int, name: str, entry: Entry) -> None:
        try:
            target = os.open(name, _NEW, 0o600, dir_fd=holder)
        except FileExistsError:
            drop(holder, name)
            target = os.open(name, _NEW, 0o600, dir_fd=holder)
        try:
            self._fill(target, entry)
            os.fchown(target, self._owner.uid, self._owner.gid)
            os.fchmod(target, entry.mode & 0o7777)
            os.utime(target, (entry.mtime, entry.mtime))
        finally:
            os.close(target)

    def _fill(self, target: int, entry: Entry) -> None:
        if entry.content is not None:
            _write_all(target, entry.content)
        elif entry.source is None:
            raise EngineFault(f"{_printable(entry.path)} has neither content nor a source")
        elif copy(self._source.at(entry.source), target, entry.offset, entry.size) < entry.size:
            name = _printable(str(entry.source))
            raise EngineFault(f"{name} became shorter while it was read")


class _Source:
    """The file that is read from; it stays open while entries come that share it."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._number = -1

    def at(self, path: Path) -> int:
        """A descriptor to read a path by."""
        if self._path is not path:
            self.close()
            self._number = os.open(path, _SOURCE)
            self._path = path
        return self._number

    def close(self) -> None:
        """Let go of it."""
        if self._path is not None:
            os.close(self._number)
            self._path = None


def copy(source: int, target: int, offset: int, size: int) -> int:
    """Copy a part of one file into another, in the kernel where it can; how much there was."""
    left = size
    while left:
        done = _copied(source, target, offset, left)
        if not done:
            break
        offset, left = offset + done, left - done
    return size - left


def _copied(source: int, target: int, offset: int, size: int) -> int:
    if size > _SMALL:
        try:
            return os.copy_file_range(source, target, min(size, _PIECE), offset)
        except OSError as odd:
            if odd.errno not in _NOT_BETWEEN_THESE:
                raise
    piece = os.pread(source, min(size, 1 << 20), offset)
    _write_all(target, piece)
    return len(piece)


def _write_all(target: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(target, rest) :]


def _is_directory(holder: int, name: str) -> bool:
    try:
        descriptor = os.open(
            name, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=holder
        )
    except OSError:
        return False
    os.close(descriptor)
    return True


def _is_unsafe(path: str) -> bool:
    return path.startswith("/") or "\0" in path or ".." in path.split("/")


def _printable(path: str) -> str:
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
