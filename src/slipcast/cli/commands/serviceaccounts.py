"""`slipcast serviceaccounts`: the tokens of service accounts."""

from __future__ import annotations

import base64
from typing import Any, Final

import click

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.cli import goflags, serverflags, tokens
from slipcast.cli.selection import resource_of
from slipcast.cli.toolbox import Connection
from slipcast.values.faults import Fault

TOKEN: Final = "kubernetes.io/service-account-token"  # noqa: S105 -- a type of secret
ACCOUNT: Final = "kubernetes.io/service-account.name"


@click.group(cls=goflags.Group)
def serviceaccounts() -> None:
    """Tokens of service accounts."""


@serviceaccounts.command("create-token", cls=serverflags.Command)
@click.argument("name", metavar="NAME")
@tokens.options
def create_token(ctx: click.Context, /, name: str, **given: Any) -> None:
    """Ask for a new token, and print it."""
    tokens.ask(ctx, name, given)


@serviceaccounts.command("get-token", cls=serverflags.Command)
@click.argument("name", metavar="NAME")
@serverflags.options
@click.pass_context
def get_token(ctx: click.Context, /, name: str, **given: Any) -> None:
    """Print the token that is kept for a service account."""
    secrets = kinds.require(kinds.CORE, "Secret")

    async def work(connection: Connection) -> int:
        listing = await connection.api.list(resource_of(secrets, connection.namespace))
        kept = (token_in(document.content, name) for document in listing.documents)
        token = next(filter(None, kept), "")
        if not token:
            raise Fault(
                f'could not find a service account token for service account "{name}"',
                hint=f"`slipcast create token {name}` asks for one.",
            )
        click.echo(token, nl=False)
        return 0

    serverflags.run(ctx, serverflags.server_flags(given), work)


def token_in(secret: JSON, account: str) -> str:
    """The token that a secret holds for a service account, empty when it holds none."""
    annotations = secret["metadata"].get("annotations") or {}
    if secret.get("type") != TOKEN or annotations.get(ACCOUNT) != account:
        return ""
    return base64.b64decode((secret.get("data") or {}).get("token") or "").decode()
