"""`slipcast cancel-build`: builds that are not over are ended."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import aclosing
from typing import Any, Final

import click

from slipcast.api import kinds
from slipcast.api.build import Build
from slipcast.api.lens import read
from slipcast.builds import naming
from slipcast.builds.explaining import elsewhere
from slipcast.builds.phases import Phase, is_terminal
from slipcast.cli import buildfollowing, resources, serverflags
from slipcast.cli.configbuilds import builds_of
from slipcast.cli.output.form import Form
from slipcast.cli.raw import out
from slipcast.cli.resources import Wanted
from slipcast.cli.selection import resource_of
from slipcast.cli.telling import Telling
from slipcast.cli.toolbox import Connection, Toolbox
from slipcast.ports.api import Patch, Resource
from slipcast.values.faults import Fault, UsageFault

BUILD: Final = kinds.require(kinds.BUILD, "Build")
STATES: Final = ("new", "pending", "running")
PATIENCE: Final = 30.0
"""Seconds that a build may take to be cancelled (CB-5)."""


@click.command("cancel-build", cls=serverflags.Command)
@click.argument("words", metavar="BUILD | bc/NAME…", nargs=-1)
@click.option("--state", "states", multiple=True, metavar="STATE", help="new, pending, running.")
@click.option("--dump-logs", is_flag=True, help="Show what the builds said so far.")
@click.option("--restart", is_flag=True, help="Start each of them anew.")
@serverflags.options
@click.pass_context
def cancelbuild(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    """Cancel builds: `cancel-build app-3`, `cancel-build bc/app --state=new`."""
    toolbox: Toolbox = ctx.obj
    if not words:
        raise UsageFault("build or a build config name is required")
    wanted = tuple(_wanted(words))
    states = _states(given["states"])

    async def work(connection: Connection) -> int:
        telling = Telling(Form(), connection.clock, colour=toolbox.colour)
        builds = [
            each
            for each in await _found(connection, wanted, telling)
            if (each.status.phase or Phase.NEW).lower() in states
        ]
        if given["dump_logs"]:
            for build in builds:
                await _dump(connection, build, telling)
        # The newest first: an older one that ends must not let a newer one begin (CB-8).
        for build in builds:
            with telling.trying():
                await _mark(connection, build)
        await asyncio.gather(*(_cancelled(connection, each, telling) for each in builds))
        if given["restart"]:
            for build in builds:
                with telling.trying():
                    await _restart(connection, build, telling)
        if telling.code:
            telling.fail(Fault("failure during the build cancellation"))
        return telling.code

    serverflags.run(ctx, serverflags.server_flags(given), work)


def _wanted(words: Iterable[str]) -> Iterable[Wanted]:
    """Builds, and BuildConfigs whose builds are meant (CB-1).

    Errors: UsageFault.
    """
    for word in words:
        found = resources.parse([word])[0] if "/" in word else Wanted(BUILD, word)
        if found.kind.name not in {"Build", "BuildConfig"} or not found.name:
            raise UsageFault(f"invalid resource provided: {word}")
        yield found


def _states(words: Iterable[str]) -> frozenset[str]:
    """The phases in which builds are cancelled (CB-2).

    Errors: UsageFault.
    """
    said = [each.strip().lower() for word in words for each in word.split(",") if each.strip()]
    for state in said:
        if state not in STATES:
            known = ", ".join(STATES)
            raise UsageFault(f"invalid --state flag value {state!r}. Must be one of: {known}")
    return frozenset(said or STATES)


async def _found(
    connection: Connection, wanted: Iterable[Wanted], telling: Telling
) -> tuple[Build, ...]:
    """The builds that are not over, the newest first; what is not there is told (CB-3)."""
    found: dict[str, Build] = {}
    for each in wanted:
        with telling.trying():
            for build in await _builds(connection, each):
                if not is_terminal(build.status.phase):
                    found.setdefault(build.metadata.name, build)
    return tuple(
        sorted(
            found.values(),
            key=lambda each: (naming.number(each) or 0, each.metadata.creation_timestamp),
            reverse=True,
        )
    )


async def _builds(connection: Connection, wanted: Wanted) -> tuple[Build, ...]:
    where = resource_of(wanted.kind, connection.namespace, wanted.name)
    document = await connection.api.get(where)
    if wanted.kind is BUILD:
        return (read(document.content, Build),)
    return await builds_of(connection, wanted.name)


async def _dump(connection: Connection, build: Build, telling: Telling) -> None:
    """Show what a build said so far (CB-4)."""
    if (build.status.phase or Phase.NEW) == Phase.NEW:
        return
    name = build.metadata.name
    telling.line(f"==== Build {connection.namespace}/{name} logs ====")
    with telling.trying():
        where = Resource(BUILD, connection.namespace, name, "log")
        pieces = await connection.api.open(where, {"nowait": "true"})
        async with aclosing(pieces):
            async for piece in pieces:
                out(piece)


async def _mark(connection: Connection, build: Build) -> None:
    """Ask for the end of a build.

    Errors: ApiFault.
    """
    where = resource_of(BUILD, connection.namespace, build.metadata.name)
    patch = Patch(type="merge", body={"status": {"cancelled": True}})
    await connection.api.patch(where, patch)


async def _cancelled(connection: Connection, build: Build, telling: Telling) -> None:
    """Wait for the end of a build that was asked for, and tell it (CB-5)."""
    name = build.metadata.name
    with telling.trying():
        try:
            async with asyncio.timeout(PATIENCE):
                ended = await buildfollowing.end(connection, name)
        except TimeoutError as late:
            where = elsewhere(build.metadata.annotations)
            hint = f"{where}; `slipcast delete build {name}` takes it away."
            raise Fault(
                f"build {connection.namespace}/{name} failed to cancel: it has not ended within "
                f"{PATIENCE:.0f} seconds",
                hint="" if build.spec.strategy.jenkins_pipeline_strategy is None else hint,
            ) from late
        if ended.status.phase == Phase.CANCELLED:
            telling.line(f'build "{name}" cancelled')
        else:
            telling.line(f'build "{name}" had ended before: {ended.status.phase}')


async def _restart(connection: Connection, build: Build, telling: Telling) -> None:
    """Start a build anew (CB-6).

    Errors: ApiFault.
    """
    name = build.metadata.name
    where = Resource(BUILD, connection.namespace, name, "clone")
    request = {
        "kind": "BuildRequest",
        "apiVersion": BUILD.api_version,
        "metadata": {"name": name},
    }
    answer = await connection.api.act(where, request)
    telling.line(f'build "{answer.document.names.name}" restarted build "{name}"')
