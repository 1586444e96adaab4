"""A build followed to its end: its log as it grows, over as many connections as it takes, and how
it ended.

Source: cli.md sections 3.5 and 5; user-pain.md UP-1, UP-2, UP-28.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import aclosing, contextmanager
from datetime import timedelta
from typing import Final

import click

from slipcast.api import kinds
from slipcast.api.build import Build
from slipcast.api.lens import read
from slipcast.builds import naming
from slipcast.builds.phases import Phase, is_terminal
from slipcast.cli.selection import resource_of
from slipcast.cli.toolbox import Connection
from slipcast.ports.api import Resource, WatchOptions
from slipcast.values.apifaults import ApiFault, Expired, NotFound, Timeout, Unavailable
from slipcast.values.faults import Fault, PortFault

BUILD: Final = kinds.require(kinds.BUILD, "Build")
PAUSES: Final = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds between one try and the next; the last for all that follow."""
GIVEN_UP: Final = 3
"""The exit code when a build's end could not be seen, other than that of a build that failed."""

Out = Callable[[bytes], None]


async def follow(
    connection: Connection, name: str, parameters: Mapping[str, str], out: Out
) -> None:
    """Send the log of a build out until the build is over, whatever becomes of connections.

    Errors: ApiFault, when there is no log to be had.
    """
    sent, lost = 0, 0
    while True:
        told, fault = await _told(connection, name, parameters, out, sent)
        lost = 0 if told > sent else lost + 1
        sent = told
        if fault is None and is_terminal((await look(connection, name)).status.phase):
            return
        if fault is not None and not _passes(fault):
            raise fault
        await pause(connection, lost)


async def _told(
    connection: Connection, name: str, parameters: Mapping[str, str], out: Out, sent: int
) -> tuple[int, Fault | None]:
    """How much of the log is out in the end, and what broke it off."""
    where = Resource(BUILD, connection.namespace, name, "log")
    at = 0
    try:
        pieces = await connection.api.open(where, {**parameters, "follow": "true"})
        async with aclosing(pieces):
            async for piece in pieces:
                fresh = piece[max(0, sent - at) :]
                at += len(piece)
                if fresh:
                    out(fresh)
    except (ApiFault, PortFault) as fault:
        return max(sent, at), fault
    return max(sent, at), None


@contextmanager
def left_alone(build: str) -> Iterator[None]:
    """Say what becomes of a build when nobody waits for it any more."""
    try:
        yield
    except asyncio.CancelledError:
        click.echo(f"The build goes on; `slipcast cancel-build {build}` ends it.", err=True)
        raise


async def look(connection: Connection, name: str) -> Build:
    """A build as it is, asked for until there is an answer.

    Errors: Fault when there is no such build any more; ApiFault.
    """
    where = resource_of(BUILD, connection.namespace, name)
    lost = 0
    while True:
        try:
            return read((await connection.api.get(where)).content, Build)
        except NotFound as gone:
            raise _deleted(connection, name) from gone
        except (ApiFault, PortFault) as fault:
            if not _passes(fault) or lost >= len(PAUSES) * 2:
                raise
            lost += 1
            await pause(connection, lost)


async def end(connection: Connection, name: str) -> Build:
    """A build when it is over.

    Errors: Fault when it was deleted meanwhile (SB-63); ApiFault.
    """
    lost = 0
    while True:
        build = await look(connection, name)
        if is_terminal(build.status.phase):
            return build
        try:
            found = await _watched(connection, name, build.metadata.resource_version)
        except (ApiFault, PortFault) as fault:
            if not _passes(fault):
                raise
            lost += 1
            await pause(connection, lost)
        else:
            if found is not None:
                return found


async def _watched(connection: Connection, name: str, version: str) -> Build | None:
    """The build when it is over; None when the watch ended before."""
    options = WatchOptions(fields=f"metadata.name={name}", resource_version=version)
    events = await connection.api.watch(resource_of(BUILD, connection.namespace), options)
    async with aclosing(events):
        async for event in events:
            if event.type == "DELETED":
                raise _deleted(connection, name)
            if event.type == "BOOKMARK":
                continue
            build = read(event.document.content, Build)
            if is_terminal(build.status.phase):
                return build
    return None


async def with_last_words(connection: Connection, build: Build) -> Build:
    """A failed build with the last lines of its log, which come a moment after its end.

    Errors: Fault when it was deleted meanwhile; ApiFault.
    """
    for lost in range(len(PAUSES) + 1):
        had_pod = naming.POD_NAME in build.metadata.annotations
        if build.status.phase != Phase.FAILED or build.status.log_snippet or not had_pod:
            break
        await pause(connection, lost)
        build = await look(connection, build.metadata.name)
    return build


def failure(build: Build) -> Fault | None:
    """What is said of a build that is over; None when it completed (SB-62, UP-2)."""
    if build.status.phase == Phase.COMPLETE:
        return None
    where = f"{build.metadata.namespace}/{build.metadata.name}"
    status = build.status
    said = f'the build {where} status is "{status.phase}"'
    why = f"{status.reason}: {status.message}" if status.reason else status.message
    return Fault(f"{said}: {why}" if why else said, tail=_last_words(build))


def _last_words(build: Build) -> tuple[str, ...]:
    return tuple(line for line in build.status.log_snippet.splitlines() if line.strip())


async def pause(connection: Connection, lost: int) -> None:
    """Wait before the next try."""
    seconds = PAUSES[min(lost, len(PAUSES)) - 1] if lost else PAUSES[0]
    await connection.clock.until(connection.clock.now() + timedelta(seconds=seconds))


def _passes(fault: Fault) -> bool:
    """Whether another try may help."""
    return isinstance(fault, (Timeout, Unavailable, Expired, PortFault)) or fault.retryable


def _deleted(connection: Connection, name: str) -> Fault:
    return Fault(f"the build {connection.namespace}/{name} was deleted", exit_code=GIVEN_UP)
