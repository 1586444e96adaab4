"""Tokens of service accounts, asked for and printed.

Source: kubectl create token; oc serviceaccounts.
"""

from __future__ import annotations

from typing import Any

import click
from msgspec.structs import replace

from slipcast.api import kinds
from slipcast.cli import serverflags
from slipcast.cli.generators import others
from slipcast.cli.options import together
from slipcast.cli.output import form as forms
from slipcast.cli.output.printing import Item, printer_of
from slipcast.cli.selection import resource_of
from slipcast.cli.toolbox import Connection, Toolbox
from slipcast.values.apifaults import ApiFault
from slipcast.values.faults import Fault

options = together(
    click.option("--audience", multiple=True, help="Whom the token is for. Repeatable."),
    click.option(
        "--duration",
        type=serverflags.DURATION,
        default="0",
        help="How long it is to be good for, such as 1h; 0: as long as the server likes.",
    ),
    forms.whole,
    serverflags.options,
    click.pass_context,
)
"""The flags of a command that asks for a token."""


def ask(ctx: click.Context, name: str, given: dict[str, Any]) -> None:
    """Ask for a token, and print it."""
    toolbox: Toolbox = ctx.obj
    form = forms.form_of(given, toolbox.directory)
    account = kinds.require(kinds.CORE, "ServiceAccount")

    async def work(connection: Connection) -> int:
        where = resource_of(account, connection.namespace, name)
        asked = others.token_request(given["audience"], int(given["duration"]))
        try:
            answer = await connection.api.act(replace(where, subresource="token"), asked)
        except ApiFault as refused:
            raise Fault(f"failed to create token: {refused.message}") from refused
        if form.name:
            printer_of(form, connection.clock).items([Item.of(answer.document)], single=True)
        else:
            click.echo(answer.document.content["status"]["token"])
        return 0

    serverflags.run(ctx, serverflags.server_flags(given), work)
