"""A clean work tree as entries: exactly the committed paths, as a checkout would have written them.

Nothing is copied and nothing else in the directory is seen. Whether the tree was clean all the
while is the caller's question, before and after.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from slipcast.builder.inputs.tally import Tally
from slipcast.builder.inputs.walk import REASON, Walk
from slipcast.ports.git import Committed
from slipcast.values.entries import Entry, Kind
from slipcast.values.faults import BuildFault
from slipcast.values.legible import legible

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
    sending = _Sending(spec, tally)
    for file in sorted(files, key=_by_names):
        directory = file.path.rpartition("/")[0]
        if directory not in sending.known:
            yield from sending.directories(directory)
        place = sending.known[directory]
        if place is not None and file.path not in spec.taken:
            entry = sending.entry(file, place)
            if entry is not None:
                tally.count(entry)
                yield entry


def _by_names(file: Committed) -> str:
    # The separator sorts before every character of a name, as it does in a walk.
    return file.path.replace("/", "\0")


class _Sending:
    def __init__(self, spec: Walk, tally: Tally) -> None:
        self._rules = spec.rules
        self._stamp = spec.stamp or 0
        self._tally = tally
        # Every directory seen, and where it lies if it is sent.
        self.known: dict[str, Path | None] = {"": spec.root}

    def directories(self, directory: str) -> Iterator[Entry]:
        """The entries of a directory seen for the first time, and of those above it."""
        above, _, name = directory.rpartition("/")
        if above not in self.known:
            yield from self.directories(above)
        place = self.known[above]
        self.known[directory] = None
        if place is None:
            return
        if self._rules is not None and self._rules.may_prune(directory):
            self._tally.ignored += 1
            return
        self.known[directory] = place / name
        yield Entry(path=directory, kind=Kind.DIRECTORY, mode=_RUNNABLE, mtime=self._stamp)

    def entry(self, file: Committed, place: Path) -> Entry | None:
        """The entry of a file or link in a directory, None when it is ignored."""
        if self._rules is not None and self._rules.ignores(file.path, is_directory=False):
            self._tally.ignored += 1
            return None
        return _entry(file, place / file.path.rpartition("/")[2], self._stamp)


def _entry(file: Committed, path: Path, stamp: int) -> Entry:
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
