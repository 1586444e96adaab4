"""What anybody may send to a generic webhook: nothing, or a commit, variables and options.

What cannot be read starts a build all the same, and is told as a warning; only a ref that is not
the BuildConfig's keeps it from being started.

Source: triggers.md section 6; the API reference of GenericWebHookEvent.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from slipcast.api import codec
from slipcast.api.build import DockerStrategyOptions, EnvVar, GitSourceRevision
from slipcast.builds.commits import NOBODY, Person
from slipcast.builds.delivery import (
    JSON_TYPE,
    Accepted,
    Forge,
    Ignored,
    Outcome,
    Posted,
    Rejected,
    Wanted,
    media_type,
    revision_of,
)
from slipcast.builds.pushes import is_elsewhere, is_wanted
from slipcast.builds.signatures import unsigned
from slipcast.values.faults import Fault

CONTINUING: Final = "ignoring payload and continuing with build"
NO_TYPE: Final = f"invalid Content-Type on payload, {CONTINUING}"
NO_GIT: Final = "no git information found in payload, ignoring and continuing with build"


class Ref(msgspec.Struct, frozen=True, kw_only=True):
    """A ref and the commit it points at."""

    ref: str | None = None
    commit: str | None = None
    author: Person | None = None
    committer: Person | None = None
    message: str | None = None


class Git(Ref, frozen=True, kw_only=True):
    """A commit, or one of several refs."""

    refs: tuple[Ref, ...] | None = None


class Variable(msgspec.Struct, frozen=True, kw_only=True):
    """A variable with its value."""

    name: str | None = None
    value: str | None = None


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """Options of a build by a Dockerfile."""

    build_args: tuple[Variable, ...] | None = msgspec.field(default=None, name="buildargs")
    no_cache: bool | None = msgspec.field(default=None, name="nocache")


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """The payload, its members in lower case."""

    git: Git | None = None
    env: tuple[Variable, ...] | None = None
    options: Options | None = msgspec.field(default=None, name="dockerstrategyoptions")


def read(posted: Posted, wanted: Wanted) -> Outcome:
    """What comes of a delivery (TR-70 to TR-82)."""
    header = posted.header("content-type")
    try:
        media = media_type(header) if header else ""
    except ValueError as wrong:
        return Rejected(why=f"error parsing Content-Type: {wrong}")
    if media not in {JSON_TYPE, codec.YAML_TYPE}:
        return Accepted(warnings=(NO_TYPE,))
    if not posted.body:
        return Accepted()
    told = _event(posted, media)
    return Accepted(warnings=(told,)) if isinstance(told, str) else _judged(told, wanted)


def _event(posted: Posted, media: str) -> Event | str:
    """What a body says, or the warning that nothing can be read of it (TR-74)."""
    try:
        value = codec.parse_any(posted.body, media)
        return msgspec.convert({} if value is None else _folded(value), Event)
    except Fault as fault:
        what = "converting payload to json" if media == codec.YAML_TYPE else "unmarshalling payload"
        return f"error {what}: {fault.message}, {CONTINUING}"
    except msgspec.ValidationError as wrong:
        return f"error unmarshalling payload: {wrong}, {CONTINUING}"


def _judged(told: Event, wanted: Wanted) -> Outcome:
    start = Accepted(
        env=_variables(told.env) if wanted.allows_env else (), options=_options(told.options)
    )
    if not wanted.has_git:
        return start
    if told.git is None:
        return msgspec.structs.replace(start, warnings=(NO_GIT,))
    refs = (told.git,) if told.git.refs is None else told.git.refs
    meant = next((each for each in refs if is_wanted(wanted, each.ref or "")), None)
    if meant is not None:
        ref = meant.ref or ""
        return msgspec.structs.replace(
            start,
            revision=revision_of(_git(meant)),
            ref=ref,
            is_elsewhere=is_elsewhere(wanted, ref),
        )
    if told.git.refs is not None:
        return Ignored(why=f'skipping build. None of the supplied refs matched "{wanted.ref}"')
    ref = told.git.ref or ""
    return Ignored(
        why=f'skipping build. Branch reference from "{ref}" does not match configuration',
        ref=ref,
        commit=told.git.commit or "",
    )


def _git(ref: Ref) -> GitSourceRevision:
    return GitSourceRevision(
        commit=ref.commit or "",
        author=(ref.author or NOBODY).told(),
        committer=(ref.committer or NOBODY).told(),
        message=ref.message or "",
    )


def _variables(told: Iterable[Variable] | None) -> tuple[EnvVar, ...]:
    return tuple(EnvVar(name=each.name or "", value=each.value or "") for each in told or ())


def _options(told: Options | None) -> DockerStrategyOptions | None:
    if told is None or (not told.build_args and told.no_cache is None):
        return None
    return DockerStrategyOptions(build_args=_variables(told.build_args), no_cache=told.no_cache)


def _folded(value: Any) -> Any:
    """What is said with names in lower case; the last one of a name counts (TR-73)."""
    if isinstance(value, dict):
        return {name.casefold(): _folded(each) for name, each in value.items()}
    return [_folded(each) for each in value] if isinstance(value, list) else value


FORGE: Final = Forge(
    type="Generic",
    word="generic",
    read=read,
    is_genuine=unsigned,
    ids=(
        *("Idempotency-Key", "X-GitHub-Delivery", "X-Gitea-Delivery", "X-Gogs-Delivery"),
        *("X-Gitlab-Event-UUID", "X-Request-UUID"),
    ),
    events=("X-GitHub-Event", "X-Gogs-Event", "X-Gitlab-Event", "X-Event-Key"),
)
"""The row in THE TABLE of forges of whoever is none of the others."""
