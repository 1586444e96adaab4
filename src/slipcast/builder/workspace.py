"""The working directory of a build: made at its start, gone at its end, swept up after a kill.

Its owner holds a lock on the file beside it for as long as it lives. The kernel drops the lock
with the process, however that ended, so a sweep at the next start sees whose owner is gone, also
across containers that share the directory, where process numbers say nothing.

Source: s2i reference, working directory and clean-up (S2I-96, 97, 121, 298, 299).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from slipcast.ports.progress import Progress
from slipcast.values.faults import BuildFault

_PREFIX = "s2i-"
_KEPT = "kept-s2i-"
_LOCK = ".lock"
_DIRECTORIES = (
    "upload/scripts",
    "upload/src",
    "upload/tmp",
    "upload/artifacts",
    "upload/injections",
    "upload/runtimeArtifacts",
    "downloads/scripts",
    "downloads/defaultScripts",
    "metadata",
)
_EXIT_CODE = 5


class Workspace(msgspec.Struct, frozen=True):
    """Where things lie while a build runs; every directory below root exists."""

    root: Path

    @property
    def upload(self) -> Path:
        """What is sent to the container, by the names it has there."""
        return self.root / "upload"

    @property
    def source(self) -> Path:
        """Where a clone goes."""
        return self.root / "upload/src"

    @property
    def scripts(self) -> Path:
        """Scripts that override the builder image's."""
        return self.root / "upload/scripts"

    @property
    def artifacts(self) -> Path:
        """What save-artifacts gave."""
        return self.root / "upload/artifacts"

    @property
    def runtime_artifacts(self) -> Path:
        """What is copied from the builder's container into the runtime image's."""
        return self.root / "upload/runtimeArtifacts"

    @property
    def injections(self) -> Path:
        """Copies of injected files, where an engine needs copies."""
        return self.root / "upload/injections"

    @property
    def downloads(self) -> Path:
        """Scripts as they were downloaded."""
        return self.root / "downloads/scripts"

    @property
    def metadata(self) -> Path:
        """What the assemble container says of its result."""
        return self.root / "metadata"


@contextmanager
def workspace(
    parent: Path, progress: Progress, *, keep: bool = False
) -> Generator[Workspace, None, None]:
    """A working directory below parent for the length of the context.

    Shape:  keep leaves it there and says where; a sweep never touches a kept one.
    Errors: BuildFault FileSystemOperationFailed, exit 5, when it cannot be made.
    """
    try:
        parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = _made(parent, keep=keep)
    except OSError as fault:
        raise _unusable(parent, fault) from fault
    root, lock = made
    try:
        yield Workspace(root)
    finally:
        if keep:
            progress.note(f"The working directory is kept in {root}", level=0)
        else:
            _removed(root, lock)


def sweep(parent: Path) -> int:
    """Remove the working directories whose owners are gone; how many those were."""
    try:
        locks = sorted(parent.glob(f"{_PREFIX}*{_LOCK}"))
    except OSError:
        return 0
    return sum(_swept(lock) for lock in locks)


def remove_tree(root: Path) -> None:
    """Remove a directory with all below it, also where a build took our permissions away.

    Shape:  links are removed, never followed; a directory that is not there is no error.
    """
    try:
        shutil.rmtree(root, onerror=_opened_up)
    except RecursionError:
        _remove_deep(root)


def _remove_deep(root: Path) -> None:
    """Remove a tree that is deeper than rmtree, which calls itself, can go."""
    waiting = [root]
    while waiting:
        below = []
        for path in waiting[-1].iterdir():
            if path.is_dir() and not path.is_symlink():
                below.append(path)
            else:
                path.unlink()
        if not below:
            waiting.pop().rmdir()
        waiting.extend(below)


def _made(parent: Path, *, keep: bool) -> tuple[Path, int | None]:
    if keep:
        root, lock = Path(tempfile.mkdtemp(prefix=_KEPT, dir=parent)), None
    else:
        root, lock = _owned(parent)
    try:
        for directory in _DIRECTORIES:
            (root / directory).mkdir(parents=True, mode=0o700)
    except OSError:
        _removed(root, lock)
        raise
    return root, lock


def _owned(parent: Path) -> tuple[Path, int]:
    # The lock comes first: a directory is never seen without it.
    while True:
        number, name = tempfile.mkstemp(prefix=_PREFIX, suffix=_LOCK, dir=parent)
        lock = Path(name)
        if not _locked(number) or not _is_still(lock, number):
            os.close(number)  # a sweep took it for a leftover in between
            continue
        root = lock.with_name(lock.name.removesuffix(_LOCK))
        try:
            os.write(number, f"{os.getpid()}\n".encode())
            root.mkdir(mode=0o700)
        except OSError:
            lock.unlink()
            os.close(number)
            raise
        return root, number


def _removed(root: Path, lock: int | None) -> None:
    remove_tree(root)
    if lock is not None:
        Path(f"{root}{_LOCK}").unlink(missing_ok=True)
        os.close(lock)


def _swept(lock: Path) -> int:
    try:
        number = os.open(lock, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return 0
    try:
        if not _locked(number) or not _is_still(lock, number):
            return 0
        root = lock.with_name(lock.name.removesuffix(_LOCK))
        found = root.exists()
        remove_tree(root)
        lock.unlink(missing_ok=True)
        return int(found)
    except OSError:
        return 0  # another user's, or busy: the next start tries again
    finally:
        os.close(number)


def _locked(number: int) -> bool:
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_still(lock: Path, number: int) -> bool:
    try:
        there = lock.lstat()
    except OSError:
        return False
    ours = os.fstat(number)
    return (there.st_dev, there.st_ino) == (ours.st_dev, ours.st_ino)


def _opened_up(function: Callable[[str], object], path: str, error: object) -> None:
    fault = error[1] if isinstance(error, tuple) else error
    if isinstance(fault, FileNotFoundError):
        return
    if not isinstance(fault, PermissionError):
        raise fault if isinstance(fault, OSError) else OSError(f"cannot remove {path}")
    for directory in (Path(path).parent, Path(path)):
        with contextlib.suppress(OSError):
            if stat.S_ISDIR(directory.lstat().st_mode):
                directory.chmod(0o700)
    if function in (os.scandir, os.open, os.listdir):
        shutil.rmtree(path)
    else:
        function(path)


def _unusable(parent: Path, fault: OSError) -> BuildFault:
    return BuildFault(
        f"no working directory can be made in {parent}: {fault.strerror or fault}",
        reason="FileSystemOperationFailed",
        hint="give slipcast a state directory that exists, is yours and has room",
        exit_code=_EXIT_CODE,
    )
