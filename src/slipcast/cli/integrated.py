"""The integrated registry of the server at hand: its address, who we are there, what to trust."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from msgspec.structs import replace

from slipcast.api import kinds
from slipcast.cli.generators import others
from slipcast.cli.selection import resource_of
from slipcast.cli.toolbox import Connection
from slipcast.ports.api import ListOptions, Resource
from slipcast.values.apifaults import ApiFault, NotFound, NotServed
from slipcast.values.faults import Fault, HostFault

ROOT: Final = "/v2/"
"""What every registry answers."""


async def address(connection: Connection, *, internal: bool) -> str:
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


async def own(connection: Connection) -> tuple[str, str]:
    """Name and token of whoever is logged in.

    Errors: Fault when that is not by a token.
    """
    given = connection.access.token
    if not given:
        raise Fault(
            "no token is currently in use for this session",
            hint="`slipcast login` gets one; `-z builder` logs in as that service account.",
        )
    users = Resource(kinds.require(kinds.USER, "User"), name="~")
    return (await connection.api.get(users)).names.name, given


async def token(connection: Connection, account: str, seconds: int) -> str:
    """A new token of a service account of the namespace; 0 is as long as the server likes.

    Units:  seconds.
    """
    accounts = kinds.require(kinds.CORE, "ServiceAccount")
    where = resource_of(accounts, connection.namespace, account)
    asked = others.token_request((), seconds)
    answer = await connection.api.act(replace(where, subresource="token"), asked)
    return str(answer.document.content["status"]["token"])


def authority(connection: Connection) -> bytes:
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
