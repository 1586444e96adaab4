"""`slipcast create namespace`, `serviceaccount` and `token`."""

from __future__ import annotations

from typing import Any

import click

from slipcast.cli import serverflags, tokens
from slipcast.cli.commands.create import making
from slipcast.cli.generators import others


@click.command(cls=serverflags.Command)
@making.name
@making.options
def namespace(ctx: click.Context, /, name: str, **given: Any) -> None:
    """Create a namespace."""
    making.from_flags(ctx, given, others.plain("Namespace", name))


@click.command(cls=serverflags.Command)
@making.name
@making.options
def serviceaccount(ctx: click.Context, /, name: str, **given: Any) -> None:
    """Create a service account."""
    making.from_flags(ctx, given, others.plain("ServiceAccount", name))


@click.command(cls=serverflags.Command)
@making.name
@tokens.options
def token(ctx: click.Context, /, name: str, **given: Any) -> None:
    """Ask for a token of a service account, and print it."""
    tokens.ask(ctx, name, making.inherited(ctx, given))
