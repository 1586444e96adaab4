"""Deliveries of webhooks as values: what is posted, what a BuildConfig wants, what comes of it.

What each forge means by its words is in `webhooks`; who may deliver, and what is done then, is the
store's business.

Source: triggers.md sections 2 to 6.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

import msgspec

from slipcast.api import bounds
from slipcast.api.build import (
    BuildConfig,
    DockerStrategyOptions,
    EnvVar,
    GitSourceRevision,
    SourceRevision,
)
from slipcast.builds import naming
from slipcast.values.faults import Fault
from slipcast.values.sensitive import Sensitive

LARGEST: Final = 25 * 2**20
"""Bytes of a payload: as many as GitHub sends."""
JSON_TYPE: Final = "application/json"
BAD_REQUEST: Final = 400
UNAUTHORIZED: Final = 401
MOST_HEADER: Final = 1000
"""Characters of a header that anybody could mean."""
MOST_SAID: Final = 300
"""Characters of what a client sent that are told again."""

_TOKEN: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 -- of a header
_MEDIA: Final = re.compile(rf"\s*({_TOKEN}(?:/{_TOKEN})?)\s*(?:;(.*))?", re.ASCII | re.DOTALL)
_PARAMETER: Final = re.compile(rf'\s*{_TOKEN}=(?:{_TOKEN}|"(?:[^"\\]|\\.)*")\s*', re.ASCII)
_NO_COMMIT: Final = re.compile("0+")
T = TypeVar("T")


class Posted(msgspec.Struct, frozen=True, kw_only=True):
    """What a forge sent.

    Shape:  names of headers in lower case.
    """

    headers: Mapping[str, str]
    body: bytes = b""

    def header(self, name: str) -> str:
        """A header's value, empty when it was not sent."""
        return self.headers.get(name.lower(), "")

    def first(self, names: Sequence[str]) -> str:
        """The value of the first of the headers that was sent."""
        return next((found for name in names if (found := self.header(name))), "")


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which pushes a BuildConfig builds.

    Shape:  branches and paths are patterns, none where they do not matter.
    """

    ref: str = ""
    has_git: bool = True
    allows_env: bool = False
    branches: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    @classmethod
    def of(cls, config: BuildConfig, *, allows_env: bool = False) -> Wanted:
        """What a BuildConfig says of it."""
        git, annotations = config.spec.source.git, config.metadata.annotations
        return cls(
            ref=git.ref if git else "",
            has_git=git is not None,
            allows_env=allows_env,
            branches=naming.patterns(annotations.get(naming.WEBHOOK_BRANCHES, "")),
            paths=naming.patterns(annotations.get(naming.WEBHOOK_PATHS, "")),
        )


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """A build is to be started.

    Shape:  ref is what was pushed; is_elsewhere says that it is another one than the BuildConfig's,
            which the Build has to say.
    """

    revision: SourceRevision | None = None
    ref: str = ""
    is_elsewhere: bool = False
    env: tuple[EnvVar, ...] = ()
    options: DockerStrategyOptions | None = None
    warnings: tuple[str, ...] = ()

    @property
    def commit(self) -> str:
        """The commit that was pushed, as far as it is known."""
        return self.revision.git.commit if self.revision and self.revision.git else ""


class Ignored(msgspec.Struct, frozen=True, kw_only=True):
    """What was sent is fine, and asks for no build: why."""

    why: str
    ref: str = ""
    commit: str = ""


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """What was sent cannot be what the forge sends: the HTTP status, and why."""

    status: int = BAD_REQUEST
    why: str


Outcome = Accepted | Ignored | Rejected
Secrets = Sequence[Sensitive]


class Forge(msgspec.Struct, frozen=True, kw_only=True):
    """A forge, or whoever else delivers webhooks.

    Shape:  type is that of its triggers, word the end of its addresses and the field of its
            triggers; ids are headers that name a delivery, events those that name an event, each
            the first that is sent. is_genuine tells of the signatures in a delivery whether they
            are made with one of the secrets; what is not signed is genuine.
    """

    type: str
    word: str
    read: Callable[[Posted, Wanted], Outcome]
    is_genuine: Callable[[Posted, Secrets], bool]
    ids: tuple[str, ...] = ()
    events: tuple[str, ...] = ()


def media_type(header: str) -> str:
    """The media type in a Content-Type, in lower case; its parameters are only looked at.

    Errors: ValueError that says what is wrong, in the words that clients know.
    """
    found = _MEDIA.fullmatch(header) if len(header) <= MOST_HEADER else None
    if found is None:
        raise ValueError("mime: no media type" if not header.strip() else _odd(header))
    rest = found[2] or ""
    at = 0
    while rest[at:].strip():
        parameter = _PARAMETER.match(rest, at)
        if parameter is None or rest[parameter.end() : parameter.end() + 1] not in {"", ";"}:
            raise ValueError("mime: invalid media parameter")
        at = parameter.end() + 1
    return found[1].lower()


def not_json(posted: Posted) -> Rejected | None:
    """Why a delivery of a forge is none, by its Content-Type (TR-40)."""
    header = posted.header("content-type")
    try:
        media = media_type(header)
    except ValueError as wrong:
        return Rejected(why=f"non-parseable Content-Type {header[:MOST_SAID]} ({wrong})")
    if media != JSON_TYPE:
        return Rejected(why=f"unsupported Content-Type {header[:MOST_SAID]}")
    return None


def payload(posted: Posted, type_: type[T]) -> T | Rejected:
    """What a body says; members that are not known do not matter, and are not kept (TR-43)."""
    body = posted.body.strip()
    if not body:
        return Rejected(why="unexpected end of JSON input")
    if body == b"null":
        return type_()
    try:
        told = msgspec.json.decode(body, type=type_)
        bounds.check(msgspec.to_builtins(told))
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        return Rejected(why=f"the payload cannot be read: {wrong}")
    except RecursionError:
        return Rejected(why=bounds.too_deep().message)
    except Fault as fault:
        return Rejected(why=fault.message)
    return told


def is_commit(commit: str | None) -> bool:
    """Whether a commit is one: zeros stand for none."""
    return bool(commit) and _NO_COMMIT.fullmatch(commit or "") is None


def revision_of(git: GitSourceRevision) -> SourceRevision:
    """A commit as Builds tell it."""
    return SourceRevision(type="Git", git=git)


def _odd(header: str) -> str:
    slash = header.partition(";")[0].count("/")
    return "mime: unexpected content after media subtype" if slash else "mime: invalid media type"
