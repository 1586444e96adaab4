"""`slipcast logout`: the token of this session given up, here and at the server."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import click

from slipcast.api import kinds, kubeconfig
from slipcast.cli import serverflags
from slipcast.cli.toolbox import Connection, Toolbox
from slipcast.ports.api import Resource
from slipcast.values import accesstoken
from slipcast.values.apifaults import ApiFault
from slipcast.values.faults import Fault


@click.command(cls=serverflags.Command)
@serverflags.options
@click.pass_context
def logout(ctx: click.Context, /, **given: Any) -> None:
    """End this session: its token is good for nothing afterwards."""
    toolbox: Toolbox = ctx.obj
    flags = serverflags.server_flags(given)
    contexts = toolbox.contexts(flags)
    config = contexts.load()
    way = kubeconfig.access(config, flags.context)
    if way is None or not way.token:
        raise Fault(
            "You must have a token in order to logout.",
            hint="The current context has none; `slipcast config get-contexts` lists others.",
        )

    async def work(connection: Connection) -> int:
        myself = Resource(kinds.require(kinds.USER, "User"), name="~")
        user = way.user.partition("/")[0]
        # A token that is no longer good, or not kept, is given up here all the same.
        with suppress(ApiFault):
            user = (await connection.api.get(myself)).names.name
            tokens = kinds.require(kinds.OAUTH, "OAuthAccessToken")
            named = accesstoken.name_of(way.token)
            if named:
                await connection.api.delete(Resource(tokens, name=named))
        contexts.save(kubeconfig.without_token(config, way.user))
        click.echo(f'Logged "{user}" out on "{way.server}"')
        return 0

    serverflags.run(ctx, flags, work)
