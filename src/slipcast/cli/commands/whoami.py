"""`slipcast whoami`: as whom, and where, the commands are run."""

from __future__ import annotations

from typing import Any

import click

from slipcast.api import kinds
from slipcast.cli import serverflags
from slipcast.cli.toolbox import Connection
from slipcast.ports.api import Resource
from slipcast.values.apifaults import Unauthorized
from slipcast.values.faults import UsageFault

MYSELF = "~"
"""The name of whoever asks."""

NOBODY = "system:anonymous"
"""Who asks without credentials, such as after a logout."""


@click.command(cls=serverflags.Command)
@click.option("-t", "--show-token", is_flag=True, help="Print the token of this session.")
@click.option("-c", "--show-context", is_flag=True, help="Print the name of the context in force.")
@click.option("--show-server", is_flag=True, help="Print the address of the server.")
@serverflags.options
@click.pass_context
def whoami(
    ctx: click.Context,
    /,
    *,
    show_token: bool,
    show_context: bool,
    show_server: bool,
    **given: Any,
) -> None:
    """Show as whom you are logged in."""
    if show_token + show_context + show_server > 1:
        raise UsageFault("--show-token, --show-context and --show-server exclude each other")

    async def work(connection: Connection) -> int:
        way = connection.access
        if show_token:
            click.echo(_known(way.token, "no token is currently in use for this session"))
        elif show_context:
            click.echo(_known(way.context, "no context is in use"))
        elif show_server:
            click.echo(way.server)
        else:
            users = Resource(kinds.require(kinds.USER, "User"), name=MYSELF)
            name = (await connection.api.get(users)).names.name
            if name == NOBODY:
                raise Unauthorized("Unauthorized")
            click.echo(name)
        return 0

    serverflags.run(ctx, serverflags.server_flags(given), work)


def _known(value: str, otherwise: str) -> str:
    if not value:
        raise UsageFault(otherwise)
    return value
