"""`slipcast status`: a project as a whole.

Source: cli.md section 11, ST-1 to ST-6.
"""

from __future__ import annotations

from typing import Any, Final

import click

from slipcast.api import kinds
from slipcast.cli import overview, serverflags
from slipcast.cli.toolbox import Connection
from slipcast.ports.api import Resource
from slipcast.values.apifaults import Forbidden
from slipcast.values.faults import UsageFault
from slipcast.views.status import dot
from slipcast.views.status.graph import graph
from slipcast.views.status.page import Asked, page

PROJECT: Final = kinds.require(kinds.PROJECT, "Project")
TITLE: Final = "openshift.io/display-name"


@click.command(cls=serverflags.Command)
@click.option(
    "-v", "--suggest", is_flag=True, help="Tell warnings too, and what to do about each problem."
)
@click.option(
    "-o", "--output", default="", metavar="dot", help="dot: print the graph for Graphviz."
)
@serverflags.everywhere
@serverflags.options
@click.pass_context
def status(ctx: click.Context, /, *, suggest: bool, output: str, **given: Any) -> None:
    """Show what a project deploys and builds, and what is wrong in it."""
    if output not in {"", "dot"}:
        raise UsageFault(f"unknown output {output!r}: only dot is there")

    async def work(connection: Connection) -> int:
        namespace = "" if given["all_namespaces"] else connection.namespace
        title = await _title(connection, namespace)
        seen = await overview.read(connection, namespace)
        known = graph(seen.objects)
        if output:
            click.echo(dot.text(known), nl=False)
            return 0
        asked = Asked(
            now=connection.clock.now(),
            server=connection.access.server,
            namespace=namespace,
            title=title,
            suggests=suggest,
            unread=seen.unread,
        )
        click.echo(page(known, asked), nl=False)
        return 0

    serverflags.run(ctx, serverflags.server_flags(given), work)


async def _title(connection: Connection, namespace: str) -> str:
    """What people call a project; empty for those who may not know.

    Errors: ApiFault when there is no such project.
    """
    if not namespace:
        return ""
    try:
        found = await connection.api.get(Resource(PROJECT, "", namespace))
    except Forbidden:
        return ""
    annotations: dict[str, str] = found.content["metadata"].get("annotations") or {}
    return annotations.get(TITLE, "")
