"""What Bitbucket sends when something is pushed: the cloud one way, the server another.

Only the first change of a push is looked at, and neither tells which files it touches. A branch
that was not there before is known by its new name.

Source: Bitbucket Cloud's event payloads, `repo:push`; Bitbucket Data Center's, `repo:refs_changed`;
triggers.md section 5.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from slipcast.api.build import GitSourceRevision, SourceControlUser
from slipcast.builds.delivery import (
    MOST_SAID,
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
from slipcast.builds.signatures import hub

EVENT: Final = "X-Event-Key"
SERVER: Final = "repo:refs_changed"
_RAW: Final = re.compile(r"([^<]*)<([^<>]*)>\s*")


class User(msgspec.Struct, frozen=True, kw_only=True):
    """An account."""

    username: str | None = None
    nickname: str | None = None
    display_name: str | None = None


class Author(msgspec.Struct, frozen=True, kw_only=True):
    """Who wrote a commit: an account, or what git says."""

    username: str | None = None
    user: User | None = None
    raw: str | None = None

    def told(self) -> SourceControlUser:
        """The person as Builds tell it (TR-61)."""
        user = self.user or User()
        name = self.username or user.username or user.nickname or user.display_name
        if name:
            return SourceControlUser(name=name)
        found = _RAW.fullmatch(self.raw or "")
        if found is None:
            return SourceControlUser(name=self.raw or "")
        return SourceControlUser(name=found[1].strip(), email=found[2].strip())


class Commit(msgspec.Struct, frozen=True, kw_only=True):
    """A commit of a push to the cloud."""

    hash: str | None = None
    message: str | None = None
    author: Author | None = None


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A branch or a tag."""

    type: str | None = None
    name: str | None = None

    def ref(self) -> str:
        """The ref."""
        return f"refs/tags/{self.name}" if self.type == "tag" else self.name or ""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What a push to the cloud changed."""

    old: Named | None = None
    new: Named | None = None
    commits: tuple[Commit, ...] | None = None


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """All that a push to the cloud changed."""

    changes: tuple[Change, ...] | None = None


class ToCloud(msgspec.Struct, frozen=True, kw_only=True):
    """The payload of `repo:push`."""

    push: Changes | None = None


class Ref(msgspec.Struct, frozen=True, kw_only=True):
    """A ref of the server."""

    id: str | None = None
    display_id: str | None = msgspec.field(default=None, name="displayId")
    type: str | None = None


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """What a push to the server changed."""

    ref: Ref | None = None
    to_hash: str | None = msgspec.field(default=None, name="toHash")


class ToServer(msgspec.Struct, frozen=True, kw_only=True):
    """The payload of `repo:refs_changed`."""

    changes: tuple[Moved, ...] | None = None


def read(posted: Posted, wanted: Wanted) -> Outcome:
    """What comes of a delivery (TR-60 to TR-64)."""
    wrong = not_json(posted)
    if wrong is not None:
        return wrong
    match posted.header(EVENT):
        case "":
            return Rejected(why=f"missing {EVENT}")
        case "repo:push":
            return _judged(posted, _cloud(posted), wanted)
        case "repo:refs_changed":
            return _judged(posted, _server(posted), wanted)
        case "diagnostics:ping":
            return Ignored(why="pong: this webhook works")
        case event:
            return Rejected(why=f"Unknown Bitbucket {EVENT} {event}")


def _cloud(posted: Posted) -> Push | Rejected | None:
    told = payload(posted, ToCloud)
    if isinstance(told, Rejected):
        return told
    changes = (told.push or Changes()).changes
    if not changes or not changes[0].commits:
        return None
    change, commit = changes[0], changes[0].commits[0]
    author = (commit.author or Author()).told()
    git = GitSourceRevision(
        commit=commit.hash or "", author=author, committer=author, message=commit.message or ""
    )
    return Push(ref=(change.old or change.new or Named()).ref(), git=git)


def _server(posted: Posted) -> Push | Rejected | None:
    told = payload(posted, ToServer)
    if isinstance(told, Rejected):
        return told
    if not told.changes:
        return None
    ref, commit = told.changes[0].ref or Ref(), told.changes[0].to_hash or ""
    named = ref.id if ref.type == "TAG" else ref.display_id
    return Push(ref=named or "", git=GitSourceRevision(commit=commit))


def _judged(posted: Posted, push: Push | Rejected | None, wanted: Wanted) -> Outcome:
    if push is None:
        body = posted.body[:MOST_SAID].decode("utf-8", "replace")
        return Rejected(why=f"Unable to extract valid event from payload: {body}")
    if isinstance(push, Rejected):
        return push
    outcome = judged(wanted, push)
    if not is_commit(push.git.commit) and not isinstance(outcome, Ignored):
        return ignored(push, f"{push.ref} was deleted, or the push has no commit")
    return outcome


FORGE: Final = Forge(
    type="Bitbucket",
    word="bitbucket",
    read=read,
    is_genuine=hub("X-Hub-Signature"),
    ids=("X-Request-UUID", "X-Request-Id"),
    events=(EVENT,),
)
"""Bitbucket's row in THE TABLE of forges."""
