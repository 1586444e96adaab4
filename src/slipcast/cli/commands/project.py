"""`slipcast project`, `projects` and `new-project`."""

from __future__ import annotations

from typing import Any

import click

from slipcast.api import kinds
from slipcast.cli import contextnames, projects, serverflags
from slipcast.cli.generators import others
from slipcast.cli.toolbox import Connection, ServerFlags, Toolbox
from slipcast.ports.api import Resource
from slipcast.values.faults import Fault

quiet = click.option("-q", "--short", is_flag=True, help="Print names, and nothing else.")


@click.command(cls=serverflags.Command)
@click.argument("name", metavar="[NAME]", default="")
@quiet
@serverflags.options
@click.pass_context
def project(ctx: click.Context, /, name: str, *, short: bool, **given: Any) -> None:
    """Show the project in use, or use another."""
    toolbox: Toolbox = ctx.obj
    flags = serverflags.server_flags(given)

    async def work(connection: Connection) -> int:
        server = connection.access.server
        current = connection.namespace
        if not name:
            click.echo(current if short else f'Using project "{current}" on server "{server}".')
            return 0
        if not await projects.is_seen(connection, name):
            lines = projects.told(await projects.seen(connection), current)
            hint = "\n".join(lines)
            raise Fault(f'You are not a member of project "{name}".', hint=hint)
        said = "Already on" if name == current else "Now using"
        use(toolbox, flags, connection, name)
        click.echo(name if short else f'{said} project "{name}" on server "{server}".')
        return 0

    serverflags.run(ctx, flags, work)


@click.command("projects", cls=serverflags.Command)
@quiet
@serverflags.options
@click.pass_context
def every(ctx: click.Context, /, *, short: bool, **given: Any) -> None:
    """Show the projects that you see."""

    async def work(connection: Connection) -> int:
        names = await projects.seen(connection)
        if short:
            click.echo("".join(f"{name}\n" for name in names), nl=False)
            return 0
        current = connection.namespace
        click.echo("\n".join(projects.told(names, current)))
        if current in names:
            click.echo(f'\nUsing project "{current}" on server "{connection.access.server}".')
        return 0

    serverflags.run(ctx, serverflags.server_flags(given), work)


@click.command("new-project", cls=serverflags.Command)
@click.argument("name", metavar="NAME")
@click.option("--display-name", default="", metavar="TEXT", help="What people see.")
@click.option("--description", default="", metavar="TEXT", help="What it is for.")
@click.option("--skip-config-write", is_flag=True, help="Stay in the project that is in use.")
@serverflags.options
@click.pass_context
def new(
    ctx: click.Context,
    /,
    name: str,
    display_name: str,
    description: str,
    *,
    skip_config_write: bool,
    **given: Any,
) -> None:
    """Ask for a project, and use it."""
    toolbox: Toolbox = ctx.obj
    flags = serverflags.server_flags(given)
    kind = kinds.require(kinds.PROJECT, "ProjectRequest")

    async def work(connection: Connection) -> int:
        asked = others.project_request(name, display_name, description)
        await connection.api.create(Resource(kind), asked)
        server = connection.access.server
        if skip_config_write:
            click.echo(f'Project "{name}" created on server "{server}".')
            click.echo(f"\n    slipcast project {name}\n\nuses it.")
            return 0
        use(toolbox, flags, connection, name)
        click.echo(f'Now using project "{name}" on server "{server}".')
        return 0

    serverflags.run(ctx, flags, work)


def use(toolbox: Toolbox, flags: ServerFlags, connection: Connection, name: str) -> None:
    """Keep a project as the one in use."""
    context = connection.access.context
    if not context:
        return
    contexts = toolbox.contexts(flags)
    contexts.save(contextnames.in_project(contexts.load(), context, name))
