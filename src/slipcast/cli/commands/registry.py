"""`slipcast registry`: the integrated registry, for podman, docker and the like.

Source: oc registry of OpenShift 4.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
from msgspec.structs import replace

from slipcast.api import kinds
from slipcast.cli import goflags, registryfile, serverflags
from slipcast.cli.flags import FILE
from slipcast.cli.generators import others
from slipcast.cli.selection import resource_of
from slipcast.cli.toolbox import Connection, Toolbox
from slipcast.ports.api import ListOptions, Resource
from slipcast.values.apifaults import ApiFault, NotFound, NotServed
from slipcast.values.faults import Fault, HostFault

ROOT = "/v2/"
"""What every registry answers."""


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
        click.echo(await _address(connection, internal=internal))
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
        address = host or await _address(connection, internal=False)
        if account:
            user, token = account, await _token(connection, account, int(duration))
        else:
            user, token = await _own(connection)
        path = toolbox.directory / file
        document = registryfile.load(path)
        # No name in such a file has a colon in it, which is where the password begins.
        user = user.replace(":", "-")
        registryfile.save(path, registryfile.with_login(document, address, user, token))
        click.echo(f"Saved credentials for {address} into {file}")
        if trust_in is not None:
            authority = toolbox.directory / trust_in / address / "ca.crt"
            registryfile.write(authority, _authority(connection), mode=0o644)
            click.echo(f"Saved what vouches for {address} as {authority}")
        return 0

    serverflags.run(ctx, serverflags.server_flags(given), work)


async def _address(connection: Connection, *, internal: bool) -> str:
    """Where the registry is, as streams have it; else where the server itself is.

    Errors: Fault when there is no registry.
    """
    streams = resource_of(kinds.require(kinds.IMAGE, "ImageStream"), connection.namespace)
    listing = await connection.api.list(streams, ListOptions(limit=1))
    for document in listing.documents:
        status = document.content.get("status") or {}
        inside = str(status.get("dockerImageRepository") or "")
        outside = str(status.get("publicDockerImageRepository") or "")
        if inside:
            return (inside if internal else outside or inside).partition("/")[0]
    try:
        await connection.raw(ROOT)
    except (NotFound, NotServed) as missing:
        raise Fault("the integrated registry has not been configured") from missing
    except ApiFault:
        # It is there, and wants to know who asks.
        return urlsplit(connection.access.server).netloc
    return urlsplit(connection.access.server).netloc


async def _own(connection: Connection) -> tuple[str, str]:
    """Name and token of whoever is logged in.

    Errors: Fault when that is not by a token.
    """
    token = connection.access.token
    if not token:
        raise Fault(
            "no token is currently in use for this session",
            hint="`slipcast login` gets one; `-z builder` logs in as that service account.",
        )
    users = Resource(kinds.require(kinds.USER, "User"), name="~")
    return (await connection.api.get(users)).names.name, token


async def _token(connection: Connection, account: str, seconds: int) -> str:
    accounts = kinds.require(kinds.CORE, "ServiceAccount")
    where = resource_of(accounts, connection.namespace, account)
    asked = others.token_request((), seconds)
    answer = await connection.api.act(replace(where, subresource="token"), asked)
    return str(answer.document.content["status"]["token"])


def _authority(connection: Connection) -> bytes:
    """What vouches for the server, which is the registry as well.

    Errors: Fault when nothing is known to; HostFault.
    """
    way = connection.access
    if way.authority:
        return way.authority
    if not way.authority_file:
        raise Fault("the kubeconfig does not say what vouches for the server")
    try:
        return Path(way.authority_file).read_bytes()
    except OSError as fault:
        raise HostFault(f"{way.authority_file} cannot be read: {fault.strerror}") from fault
