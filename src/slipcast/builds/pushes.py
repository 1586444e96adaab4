"""Pushes: which of them a BuildConfig builds, by their branch and by the files they change.

A ref is compared as it is written, but for `refs/heads/`. Who annotates a BuildConfig with patterns
gets more: other branches, and only those pushes that touch certain paths.

Source: triggers.md TR-35 to TR-38; user-pain.md UP-15.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

import msgspec

from slipcast.api.build import GitSourceRevision
from slipcast.builds.delivery import Accepted, Ignored, Wanted, revision_of

DEFAULT_REF: Final = "master"
MOST_CHANGED: Final = 3000
"""Files of a push that are looked at; whoever changes more of them is built."""
HEADS: Final = "refs/heads/"
TAGS: Final = "refs/tags/"
UNFILTERED: Final = "the payload does not tell which files changed: all paths count as changed"
_SHOWN: Final = 200
T = TypeVar("T")


class Push(msgspec.Struct, frozen=True, kw_only=True):
    """A ref that points at another commit than before.

    Shape:  changed are the paths of files, None where they are not told, or not all of them.
    """

    ref: str
    git: GitSourceRevision
    changed: tuple[str, ...] | None = None


class Commits(msgspec.Struct, frozen=True, kw_only=True):
    """The files that commits say they changed."""

    files: tuple[Iterable[str] | None, ...] = ()

    def paths(self) -> tuple[str, ...] | None:
        """Each path once; None when there are more than anybody looks at."""
        found: dict[str, None] = {}
        for files in self.files:
            found.update(dict.fromkeys(files or ()))
            if len(found) > MOST_CHANGED:
                return None
        return tuple(found)


def judged(wanted: Wanted, push: Push) -> Accepted | Ignored:
    """Whether a push is built, and why not."""
    if not is_wanted(wanted, push.ref):
        return ignored(push, f"{_named(push.ref)} is not {_what_is_wanted(wanted)}")
    unfiltered = bool(wanted.paths) and push.changed is None
    if wanted.paths and push.changed is not None:
        touched = (path for path in push.changed if matches_path(wanted.paths, path))
        if next(touched, None) is None:
            count = len(push.changed)
            files = "the changed file is" if count == 1 else f"none of {count} changed files is"
            what = "not in" if count == 1 else "in"
            return ignored(push, f"{files} {what} {_listed(wanted.paths)}")
    return Accepted(
        revision=revision_of(push.git),
        ref=push.ref,
        is_elsewhere=is_elsewhere(wanted, push.ref),
        warnings=(UNFILTERED,) if unfiltered else (),
    )


def ignored(push: Push, why: str) -> Ignored:
    """A push that is not built."""
    return Ignored(why=f"ignored: {why}", ref=push.ref, commit=push.git.commit)


def is_wanted(wanted: Wanted, ref: str) -> bool:
    """Whether a ref is what a BuildConfig builds (TR-35); by its patterns where it has some."""
    short = ref.removeprefix(HEADS)
    if wanted.branches:
        return bool(short) and matches(wanted.branches, short)
    return short == _ref(wanted)


def is_elsewhere(wanted: Wanted, ref: str) -> bool:
    """Whether a wanted ref is another one than the BuildConfig says."""
    return wanted.has_git and ref.removeprefix(HEADS) != _ref(wanted)


def matches(patterns: Sequence[str], name: str) -> bool:
    """Whether a name is one of the patterns, and none of those after an exclamation mark.

    Shape:  `*` is any part of a segment, `**` any segments, `?` one character; with nothing but
            exclamations all else is meant.
    """
    segments = name.split("/")
    wanted = [each for each in patterns if not each.startswith("!")]
    unwanted = [each[1:] for each in patterns if each.startswith("!")]
    if any(_fits(each, segments) for each in unwanted):
        return False
    return not wanted or any(_fits(each, segments) for each in wanted)


def matches_path(patterns: Sequence[str], path: str) -> bool:
    """Whether a file is meant by patterns: a directory means all that is below it."""
    below = (f"{each.rstrip('/')}/**" for each in patterns)
    return matches((*patterns, *below), path)


def _fits(pattern: str, segments: Sequence[str]) -> bool:
    return _greedy(pattern.strip("/").split("/"), segments, "**", _fits_segment)


def _fits_segment(pattern: str, segment: str) -> bool:
    return _greedy(pattern, segment, "*", lambda mark, letter: mark in {"?", letter})


def _greedy(
    pattern: Sequence[str], text: Sequence[str], star: str, fits: Callable[[str, str], bool]
) -> bool:
    """Whether a text is what a pattern with stars means; in time by their product at most."""
    at, here = 0, 0
    last_star, retry = -1, 0
    while here < len(text):
        if at < len(pattern) and pattern[at] == star:
            last_star, retry = at, here
            at += 1
        elif at < len(pattern) and fits(pattern[at], text[here]):
            at, here = at + 1, here + 1
        elif last_star >= 0:
            retry += 1
            at, here = last_star + 1, retry
        else:
            return False
    return all(each == star for each in pattern[at:])


def _ref(wanted: Wanted) -> str:
    return (wanted.ref if wanted.has_git and wanted.ref else DEFAULT_REF).removeprefix(HEADS)


def _named(ref: str) -> str:
    if ref.startswith("refs/") and not ref.startswith(HEADS):
        return f'ref "{ref[:_SHOWN]}"'
    return f'branch "{ref.removeprefix(HEADS)[:_SHOWN]}"'


def _what_is_wanted(wanted: Wanted) -> str:
    return _listed(wanted.branches) if wanted.branches else f'"{_ref(wanted)}"'


def _listed(patterns: Sequence[str]) -> str:
    return ", ".join(f'"{each}"' for each in patterns)[:_SHOWN]
