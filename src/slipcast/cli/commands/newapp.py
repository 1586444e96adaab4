"""`slipcast new-app`: an application of source, images and templates."""

from __future__ import annotations

from typing import Any

import click

from slipcast.cli import serverflags
from slipcast.cli.newapp import flags, running


@click.command("new-app", cls=serverflags.Command)
@click.argument("words", metavar="[URL|DIR|IMAGE|TEMPLATE|KEY=VALUE]…", nargs=-1)
@flags.common
@flags.app_only
@serverflags.options
@click.pass_context
def newapp(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    """Make an application: `new-app URL`, `new-app IMAGE~URL`, `new-app TEMPLATE -p KEY=VALUE`."""
    running.run(ctx, words, given, builds=False)
