"""A directory as entries: walked once, ignore rules applied on the way, nothing copied.

A directory that is left out is never entered. Links are kept, or replaced by what they point to,
but never followed out of the bounds: what lies elsewhere on this machine stays there.

Source: s2i reference, copy mode and ignore file (S2I-33, 119 to 122, 167 to 172).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import msgspec

from slipcast.builder.inputs.tally import Tally
from slipcast.dockerfile.ignore import IgnoreRules
from slipcast.values.entries import Entry, Kind
from slipcast.values.faults import BuildFault
from slipcast.values.legible import legible

REASON = "FetchSourceFailed"
_PERMISSIONS = 0o777
_RUNNABLE = 0o755
_PLAIN = 0o644
_OWNER_READS = 0o400
_OWNER_RUNS = 0o100
_ANYONE_READS = 0o004
# Far beyond any source, and far below what links to links to links can spell out.
_MOST_BEHIND_LINKS = 1_000_000


class Links(Enum):
    """What becomes of a symbolic link.

    KEEP     it stays a link, wherever it points.
    BORROW   it stays a link, unless it points out of the root and not out of the bounds: then what
             it points to takes its place (a context directory that uses its neighbours' files).
    FOLLOW   what it points to takes its place; out of the bounds is an error, nowhere stays a link.
    """

    KEEP = "keep"
    BORROW = "borrow"
    FOLLOW = "follow"


class Walk(msgspec.Struct, frozen=True, kw_only=True):
    """What is walked and how.

    Shape:  root and bounds are real paths, root is bounds or lies below. taken are paths that are
            left out because they went another way. stamp is the time given to every entry, with
            git's plain modes; None keeps each one's own.
    Units:  stamp in seconds since the epoch.
    """

    root: Path
    bounds: Path
    rules: IgnoreRules | None = None
    links: Links = Links.KEEP
    taken: frozenset[str] = frozenset()
    stamp: int | None = None


def walk(spec: Walk, tally: Tally) -> Iterator[Entry]:
    """The entries below a directory, parents first, names in order.

    Errors: BuildFault FetchSourceFailed naming what cannot be read or leads out of the bounds.
    """
    return _Walker(spec, tally).entries()


@dataclass(slots=True)
class _Level:
    """A directory being walked: its path with `/` behind, and what is still to come, backwards.

    Shape:  links is how many links were followed on the way to it.
    """

    prefix: str
    real: Path
    identity: tuple[int, int]
    children: list[os.DirEntry[str]]
    links: int


class _Walker:
    def __init__(self, spec: Walk, tally: Tally) -> None:
        self._spec = spec
        self._tally = tally
        self._rules = spec.rules
        self._root = os.fspath(spec.root)
        self._bounds = os.fspath(spec.bounds)
        self._user = os.geteuid()
        self._levels: list[_Level] = []
        self._behind_links = 0

    def entries(self) -> Iterator[Entry]:
        """Walk, deepest directory first on a stack: no source is too deep for it."""
        self._enter("", self._root, os.stat(self._root), links=0)  # noqa: PTH116 -- a str
        levels, tally, taken = self._levels, self._tally, self._spec.taken
        while levels:
            level = levels[-1]
            if not level.children:
                levels.pop()
                continue
            found = level.children.pop()
            path = level.prefix + found.name
            entry = None if path in taken else self._entry(found, path, level)
            if entry is not None:
                tally.count(entry)
                yield entry

    def _entry(self, found: os.DirEntry[str], path: str, level: _Level) -> Entry | None:
        try:
            if found.is_dir(follow_symlinks=False):
                status = found.stat(follow_symlinks=False)
                return self._directory(path, found.path, status, links=level.links)
            if self._rules is not None and self._rules.ignores(path, is_directory=False):
                self._tally.ignored += 1
                return None
            if found.is_symlink():
                return self._link(found, path, level.links + 1)
            status = found.stat(follow_symlinks=False)
            # Joining to a directory that is parsed already is half the work of a new Path.
            return self._file(path, level.real / found.name, status)
        except FileNotFoundError as gone:
            msg = f"{legible(path)} vanished while the source was read"
            raise BuildFault(msg, reason=REASON, hint="build again", retryable=True) from gone
        except OSError as fault:
            raise _unreadable(path, fault.strerror or str(fault)) from fault

    def _directory(
        self, path: str, real: str, status: os.stat_result, *, links: int
    ) -> Entry | None:
        if self._rules is not None and self._rules.may_prune(path):
            self._tally.ignored += 1
            return None
        self._enter(f"{path}/", real, status, links=links)
        stamp = self._spec.stamp
        return Entry(
            path=path,
            kind=Kind.DIRECTORY,
            mode=status.st_mode & _PERMISSIONS if stamp is None else _RUNNABLE,
            mtime=status.st_mtime_ns // 1_000_000_000 if stamp is None else stamp,
        )

    def _enter(self, prefix: str, real: str, status: os.stat_result, *, links: int) -> None:
        with os.scandir(real) as scan:
            children = sorted(scan, key=_name, reverse=True)
        if links:
            # Links behind links are what grows without end, so they weigh more.
            self._behind_links += links * (1 + len(children))
            if self._behind_links > _MOST_BEHIND_LINKS:
                msg = f"the links on the way to {legible(prefix)} lead to too many files"
                raise BuildFault(msg, reason=REASON, hint="keep them as links: --keep-symlinks")
        identity = (status.st_dev, status.st_ino)
        self._levels.append(_Level(prefix, Path(real), identity, children, links))

    def _file(self, path: str, real: Path, status: os.stat_result) -> Entry | None:
        mode = status.st_mode
        if not stat.S_ISREG(mode):
            self._tally.special.append(path)
            return None
        self._check_readable(path, real, status)
        stamp = self._spec.stamp
        if stamp is None:
            mtime, mode = status.st_mtime_ns // 1_000_000_000, mode & _PERMISSIONS
        else:
            mtime, mode = stamp, _RUNNABLE if mode & _OWNER_RUNS else _PLAIN
        return Entry(path=path, mode=mode, mtime=mtime, size=status.st_size, source=real)

    def _link(self, found: os.DirEntry[str], path: str, links: int) -> Entry | None:
        target = os.readlink(found.path)  # noqa: PTH115 -- a Path would tidy the text
        real = None if self._spec.links is Links.KEEP else self._followed(found.path, path)
        if real is not None:
            status = os.stat(real)  # noqa: PTH116 -- a str
            if not stat.S_ISDIR(status.st_mode):
                return self._file(path, Path(real), status)
            if not self._is_above((status.st_dev, status.st_ino)):
                return self._directory(path, real, status, links=links)
            self._tally.kept.append(path)
        stamp = self._spec.stamp
        if stamp is None:
            stamp = found.stat(follow_symlinks=False).st_mtime_ns // 1_000_000_000
        return Entry(path=path, kind=Kind.LINK, mode=_PERMISSIONS, mtime=stamp, target=target)

    def _followed(self, link: str, path: str) -> str | None:
        """Where a link leads, None when it stays a link."""
        try:
            real = os.path.realpath(link, strict=True)
        except OSError:
            return None  # nowhere, or round in a circle of links
        outside = not _is_below(real, self._bounds)
        if self._spec.links is Links.FOLLOW:
            if outside:
                raise _leads_outside(path, self._bounds)
            return real
        hidden = _is_below(real, os.path.join(self._bounds, ".git"))  # noqa: PTH118 -- a str
        return None if outside or hidden or _is_below(real, self._root) else real

    def _is_above(self, identity: tuple[int, int]) -> bool:
        return any(level.identity == identity for level in self._levels)

    def _check_readable(self, path: str, real: Path, status: os.stat_result) -> None:
        mode = status.st_mode
        # What the mode tells already spares a system call per file.
        if self._user == 0 or mode & _ANYONE_READS:
            return
        if status.st_uid == self._user and mode & _OWNER_READS:
            return
        if not os.access(real, os.R_OK, effective_ids=True):
            raise _unreadable(path, "permission denied")


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name


def _is_below(path: str, directory: str) -> bool:
    return path == directory or path.startswith(directory.rstrip("/") + "/")


def _unreadable(path: str, why: str) -> BuildFault:
    return BuildFault(
        f"{legible(path) or 'the source'} cannot be read: {why.lower()}",
        reason=REASON,
        hint="make it readable, or leave it out by a line in .s2iignore",
    )


def _leads_outside(path: str, bounds: str) -> BuildFault:
    return BuildFault(
        f"the link {legible(path)} leads out of the source directory {legible(bounds)}",
        reason=REASON,
        hint="leave it out by a line in .s2iignore, or keep links as links: --keep-symlinks",
    )
