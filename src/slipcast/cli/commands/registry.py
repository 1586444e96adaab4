"""`slipcast registry`: the integrated registry, for podman, docker and the like.

Source: oc registry of OpenShift 4.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from slipcast.cli import goflags, integrated, registryfile, serverflags
from slipcast.cli.options import FILE
from slipcast.cli.toolbox import Connection, Toolbox


@click.group(cls=goflags.Group)
def registry() -> None:
    """Reach the integrated registry with podman, docker and the like."""


@registry.command(cls=serverflags.Command)
@click.option("--internal", is_flag=True, help="The address that builds use.")
@serverflags.options
@click.pass_context
def info(ctx: click.Context, /, *, internal: bool, **given: Any) -> None:
    """Print the address of the integrated registry."""

    async def work(connection: Connection) -> int:
        click.echo(await integrated.address(connection, internal=internal))
        return 0

    serverflags.run(ctx, serverflags.server_flags(given), work)


@registry.command(cls=serverflags.Command)
@click.option("--registry", "host", default="", metavar="HOST", help="Another address of it.")
@click.option(
    "-a",
    "--to",
    type=FILE,
    help="The file to keep the login in. Default: where docker and podman look for it.",
)
@click.option(
    "-z",
    "--service-account",
    "account",
    default="",
    metavar="NAME",
    help="Log in as a service account of the namespace, by a new token.",
)
@click.option(
    "--duration",
    type=serverflags.DURATION,
    default="0",
    help="How long that token is to be good for, such as 24h; 0: as long as the server likes.",
)
@click.option(
    "--trust-in",
    type=FILE,
    metavar="DIRECTORY",
    help="Keep there what vouches for the registry, too: /etc/containers/certs.d for podman,"
    " /etc/docker/certs.d for docker.",
)
@serverflags.options
@click.pass_context
def login(
    ctx: click.Context,
    /,
    *,
    host: str,
    to: Path | None,
    account: str,
    duration: float,
    trust_in: Path | None,
    **given: Any,
) -> None:
    """Log podman, docker and the like in to the integrated registry, as you are logged in here."""
    toolbox: Toolbox = ctx.obj
    file = to or registryfile.place(toolbox.environment)

    async def work(connection: Connection) -> int:
        address = host or await integrated.address(connection, internal=False)
        if account:
            user, token = account, await integrated.token(connection, account, int(duration))
        else:
            user, token = await integrated.own(connection)
        path = toolbox.directory / file
        document = registryfile.load(path)
        # No name in such a file has a colon in it, which is where the password begins.
        user = user.replace(":", "-")
        registryfile.save(path, registryfile.with_login(document, address, user, token))
        click.echo(f"Saved credentials for {address} into {file}")
        if trust_in is not None:
            authority = toolbox.directory / trust_in / address / "ca.crt"
            registryfile.write(authority, integrated.authority(connection), mode=0o644)
            click.echo(f"Saved what vouches for {address} as {authority}")
        return 0

    serverflags.run(ctx, serverflags.server_flags(given), work)
