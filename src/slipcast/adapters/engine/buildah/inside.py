"""Paths inside a container's root: found, made, opened, never outside of it.

An image may hold any link. Each component is opened by itself below the directory before it, links
are read and followed by hand, and `/` and `..` end at the container's root. What links say is
therefore never left to the kernel, and a link put in place meanwhile is not followed either.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from slipcast.values.container import Owner
from slipcast.values.faults import EngineFault, NotFound

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_MOST_LINKS = 40


class Inside:
    """The root file system of a container, as seen from its own `/`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @contextmanager
    def directory(self, path: str, *, make: Owner | None = None) -> Generator[int]:
        """A descriptor of a directory; missing ones are made (0755) when an owner is given.

        Errors: NotFound when it is missing and not to be made; EngineFault when it is something
                else.
        """
        with _Walk(self._root, path) as walk:
            yield walk.to_directory(path, make)

    @contextmanager
    def parent(self, path: str) -> Generator[tuple[int, str]]:
        """A descriptor of the directory that holds path's last component, and its name there.

        Shape:  the last component itself is not followed when it is a link; it may be missing.
                The root itself is `.` in itself.
        Errors: NotFound when a directory on the way is missing.
        """
        holder, _, name = path.rstrip("/").rpartition("/")
        if name == "..":
            holder, name = path, "."
        with _Walk(self._root, path) as walk:
            yield walk.to_directory(holder, None), name or "."

    def status(self, path: str) -> os.stat_result | None:
        """What lies at path, a last link not followed; None when nothing does."""
        try:
            with self.parent(path) as (holder, name):
                return os.stat(name, dir_fd=holder, follow_symlinks=False)
        except (NotFound, FileNotFoundError, EngineFault):
            return None

    def text(self, path: str, limit: int = 1 << 20) -> str:
        """A small file's content, links followed; empty when there is none."""
        try:
            with self.file(path) as descriptor:
                return os.read(descriptor, limit).decode("utf-8", "surrogateescape")
        except (NotFound, EngineFault):
            return ""

    @contextmanager
    def file(self, path: str) -> Generator[int]:
        """A descriptor of a regular file to read, links followed.

        Errors: NotFound; EngineFault when it is no regular file.
        """
        with _Walk(self._root, path) as walk:
            descriptor = walk.to_file(path)
            try:
                yield descriptor
            finally:
                os.close(descriptor)

    def drop(self, path: str) -> None:
        """Remove what lies at path with all below it, a last link not followed."""
        with contextlib.suppress(NotFound), self.parent(path) as (holder, name):
            if name != ".":
                drop(holder, name)

    def drop_empty(self, path: str) -> None:
        """Remove what lies at path when it is an empty directory or an empty file."""
        with (
            contextlib.suppress(NotFound, EngineFault, OSError),
            self.parent(path) as (holder, name),
        ):
            status = os.stat(name, dir_fd=holder, follow_symlinks=False)
            if stat.S_ISDIR(status.st_mode):
                os.rmdir(name, dir_fd=holder)
            elif stat.S_ISREG(status.st_mode) and status.st_size == 0:
                os.unlink(name, dir_fd=holder)


def drop(holder: int, name: str) -> None:
    """Remove an entry of a directory with all below it; no error when it is not there."""
    try:
        os.unlink(name, dir_fd=holder)
    except FileNotFoundError:
        return
    except (IsADirectoryError, PermissionError):
        descriptor = os.open(name, _DIRECTORY, dir_fd=holder)
        try:
            for child in os.listdir(descriptor):  # noqa: PTH208 -- a path has no descriptor
                drop(descriptor, child)
        finally:
            os.close(descriptor)
        os.rmdir(name, dir_fd=holder)


class _Walk:
    """The chain of descriptors from the root to where we stand."""

    def __init__(self, root: Path, path: str) -> None:
        self._path = path
        self._links = 0
        self._chain = [os.open(root, _DIRECTORY)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._back_to(0)

    def to_directory(self, path: str, make: Owner | None) -> int:
        todo = deque(path.split("/"))
        while todo:
            self._step(todo.popleft(), todo, make)
        return self._chain[-1]

    def to_file(self, path: str) -> int:
        todo = deque(path.rstrip("/").split("/"))
        while True:
            name = todo.popleft()
            if todo:
                self._step(name, todo, None)
                continue
            target = self._link(name)
            if target is None:
                return self._open_file(name)
            self._follow(target, todo)

    def _open_file(self, name: str) -> int:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
        try:
            descriptor = os.open(name or ".", flags, dir_fd=self._chain[-1])
        except FileNotFoundError as missing:
            raise self._missing() from missing
        except OSError as odd:
            raise self._not_a("file") from odd
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise self._not_a("file")
        return descriptor

    def _step(self, name: str, todo: deque[str], make: Owner | None) -> None:
        if name in {"", "."}:
            return
        if name == "..":
            self._back_to(max(len(self._chain) - 1, 1))
            return
        try:
            self._chain.append(os.open(name, _DIRECTORY, dir_fd=self._chain[-1]))
        except FileNotFoundError as missing:
            if make is None:
                raise self._missing() from missing
            self._chain.append(_made(self._chain[-1], name, make))
        except OSError as odd:
            if odd.errno not in {errno.ELOOP, errno.ENOTDIR}:
                raise
            target = self._link(name)
            if target is None:
                raise self._not_a("directory") from odd
            self._follow(target, todo)

    def _link(self, name: str) -> str | None:
        try:
            return os.readlink(name, dir_fd=self._chain[-1])
        except FileNotFoundError as missing:
            raise self._missing() from missing
        except OSError:
            return None

    def _follow(self, target: str, todo: deque[str]) -> None:
        self._links += 1
        if self._links > _MOST_LINKS:
            raise EngineFault(
                f"{self._path} cannot be reached in the container: too many symbolic links",
                hint="a symbolic link in the image leads to itself",
            )
        if target.startswith("/"):
            self._back_to(1)
        todo.extendleft(reversed(target.split("/")))

    def _back_to(self, length: int) -> None:
        while len(self._chain) > length:
            os.close(self._chain.pop())

    def _missing(self) -> NotFound:
        return NotFound(f"{self._path} does not exist in the container")

    def _not_a(self, what: str) -> EngineFault:
        return EngineFault(f"{self._path} in the container is not a {what}")


def _made(holder: int, name: str, owner: Owner) -> int:
    os.mkdir(name, 0o755, dir_fd=holder)
    descriptor = os.open(name, _DIRECTORY, dir_fd=holder)
    os.fchown(descriptor, owner.uid, owner.gid)
    # The mode given to mkdir was cut by our umask.
    os.fchmod(descriptor, 0o755)
    return descriptor
