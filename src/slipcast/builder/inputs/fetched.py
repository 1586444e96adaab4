"""A source that is here: its entries for the container, its scripts, its environment.

Source: s2i reference, scripts (S2I-150, 151), ignore file (S2I-167 to 172), environment (S2I-173).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from slipcast.builder.inputs.beneath import Beneath
from slipcast.builder.inputs.listed import listed
from slipcast.builder.inputs.tally import Tally
from slipcast.builder.inputs.walk import REASON, Links, Walk, walk
from slipcast.dockerfile.ignore import IgnoreRules, either, s2iignore
from slipcast.ports.git import Committed, Git
from slipcast.ports.progress import Progress
from slipcast.source.tree import Tree
from slipcast.values.entries import Entry
from slipcast.values.faults import BuildFault
from slipcast.values.revision import SourceRevision

_SCRIPTS = (".s2i/bin", ".sti/bin")
_ENVIRONMENTS = (".s2i/environment", ".sti/environment")
_IGNORE_FILE = ".s2iignore"
# 700 bytes each: a larger source is walked a second time instead.
_MOST_HELD = 50_000


class InPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A clean work tree read where it lies, and who says whether it still is.

    Shape:  files are relative to the root of the source, seen to the work tree.
    """

    tree: Path
    files: Sequence[Committed]
    seen: frozenset[str]
    commit: str
    git: Git


class _Held(msgspec.Struct, frozen=True):
    """A walk that was only made to look, kept for the one that sends."""

    taken: frozenset[str]
    entries: tuple[Entry, ...]
    tally: Tally


@dataclass(slots=True, kw_only=True)
class Fetched:
    """A source, fetched.

    Shape:  root is the directory whose content is the source, with context directory: the user's
            own, or a clone in the working directory. bounds is what links may lead to. timestamp
            is the commit's, None for a directory taken as it is.
    Units:  timestamp in seconds since the epoch.
    """

    root: Path
    bounds: Path
    revision: SourceRevision
    progress: Progress
    links: Links = Links.KEEP
    excluded: IgnoreRules | None = None
    timestamp: int | None = None
    in_place: InPlace | None = None
    tally: Tally = field(default_factory=Tally)
    _taken: set[str] = field(default_factory=set)
    _held: _Held | None = None

    def entries(self) -> Iterator[Entry]:
        """What goes into the container, parents first, names in order; nothing is copied.

        Shape:  without what is excluded or ignored, and without scripts that were taken by
                `script` before. Each call walks anew, unless `newest` was asked since the last;
                `tally` is that of the walk.
        Errors: BuildFault FetchSourceFailed.
        """
        held, self._held = self._held, None
        if held is not None and held.taken == self._taken:
            self.tally = held.tally
            yield from held.entries
        else:
            self.tally = Tally()
            yield from self._walked(self.tally)
        if self.in_place:
            _check_unchanged(self.in_place)
        self.tally.tell(self.progress)

    def newest(self) -> int | None:
        """The time of the newest entry, None without any.

        Units:  seconds since the epoch.
        Errors: BuildFault FetchSourceFailed.
        """
        tally, entries, newest = Tally(), list[Entry](), None
        for entry in self._walked(tally):
            newest = entry.mtime if newest is None else max(newest, entry.mtime)
            if len(entries) <= _MOST_HELD:
                entries.append(entry)
        if len(entries) <= _MOST_HELD:
            self._held = _Held(frozenset(self._taken), tuple(entries), tally)
        return newest

    def _walked(self, tally: Tally) -> Iterator[Entry]:
        spec = Walk(
            root=self.root,
            bounds=self.bounds,
            rules=self._rules(),
            links=self.links,
            taken=frozenset(self._taken),
            stamp=self.timestamp,
        )
        return listed(self.in_place.files, spec, tally) if self.in_place else walk(spec, tally)

    def script(self, name: str) -> bytes | None:
        """A script that the source brings along; it then no longer counts as source (S2I-150).

        Errors: BuildFault FetchSourceFailed when it cannot be read or leads out of the source.
        """
        for directory in _SCRIPTS:
            path = f"{directory}/{name}"
            content = self._beneath.content(path)
            if content is not None:
                if directory != _SCRIPTS[0]:
                    self.progress.warn(f"{path} is deprecated; move it to {_SCRIPTS[0]}/{name}")
                self._taken.add(path)
                return content
        return None

    @property
    def environment_text(self) -> str:
        """The text of `.s2i/environment`, empty when there is none; ignore rules do not matter."""
        for path in _ENVIRONMENTS:
            content = self._beneath.content(path)
            if content is not None:
                if path != _ENVIRONMENTS[0]:
                    self.progress.warn(f"{path} is deprecated; move it to {_ENVIRONMENTS[0]}")
                return content.decode("utf-8", "surrogateescape")
        return ""

    @property
    def tree(self) -> Tree:
        """The source for looking at, before ignore rules."""
        return self._beneath

    @property
    def _beneath(self) -> Beneath:
        return Beneath(self.root, self.bounds, self.in_place.seen if self.in_place else None)

    def _rules(self) -> IgnoreRules | None:
        rules = [self.excluded] if self.excluded else []
        ignored = self._beneath.content(_IGNORE_FILE)
        if ignored is not None:
            rules.append(s2iignore(ignored.decode("utf-8", "surrogateescape")))
        return either(*rules) if len(rules) > 1 else next(iter(rules), None)


def _check_unchanged(place: InPlace) -> None:
    state = place.git.state(place.tree)
    if state.commit != place.commit or state.changed_files:
        raise BuildFault(
            f"{place.tree} changed while it was read",
            reason=REASON,
            hint="build again, or build the directory as it is: --copy",
            retryable=True,
        )
