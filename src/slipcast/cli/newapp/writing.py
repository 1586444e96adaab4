"""Objects of new-app written one after the other: all of them, or none.

What ends it halfway (a refusal, a server that is gone, Ctrl-C) takes back what was written: what
was made goes, what was changed is as it was. A write whose answer never came is looked up. What
cannot be taken back is named, with what to do about it: the same command once more goes on from
there.

Source: generated-objects.md section 13, GO-140 to GO-144; user-pain UP-25.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Final

import click
import msgspec

from slipcast.api.document import JSON
from slipcast.cli import faults
from slipcast.cli.faults import Manner
from slipcast.cli.newapp.creating import Wanted, found_at, write
from slipcast.cli.printable import printable
from slipcast.cli.toolbox import Connection
from slipcast.newapp.comparing import differences
from slipcast.ports.api import DeleteOptions, Resource, WriteOptions
from slipcast.values.apifaults import ApiFault, InternalError, NotFound, Timeout, Unavailable
from slipcast.values.faults import Fault, Interrupted, PortFault

_OPEN: Final = (InternalError, Timeout, Unavailable)
"""Answers of a server that may have done it all the same."""
_PATIENCE: Final = 10.0
"""Seconds for each object that is taken back."""


class _Written(msgspec.Struct, frozen=True, kw_only=True):
    """An object that was written, as the server then had it."""

    wanted: Wanted
    name: str
    uid: str
    version: str

    @property
    def place(self) -> Resource:
        return self.wanted.place.named(self.name)

    @property
    def shown(self) -> str:
        return f'{self.wanted.kind.singular} "{self.name}"'


async def written(
    connection: Connection, wanted: Sequence[Wanted], *, inside: str = "", quiet: bool = False
) -> int:
    """Write the objects, and tell of each; whatever ends it halfway takes back what was written.

    Shape:  inside are the flags that name the namespace, where commands need them; 1 when
            something was refused.
    Errors: Interrupted; asyncio.CancelledError.
    """
    done = list[_Written]()
    doing: Wanted | None = None
    try:
        for doing in wanted:
            answer = await write(connection, doing, WriteOptions())
            done += [_written(doing, answer.document.content)] if answer is not None else []
            if not quiet:
                click.echo(f"    {doing.shown} {doing.state}")
    except BaseException as why:
        is_refusal = _told(why)
        is_open = isinstance(why, _OPEN) or not isinstance(why, ApiFault)
        await _taken_back(connection, done, doing if is_open else None, inside)
        if is_refusal:
            return 1
        raise
    return 0


def _told(why: BaseException) -> bool:
    """Say why it goes no further; whether that is a fault, and told with it.

    Shape:  False for signals, and for standard output that nobody reads any more.
    """
    if isinstance(why, Fault) and not isinstance(why, Interrupted):
        with contextlib.suppress(BrokenPipeError):
            faults.report(why, Manner.API)
        return True
    _say("error: ended halfway; what was made is taken back")
    return False


def _say(line: str) -> None:
    """Say something to whoever still listens."""
    with contextlib.suppress(BrokenPipeError):
        click.echo(printable(line), err=True)


def _written(wanted: Wanted, content: JSON) -> _Written:
    metadata = content["metadata"]
    return _Written(
        wanted=wanted,
        name=metadata["name"],
        uid=str(metadata.get("uid") or ""),
        version=str(metadata.get("resourceVersion") or ""),
    )


async def _taken_back(
    connection: Connection, done: Sequence[_Written], doing: Wanted | None, inside: str
) -> None:
    """Undo what was done, the last first; name what stays."""
    left, unsure = [*done], doing
    try:
        async with asyncio.timeout(_PATIENCE):
            found = await _unanswered(connection, doing, done) if doing is not None else None
        unsure = None
        left += [found] if found is not None else []
        while left:
            async with asyncio.timeout(_PATIENCE):
                await _undone(connection, left[-1])
            left.pop()
    except (PortFault, Unavailable, TimeoutError):
        _tell_left(left, unsure, inside)
    except (Interrupted, asyncio.CancelledError):
        _tell_left(left, unsure, inside)
        raise


def _tell_left(left: Sequence[_Written], unsure: Wanted | None, inside: str) -> None:
    """Name what could not be taken back, and say what to do about it."""
    lines = [f"    {each.shown} stays {each.wanted.state}" for each in left]
    if unsure is not None and unsure.state != "unchanged":
        lines.append(f"    {unsure.shown} may be {unsure.state} or not")
    if not lines:
        return
    made = [each for each in left if each.wanted.current is None]
    lines = ["error: this could not be taken back:", *lines]
    lines.append("The same command once more goes on from there.")
    if made:
        names = " ".join(f"{each.wanted.kind.singular}/{each.name}" for each in made)
        lines.append(f"'slipcast delete{inside} {names}' takes away what was made.")
    for line in lines:
        _say(line)


async def _unanswered(
    connection: Connection, doing: Wanted, done: Sequence[_Written]
) -> _Written | None:
    """The object whose write nobody answered, if it was written.

    Errors: PortFault and Unavailable, when nobody says.
    """
    if any(each.wanted is doing for each in done) or doing.state == "unchanged":
        return None
    try:
        there = await found_at(connection, doing.place)
    except Unavailable:
        raise
    except ApiFault:
        return None
    if there is None or differences(doing.content, there, doing.place.namespace):
        return None
    return _written(doing, there)


async def _undone(connection: Connection, each: _Written) -> None:
    """Take an object back, and tell of it.

    Errors: PortFault and Unavailable, when nothing more can be done.
    """
    became = "removed again"
    try:
        before = each.wanted.current
        if before is None:
            await connection.api.delete(each.place, DeleteOptions(uid=each.uid))
        else:
            metadata = {**before["metadata"], "resourceVersion": each.version}
            await connection.api.update(each.place, {**before, "metadata": metadata})
            became = "is as it was again"
    except NotFound:
        became = "is gone"
    except (PortFault, Unavailable, Interrupted):
        raise
    except Fault as fault:
        became = f"stays: {fault.message}"
    _say(f"    {each.shown} {became}")
