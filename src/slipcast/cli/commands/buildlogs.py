"""`slipcast build-logs`: what `slipcast logs` was called before."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any, Final

import click

from slipcast.api import kinds
from slipcast.cli import buildfollowing, serverflags
from slipcast.cli.raw import out
from slipcast.cli.telling import warn
from slipcast.cli.toolbox import Connection, Toolbox
from slipcast.ports.api import Resource
from slipcast.values.apifaults import NotFound
from slipcast.values.faults import Fault, UsageFault

BUILD: Final = kinds.require(kinds.BUILD, "Build")


@click.command("build-logs", cls=serverflags.Command)
@click.argument("words", metavar="BUILD", nargs=-1)
@click.option("-f", "--follow/--no-follow", default=True, help="Go on until it is over. Default.")
@click.option("-w", "--nowait", is_flag=True, help="Do not wait for the build to begin.")
@serverflags.options
@click.pass_context
def buildlogs(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    """Show the log of a build. Deprecated: `logs -f build/NAME` does that."""
    toolbox: Toolbox = ctx.obj
    if len(words) != 1:
        raise UsageFault(
            "build name is required", hint="`slipcast get builds` shows what there is."
        )
    name = words[0].removeprefix("builds/").removeprefix("build/")
    instead = f"slipcast logs {'-f ' if given['follow'] else ''}build/{name}"
    warn([f"build-logs is deprecated; use `{instead}`"], colour=toolbox.colour)

    async def work(connection: Connection) -> int:
        try:
            if given["follow"] and not given["nowait"]:
                await buildfollowing.follow(connection, name, {}, out)
            else:
                await _once(connection, name, given)
        except NotFound as gone:
            raise Fault(
                f"the build {name} could not be found, therefore build logs cannot be retrieved"
            ) from gone
        return 0

    serverflags.run(ctx, serverflags.server_flags(given), work)


async def _once(connection: Connection, name: str, given: dict[str, Any]) -> None:
    """Show what there is by now, or goes on to be.

    Errors: ApiFault.
    """
    parameters = {flag: "true" for flag in ("follow", "nowait") if given[flag]}
    pieces = await connection.api.open(
        Resource(BUILD, connection.namespace, name, "log"), parameters
    )
    async with aclosing(pieces):
        async for piece in pieces:
            out(piece)
