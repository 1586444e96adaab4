"""`slipcast new-build`: what builds an image of source."""

from __future__ import annotations

from typing import Any

import click

from slipcast.cli import serverflags
from slipcast.cli.newapp import flags, running


@click.command("new-build", cls=serverflags.Command)
@click.argument("words", metavar="[URL|DIR|IMAGE]…", nargs=-1)
@flags.common
@flags.build_only
@serverflags.options
@click.pass_context
def newbuild(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    """Make what builds an image: `new-build URL`, `new-build IMAGE~URL`, `new-build -D TEXT`."""
    running.run(ctx, words, given, builds=True)
