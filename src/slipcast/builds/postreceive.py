"""Post-receive hooks of git: what they are told, as the body of a generic webhook; and ours.

A repository has one hook for all the builds that it starts, and for each of those a program of its
own, which knows a file with the address of a webhook.

Source: githooks(5), post-receive; cli.md SB-73; triggers.md TR-73.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import msgspec

from slipcast.api.document import JSON
from slipcast.values.faults import FieldError, InvalidFault
from slipcast.values.revision import SourceRevision

_COMMIT: Final = re.compile(r"(?:[0-9a-f]{40}(?:[0-9a-f]{24})?)?", re.ASCII)
_WORDS: Final = 3
MARK: Final = "# slipcast: starts builds of what is received."
"""The second line of a hook that is ours."""
PROGRAMS: Final = "slipcast"
"""Where in a repository the programs are that its hook calls."""


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


def hook(repository: str) -> str:
    """The hook of a repository: it tells every program there what was received.

    Shape:  repository is where the objects are, as an absolute path.
    """
    programs = shlex.quote(f"{repository}/{PROGRAMS}")
    return f"""#!/bin/sh
{MARK}
# Written by `slipcast start-build NAME --git-post-receive`, which overwrites it.
received=$(grep -v ' 0\\{{40,\\}} ') || exit 0  # what was deleted is not built
for program in {programs}/*.sh; do
    [ -x "$program" ] && printf '%s\\n' "$received" | "$program"
done
exit 0
"""


def is_ours(text: str) -> bool:
    """Whether a hook is one that may be written anew."""
    return text.split("\n")[1:2] == [MARK]


def program(command: Sequence[str], repository: str, url: str, flags: Sequence[str] = ()) -> str:
    """What calls the webhook of one BuildConfig.

    Shape:  command is how slipcast is called; url is the file that the address is in.
    """
    words = (
        *command,
        "start-build",
        f"--from-webhook=@{url}",
        "--git-post-receive=-",
        f"--git-repository={repository}",
        *flags,
    )
    return f"#!/bin/sh\nexec {shlex.join(words)}\n"
