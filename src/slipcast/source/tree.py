"""Tree: a source tree as the rules see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol


class Tree(Protocol):
    """Read-only sight of a directory; paths are relative with `/`, `""` is the root.

    Links never lead outside: an adapter answers as if such a path were not there.
    """

    def names(self, path: str = "") -> Iterable[str]:
        """Names directly in a directory, sorted; empty when it is not one. Broken links count."""
        ...

    def read(self, path: str, limit: int = 1 << 20) -> bytes | None:
        """A file's first `limit` bytes; None when it is not a regular file."""
        ...

    def is_executable(self, path: str) -> bool:
        """Whether it is a regular file its owner may execute."""
        ...


class MemoryTree:
    """A Tree held in memory: path to content; executables are named apart."""

    def __init__(self, files: Mapping[str, bytes], executables: Iterable[str] = ()) -> None:
        self._files = dict(files)
        self._executables = frozenset(executables)

    def names(self, path: str = "") -> Iterable[str]:
        """Names directly in a directory."""
        prefix = f"{path}/" if path else ""
        below = (name[len(prefix) :] for name in self._files if name.startswith(prefix))
        return sorted({name.split("/", 1)[0] for name in below})

    def read(self, path: str, limit: int = 1 << 20) -> bytes | None:
        """A file's first bytes."""
        content = self._files.get(path)
        return None if content is None else content[:limit]

    def is_executable(self, path: str) -> bool:
        """Whether it was named executable."""
        return path in self._executables and path in self._files
