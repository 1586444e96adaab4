"""What GitLab sends when something is pushed.

The last of the commits is the newest. There may be none of them: then the branch was made of what
was there, or was forced back, and what it points at now is built; of a deleted one nothing is.

Source: GitLab's documentation of webhook events, push events; triggers.md section 4.
"""

from __future__ import annotations

from typing import Final

import msgspec

from slipcast.api.build import GitSourceRevision
from slipcast.builds.commits import NOBODY, Commit, changed
from slipcast.builds.delivery import (
    Forge,
    Ignored,
    Outcome,
    Posted,
    Rejected,
    Wanted,
    is_commit,
    not_json,
    payload,
)
from slipcast.builds.pushes import Push, ignored, judged
from slipcast.builds.signatures import token

EVENT: Final = "X-Gitlab-Event"
PUSH: Final = "Push Hook"


class Pushed(msgspec.Struct, frozen=True, kw_only=True):
    """The payload of a push, as far as it matters here."""

    ref: str | None = None
    before: str | None = None
    after: str | None = None
    commits: tuple[Commit, ...] | None = None
    total_commits_count: int | None = None

    def git(self) -> GitSourceRevision:
        """The commit that was pushed (TR-51, TR-52)."""
        newest = (self.commits or (Commit(),))[-1]
        if not is_commit(newest.id):
            return GitSourceRevision(commit=(self.after or "") if is_commit(self.after) else "")
        user = (newest.author or NOBODY).told()
        return GitSourceRevision(
            commit=newest.id or "", author=user, committer=user, message=newest.message or ""
        )

    def changed(self) -> tuple[str, ...] | None:
        """The files that changed, where all of them are told: of 20 commits at most."""
        commits = self.commits or ()
        told = len(commits)
        if not told or not is_commit(self.before) or (self.total_commits_count or 0) > told:
            return None
        return changed(commits)


def read(posted: Posted, wanted: Wanted) -> Outcome:
    """What comes of a delivery (TR-50 to TR-52)."""
    wrong = not_json(posted)
    if wrong is not None:
        return wrong
    event = posted.header(EVENT)
    if event != PUSH:
        return Rejected(why=f"Unknown {EVENT} {event}" if event else f"missing {EVENT}")
    told = payload(posted, Pushed)
    if isinstance(told, Rejected):
        return told
    push = Push(ref=told.ref or "", git=told.git(), changed=told.changed())
    outcome = judged(wanted, push)
    is_gone = bool(told.after) and not is_commit(told.after)
    if (is_gone or not push.git.commit) and not isinstance(outcome, Ignored):
        return ignored(push, f"{push.ref} was deleted, or the push has no commit")
    return outcome


FORGE: Final = Forge(
    type="GitLab",
    word="gitlab",
    read=read,
    is_genuine=token("X-Gitlab-Token"),
    ids=("Idempotency-Key", "X-Gitlab-Event-UUID"),
    events=(EVENT,),
)
"""GitLab's row in THE TABLE of forges."""
