"""`slipcast version`: which version the client is of, and which the server."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from slipcast import __version__
from slipcast.api import codec
from slipcast.api.document import JSON
from slipcast.cli import serverflags
from slipcast.cli.toolbox import Connection
from slipcast.values.faults import UsageFault


@click.command(cls=serverflags.Command)
@click.option("--client", is_flag=True, help="The client alone.")
@click.option("-o", "--output", default="", metavar="json|yaml", help="Everything that is known.")
@serverflags.options
@click.pass_context
def version(ctx: click.Context, /, output: str, *, client: bool, **given: Any) -> None:
    """Show the versions of client and server."""
    if output not in {"", "json", "yaml"}:
        raise UsageFault("--output must be 'yaml' or 'json'")
    own: JSON = {"clientVersion": {"gitVersion": f"v{__version__}"}}
    if client:
        _tell(own, output)
        return

    async def work(connection: Connection) -> int:
        answer = await connection.raw("/version")
        _tell({**own, "serverVersion": msgspec.json.decode(answer, type=JSON)}, output)
        return 0

    serverflags.run(ctx, serverflags.server_flags(given), work)


def _tell(known: JSON, output: str) -> None:
    if output == "json":
        click.echo(codec.to_json(known), nl=False)
    elif output == "yaml":
        click.echo(codec.to_yaml(known), nl=False)
    else:
        click.echo(f"Client Version: {known['clientVersion']['gitVersion']}")
        if "serverVersion" in known:
            click.echo(f"Server Version: {known['serverVersion'].get('gitVersion', '')}")
