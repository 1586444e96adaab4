"""What a post-receive hook of git says, as the body of a generic webhook.

Source: githooks(5), post-receive; cli.md SB-73; triggers.md TR-73.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from slipcast.api.document import JSON
from slipcast.values.faults import FieldError, InvalidFault
from slipcast.values.revision import SourceRevision

_COMMIT: Final = re.compile(r"(?:[0-9a-f]{40}(?:[0-9a-f]{24})?)?", re.ASCII)
_WORDS: Final = 3


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """A ref that points at another commit than before."""

    ref: str
    commit: str


def parse(text: str) -> tuple[Moved, ...]:
    """The refs that moved, in the order of the lines; those that are gone are left out.

    Errors: InvalidFault for a line that is not `OLD NEW REF`.
    """
    return tuple(_moved(text))


def _moved(text: str) -> Iterator[Moved]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        words = line.split(" ", _WORDS - 1)
        if len(words) != _WORDS or not all(map(_COMMIT.fullmatch, words[:2])) or not words[2]:
            what = "is not of the form OLD-COMMIT NEW-COMMIT REF"
            raise InvalidFault((FieldError(path=f"line {number}", what=what, value=line[:200]),))
        old, new, ref = words
        if new != old and new.strip("0"):
            yield Moved(ref=ref, commit=new)


def payload(moved: tuple[Moved, ...], describe: Callable[[str], SourceRevision]) -> JSON | None:
    """The body of the webhook, with what is known of each commit; None when nothing moved."""
    if not moved:
        return None
    return {"git": {"refs": [_told(each, describe(each.commit)) for each in moved]}}


def _told(moved: Moved, revision: SourceRevision) -> JSON:
    told = {
        "uri": revision.location,
        "ref": moved.ref,
        "commit": moved.commit,
        "author": _person(revision.author_name, revision.author_email),
        "committer": _person(revision.committer_name, revision.committer_email),
        "message": revision.message,
    }
    return {name: value for name, value in told.items() if value}


def _person(name: str, email: str) -> JSON:
    said = {"name": name, "email": email}
    return {field: value for field, value in said.items() if value}
