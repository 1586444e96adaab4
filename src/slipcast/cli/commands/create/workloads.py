"""`slipcast create deployment`, `job` and `quota`."""

from __future__ import annotations

from typing import Any

import click

from slipcast.cli import serverflags
from slipcast.cli.commands.create import making
from slipcast.cli.generators import workloads
from slipcast.cli.options import split_list

command = click.argument("command", metavar="[-- COMMAND [ARG…]]", nargs=-1)


@click.command(cls=serverflags.Command)
@making.name
@command
@click.option("--image", multiple=True, required=True, help="The image. Repeatable.")
@click.option("-r", "--replicas", type=int, default=1, show_default=True, help="How many pods.")
@click.option("--port", type=click.IntRange(1, 65535), help="The port that the container exposes.")
@making.options
def deployment(ctx: click.Context, /, name: str, command: tuple[str, ...], **given: Any) -> None:
    """Create a deployment."""
    content = workloads.deployment(
        name,
        split_list(given["image"]),
        command,
        replicas=given["replicas"],
        port=given["port"] or 0,
    )
    making.from_flags(ctx, given, content)


@click.command(cls=serverflags.Command)
@making.name
@command
@click.option("--image", required=True, help="The image.")
@making.options
def job(
    ctx: click.Context, /, name: str, command: tuple[str, ...], image: str, **given: Any
) -> None:
    """Create a job."""
    making.from_flags(ctx, given, workloads.job(name, image, command))


@click.command(cls=serverflags.Command)
@making.name
@click.option("--hard", default="", metavar="RESOURCE=AMOUNT,…", help="How much there may be.")
@click.option("--scopes", default="", metavar="SCOPE,…", help="What is counted.")
@making.options
def quota(ctx: click.Context, /, name: str, hard: str, scopes: str, **given: Any) -> None:
    """Create a quota."""
    making.from_flags(ctx, given, workloads.quota(name, hard, scopes))
