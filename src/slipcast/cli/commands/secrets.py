"""`slipcast secrets`: which secrets a service account may use (EX-7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.cli import goflags, linking, serverflags
from slipcast.cli.options import Parsed, together
from slipcast.cli.selection import resource_of
from slipcast.cli.toolbox import Connection
from slipcast.ports.api import WriteOptions

words = together(
    click.argument("account", metavar="SERVICEACCOUNT"),
    click.argument("names", metavar="SECRET…", nargs=-1, required=True),
)


@click.group(cls=goflags.Group)
def secrets() -> None:
    """Secrets that a service account may use."""


@secrets.command(cls=serverflags.Command)
@words
@click.option(
    "--for",
    "wanted",
    default="mount",
    show_default=True,
    type=Parsed("mount,pull", linking.uses),
    help="Pods may mount it, or images are pulled with it, or both.",
)
@serverflags.options
@click.pass_context
def link(
    ctx: click.Context,
    /,
    account: str,
    names: tuple[str, ...],
    wanted: tuple[str, ...],
    **given: Any,
) -> None:
    """Let a service account use secrets."""
    some = [linking.name_of(name, "secret", "secrets") for name in names]

    async def work(connection: Connection) -> int:
        kind = kinds.require(kinds.CORE, "Secret")
        for name in some:
            await connection.api.get(resource_of(kind, connection.namespace, name))
        return await _change(connection, account, lambda held: linking.linked(held, some, wanted))

    serverflags.run(ctx, serverflags.server_flags(given), work)


@secrets.command(cls=serverflags.Command)
@words
@serverflags.options
@click.pass_context
def unlink(ctx: click.Context, /, account: str, names: tuple[str, ...], **given: Any) -> None:
    """Let a service account use secrets no more."""
    some = [linking.name_of(name, "secret", "secrets") for name in names]

    async def work(connection: Connection) -> int:
        return await _change(connection, account, lambda held: linking.unlinked(held, some))

    serverflags.run(ctx, serverflags.server_flags(given), work)


async def _change(connection: Connection, account: str, change: Callable[[JSON], JSON]) -> int:
    name = linking.name_of(account, "serviceaccount", "serviceaccounts", "sa")
    kind = kinds.require(kinds.CORE, "ServiceAccount")
    where = resource_of(kind, connection.namespace, name)
    held = (await connection.api.get(where)).content
    changed = change(held)
    if changed != held:
        await connection.api.update(where, changed, WriteOptions())
    return 0
