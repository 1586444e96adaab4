"""Pushes: which of them a BuildConfig builds, by their branch and by the files they change.

A ref is compared as it is written, but for `refs/heads/`. Who annotates a BuildConfig with patterns
gets more: other branches, and only those pushes that touch certain paths.

Source: triggers.md TR-35 to TR-38; user-pain.md UP-15.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

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
    wanted = [each for each in patterns if not each.startswith("!")]
    unwanted = [each[1:] for each in patterns if each.startswith("!")]
    segments = f"{name}/"
    if any(_expression(each).fullmatch(segments) for each in unwanted):
        return False
    return not wanted or any(_expression(each).fullmatch(segments) for each in wanted)


def matches_path(patterns: Sequence[str], path: str) -> bool:
    """Whether a file is meant by patterns: a directory means all that is below it."""
    return matches([f"{each.rstrip('/')}/**" for each in patterns], path)


@lru_cache(maxsize=512)
def _expression(pattern: str) -> re.Pattern[str]:
    """A pattern, to be matched with a name whose segments all end in a slash.

    What a star means is settled at the first place where the rest of its part fits, and never
    looked at again: a pattern that nearly fits costs little.
    """
    parts: list[list[str]] = [[]]
    for segment in pattern.strip("/").split("/"):
        if segment == "**":
            parts.append([])
        else:
            parts[-1].append(_segment(segment))
    first, *others = ("".join(part) for part in parts)
    if not others:
        return re.compile(first, re.DOTALL)
    *middle, last = others
    between = "".join(f"(?>(?:[^/]*/)*?{part})" for part in middle)
    return re.compile(f"{first}{between}(?:[^/]*/)*{'?' if last else ''}{last}", re.DOTALL)


def _segment(pattern: str) -> str:
    """The expression of one segment and the slash behind it."""
    first, *others = (_literal(part) for part in pattern.split("*"))
    if not others:
        return f"{first}/"
    *middle, last = others
    return f"(?>{first}{''.join(f'(?>[^/]*?{part})' for part in middle)}[^/]*{last}/)"


def _literal(text: str) -> str:
    return "".join("[^/]" if letter == "?" else re.escape(letter) for letter in text)


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
