"""People and commits, as more than one forge tells them.

A forge may leave out anything: what is not told is None. Fields of theirs that nothing depends on
are passed over.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from slipcast.api.build import SourceControlUser
from slipcast.builds.pushes import Commits


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who wrote or committed."""

    name: str | None = None
    email: str | None = None

    def told(self) -> SourceControlUser:
        """The person as Builds tell it."""
        return SourceControlUser(name=self.name or "", email=self.email or "")


NOBODY = Person()
"""Whom a forge did not name."""


class Commit(msgspec.Struct, frozen=True, kw_only=True):
    """A commit of a push, and the files that it touched."""

    id: str | None = None
    message: str | None = None
    author: Person | None = None
    committer: Person | None = None
    added: tuple[str, ...] | None = None
    removed: tuple[str, ...] | None = None
    modified: tuple[str, ...] | None = None


def changed(commits: Sequence[Commit]) -> tuple[str, ...] | None:
    """The files that commits touched; None where one does not tell, or they are too many."""
    if any(each.added is each.removed is each.modified is None for each in commits):
        return None
    files = ((each.added, each.removed, each.modified) for each in commits)
    return Commits(files=tuple(part for each in files for part in each)).paths()
