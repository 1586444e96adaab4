"""`slipcast s2i usage`.

Source: s2i command reference (S2I-3).
"""

from __future__ import annotations

from typing import Any

import click

from slipcast.cli import flags
from slipcast.cli.building import lines
from slipcast.cli.commands.s2i import request as requests
from slipcast.cli.goflags import Command
from slipcast.cli.toolbox import Toolbox
from slipcast.values.faults import FieldError, InvalidFault


@click.command(cls=Command)
@click.argument("words", metavar="IMAGE", nargs=-1)
@requests.shared
@requests.location
@requests.environment
@requests.scripts_url
@click.pass_context
def usage(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    """Run the usage script of the builder image IMAGE; what it prints goes to standard error."""
    toolbox: Toolbox = ctx.obj
    progress = lines(toolbox, level=given["loglevel"], quiet=given["quiet"])
    if not words:
        raise InvalidFault((FieldError(path="builder image", what="is missing"),))
    if len(words) > 1:
        raise click.UsageError(f"Too many arguments: {' '.join(words[1:])}", ctx=ctx)
    request = requests.request(toolbox, given, progress.warn, builder_image=words[0])
    tools = toolbox.tools(flags.engine_flags(given))
    tools.s2i.usage(request, progress)
    progress.flush()
