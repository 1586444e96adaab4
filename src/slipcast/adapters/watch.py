"""Watching a directory: batches of changed paths, those that matter.

Source: watchfiles documentation; s2i reference, ignore file.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from slipcast.dockerfile.ignore import s2iignore

Ignores = Callable[[str], bool]
"""Whether a path, relative to what is watched, does not matter."""

_GLANCE_MS = 100
_QUIET_MS = 50
_LONGEST_MS = 1_000
_NEVER = frozenset({".git"})


class Watching:
    """Changes since the watch began; what happens between two calls is kept for the second."""

    def __init__(self, root: Path, batches: Iterator[set[str]], ignores: Ignores | None) -> None:
        self._root = root
        self._batches = batches
        self._ignores = ignores

    def wait(self) -> tuple[str, ...]:
        """Block until something that matters changed; the relative paths, sorted."""
        for batch in self._batches:
            ignores = self._ignores or ignored_in(self._root)
            below = (Path(path).relative_to(self._root).as_posix() for path in batch)
            changed = {path for path in below if not ignores(path)}
            if changed:
                return tuple(sorted(changed))
        return ()


@contextmanager
def watching(root: Path, ignores: Ignores | None = None) -> Generator[Watching]:
    """Watch a directory with all below it, from the beginning of the context on.

    Shape:  without ignores, what `.git` holds and what .s2iignore lists does not matter; that file
            is read anew for each batch, since it may be what changed.
    """
    real = root.resolve()
    batches = _batches(real)
    # The first batch is an empty one: when it has come, the watch stands.
    next(batches)
    try:
        yield Watching(real, batches, ignores)
    finally:
        batches.close()


def ignored_in(root: Path) -> Ignores:
    """What does not matter in a source: the repository's own files, and what .s2iignore lists."""
    try:
        rules = s2iignore((root / ".s2iignore").read_text(errors="surrogateescape"))
    except OSError:
        rules = s2iignore("")

    def ignores(path: str) -> bool:
        return bool(_NEVER & set(path.split("/"))) or rules.ignores(path, is_directory=False)

    return ignores


def _batches(root: Path) -> Generator[set[str]]:
    import watchfiles  # noqa: PLC0415 -- only those who watch pay for the import

    for changes in watchfiles.watch(
        root,
        watch_filter=None,
        debounce=_LONGEST_MS,
        step=_QUIET_MS,
        rust_timeout=_GLANCE_MS,
        yield_on_timeout=True,
    ):
        yield {path for _, path in changes}
