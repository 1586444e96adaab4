"""A clean work tree as entries: exactly the committed paths, as a checkout would have written them.

Nothing is copied and nothing else in the directory is seen. Whether the tree was clean all the
while is the caller's question, before and after.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from slipcast.builder.inputs.legible import legible
from slipcast.builder.inputs.tally import Tally
from slipcast.builder.inputs.walk import REASON, Walk
from slipcast.ports.git import Committed
from slipcast.values.entries import Entry, Kind
from slipcast.values.faults import BuildFault

_LINK = 0o120000
_RUNNABLE = 0o755
_PLAIN = 0o644
_ANY = 0o777


def below(files: Sequence[Committed], directory: str) -> tuple[Committed, ...]:
    """The committed paths below a directory, relative to it; an empty one stands for the root."""
    if not directory:
        return tuple(files)
    prefix = f"{directory}/"
    length = len(prefix)
    return tuple(
        Committed(file.path[length:], file.mode) for file in files if file.path.startswith(prefix)
    )


def has_links(files: Sequence[Committed]) -> bool:
    """Whether any of the paths is a symbolic link."""
    return any(file.mode == _LINK for file in files)


def listed(files: Sequence[Committed], spec: Walk, tally: Tally) -> Iterator[Entry]:
    """The entries of committed paths, in the order in which `walk` gives them; links stay links.

    Errors: BuildFault FetchSourceFailed when a path is no longer what was committed.
    """
    stamp = spec.stamp or 0
    known: dict[str, bool] = {"": True}
    for parts, file in sorted((file.path.split("/"), file) for file in files):
        for directory in _new_directories(parts, known):
            known[directory] = sent = _is_sent(directory, known, spec)
            if sent:
                yield Entry(path=directory, kind=Kind.DIRECTORY, mode=_RUNNABLE, mtime=stamp)
            elif known[directory.rpartition("/")[0]]:
                tally.ignored += 1
        if not known["/".join(parts[:-1])] or file.path in spec.taken:
            continue
        if spec.rules is not None and spec.rules.ignores(file.path, is_directory=False):
            tally.ignored += 1
            continue
        entry = _entry(file, spec.root, stamp)
        tally.count(entry)
        yield entry


def _new_directories(parts: list[str], known: dict[str, bool]) -> Iterator[str]:
    for depth in range(1, len(parts)):
        directory = "/".join(parts[:depth])
        if directory not in known:
            yield directory


def _is_sent(directory: str, known: dict[str, bool], spec: Walk) -> bool:
    if not known[directory.rpartition("/")[0]]:
        return False
    return spec.rules is None or not spec.rules.may_prune(directory)


def _entry(file: Committed, root: Path, stamp: int) -> Entry:
    path = root / file.path
    try:
        if file.mode == _LINK:
            target = os.readlink(path)  # noqa: PTH115 -- a Path would tidy the text
            return Entry(path=file.path, kind=Kind.LINK, mode=_ANY, mtime=stamp, target=target)
        status = path.lstat()
    except OSError as fault:
        raise _changed(file.path) from fault
    if not stat.S_ISREG(status.st_mode):
        raise _changed(file.path)
    mode = _RUNNABLE if file.mode & 0o100 else _PLAIN
    return Entry(path=file.path, mode=mode, mtime=stamp, size=status.st_size, source=path)


def _changed(path: str) -> BuildFault:
    msg = f"{legible(path)} changed while the source was read"
    hint = "build again, or build the directory as it is: --copy"
    return BuildFault(msg, reason=REASON, hint=hint, retryable=True)
