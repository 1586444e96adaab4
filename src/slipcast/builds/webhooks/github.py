"""What GitHub sends, and who sends the like of it: Gitea, Gogs, and GitLab by the older address.

A push that deletes a branch has no commit, and so no build. Gogs tells the commits alone: the one
that was pushed is then among them.

Source: GitHub's documentation of webhook events and payloads, `push` and `ping`; triggers.md
section 3.
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from slipcast.api.build import GitSourceRevision
from slipcast.builds.commits import NOBODY, Commit, changed
from slipcast.builds.delivery import (
    Forge,
    Ignored,
    Outcome,
    Posted,
    Rejected,
    Secrets,
    Wanted,
    is_commit,
    not_json,
    payload,
)
from slipcast.builds.pushes import Push, ignored, judged
from slipcast.builds.signatures import bare, hub

EVENTS: Final = ("X-GitHub-Event", "X-Gogs-Event", "X-Gitlab-Event")
_ALL_EVENTS: Final = "X-GitHub-Event, X-Gogs-Event or X-Gitlab-Event"
PUSHES: Final = frozenset({"push", "Push Hook"})
MOST_COMMITS: Final = 2048
"""How many commits of a push GitHub tells."""


class Pushed(msgspec.Struct, frozen=True, kw_only=True):
    """The payload of a push, as far as it matters here."""

    ref: str | None = None
    after: str | None = None
    deleted: bool | None = None
    created: bool | None = None
    forced: bool | None = None
    head_commit: Commit | UnsetType | None = UNSET
    commits: tuple[Commit, ...] | None = None

    def commit(self) -> Commit | None:
        """The commit that was pushed, if one was."""
        if self.deleted or self.head_commit is None:
            return None
        if isinstance(self.head_commit, Commit):
            return self.head_commit if is_commit(self.head_commit.id) else None
        if not is_commit(self.after):
            return None
        known = (each for each in self.commits or () if each.id == self.after)
        return next(known, Commit(id=self.after))

    def changed(self) -> tuple[str, ...] | None:
        """The files that changed, where all of them are told."""
        commits = self.commits or ()
        if self.created or self.forced or not 0 < len(commits) < MOST_COMMITS:
            return None
        return changed(commits)


def read(posted: Posted, wanted: Wanted) -> Outcome:
    """What comes of a delivery (TR-40 to TR-46)."""
    wrong = not_json(posted)
    if wrong is not None:
        return wrong
    event = posted.first(EVENTS)
    if not event:
        return Rejected(why=f"missing {_ALL_EVENTS}")
    if event == "ping":
        return Ignored(why="pong: this webhook works")
    if event not in PUSHES:
        return Rejected(why=f"Unknown {_ALL_EVENTS} {event}")
    told = payload(posted, Pushed)
    return told if isinstance(told, Rejected) else _judged(told, wanted)


def _judged(told: Pushed, wanted: Wanted) -> Outcome:
    commit = told.commit()
    git = GitSourceRevision()
    if commit is not None:
        author, committer = commit.author or NOBODY, commit.committer or NOBODY
        git = GitSourceRevision(
            commit=commit.id or "",
            author=author.told(),
            committer=committer.told(),
            message=commit.message or "",
        )
    push = Push(ref=told.ref or "", git=git, changed=told.changed())
    outcome = judged(wanted, push)
    if commit is None and not isinstance(outcome, Ignored):
        return ignored(push, f"{push.ref} was deleted, or the push has no commit")
    return outcome


_hub = hub("X-Hub-Signature-256", "X-Hub-Signature")
_gogs = bare("X-Gogs-Signature")


def is_genuine(posted: Posted, secrets: Secrets) -> bool:
    """Whether all signatures are right; Gogs has one of its own."""
    return _hub(posted, secrets) and _gogs(posted, secrets)


FORGE: Final = Forge(
    type="GitHub",
    word="github",
    read=read,
    is_genuine=is_genuine,
    ids=("X-GitHub-Delivery", "X-Gitea-Delivery", "X-Gogs-Delivery", "X-Gitlab-Event-UUID"),
    events=EVENTS,
)
"""GitHub's row in THE TABLE of forges."""
