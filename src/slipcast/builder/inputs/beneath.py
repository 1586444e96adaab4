"""Single paths below a directory, resolved without leaving it.

A link in a cloned repository may name any file of this machine; what it names is never read.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from typing_extensions import override

from slipcast.builder.inputs.walk import REASON
from slipcast.source.tree import Tree
from slipcast.values.faults import BuildFault
from slipcast.values.legible import legible

_LARGEST = 64 << 20


@dataclass(frozen=True, slots=True)
class Beneath(Tree):
    """A directory and the bounds that its links must stay in; both are real paths.

    Shape:  only restricts what is seen to these paths, relative to bounds; None sees all.
    """

    root: Path
    bounds: Path
    only: frozenset[str] | None = None

    def resolved(self, path: str) -> Path | None:
        """The real path behind a relative one, None when nothing is there.

        Errors: BuildFault FetchSourceFailed when it lies out of the bounds.
        """
        try:
            real = (self.root / path).resolve(strict=True)
        except (OSError, RuntimeError, ValueError):
            return None
        if not real.is_relative_to(self.bounds):
            msg = f"{legible(path)} is a link that leads out of the source"
            raise BuildFault(msg, reason=REASON, hint="put the file itself there")
        return real

    def content(self, path: str) -> bytes | None:
        """A regular file's whole content, None when there is none.

        Errors: BuildFault FetchSourceFailed when it cannot be read, is larger than any text, or
                lies out of the bounds.
        """
        real = self.resolved(path)
        if real is None or not self._is_seen(real):
            return None
        try:
            status = real.stat()
            if not stat.S_ISREG(status.st_mode):
                return None
            if status.st_size > _LARGEST:
                raise BuildFault(f"{legible(path)} is too large to be text", reason=REASON)
            return real.read_bytes()
        except OSError as fault:
            raise _unreadable(path, fault) from fault

    @override
    def read(self, path: str, limit: int = 1 << 20) -> bytes | None:
        """A regular file's first bytes, None when there is none.

        Errors: BuildFault FetchSourceFailed when it cannot be read.
        """
        real = self._or_nothing(path)
        if real is None or not self._is_seen(real) or not real.is_file():
            return None
        try:
            with real.open("rb") as file:
                return file.read(limit)
        except OSError as fault:
            raise _unreadable(path, fault) from fault

    @override
    def names(self, path: str = "") -> tuple[str, ...]:
        """The names in a directory, sorted; none when it is not one.

        Errors: BuildFault FetchSourceFailed when it cannot be listed.
        """
        real = self._or_nothing(path)
        try:
            names = sorted(os.listdir(real)) if real else []  # noqa: PTH208 -- names, not paths
        except NotADirectoryError:
            return ()
        except OSError as fault:
            raise _unreadable(path, fault) from fault
        return tuple(name for name in names if real and self._is_seen(real / name))

    @override
    def is_executable(self, path: str) -> bool:
        """Whether it is a regular file its owner may execute."""
        real = self._or_nothing(path)
        if real is None or not self._is_seen(real):
            return False
        mode = real.stat().st_mode
        return stat.S_ISREG(mode) and bool(mode & stat.S_IXUSR)

    def _or_nothing(self, path: str) -> Path | None:
        try:
            return self.resolved(path)
        except BuildFault:
            return None

    def _is_seen(self, real: Path) -> bool:
        if self.only is None:
            return True
        relative = str(PurePosixPath(real.relative_to(self.bounds)))
        return relative == "." or relative in self.only


def context(bounds: Path, directory: str) -> tuple[Path, str]:
    """The real path of a context directory, and its name without detours (S2I-116).

    Shape:  an empty name stands for the source itself; leading slashes mean nothing.
    Errors: BuildFault FetchSourceFailed when it is missing, no directory, or outside.
    """
    shown = legible(directory)
    name = os.path.normpath(directory.lstrip("/")) if directory.strip("/") else "."
    parts = PurePosixPath(name).parts
    if ".." in parts or "\0" in name or ".git" in parts[:1]:
        raise _no_context(f"the context directory {shown} lies outside the source")
    try:
        real = (bounds / name).resolve(strict=True)
    except (OSError, RuntimeError) as missing:
        raise _no_context(f"the source has no directory {shown}") from missing
    if not real.is_relative_to(bounds) or ".git" in real.relative_to(bounds).parts[:1]:
        raise _no_context(f"the context directory {shown} leads out of the source by a link")
    if not real.is_dir():
        raise _no_context(f"{shown} is a file, and cannot be the context directory")
    return real, "" if name == "." else name


def _unreadable(path: str, fault: OSError) -> BuildFault:
    why = (fault.strerror or str(fault)).lower()
    msg = f"{legible(path)} cannot be read: {why}"
    return BuildFault(msg, reason=REASON, hint="make it readable")


def _no_context(message: str) -> BuildFault:
    hint = "--context-dir names a directory below the root of the source"
    return BuildFault(message, reason=REASON, hint=hint)
