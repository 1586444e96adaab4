"""`slipcast s2i generate`.

Source: s2i command reference (S2I-5, S2I-273).
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
@click.argument("words", metavar="BUILDER-IMAGE OUTPUT-FILE", nargs=-1)
@requests.quiet
@requests.environment
@requests.assemble_user
@requests.assemble_runtime_user
@flags.engine
@flags.loglevel
@click.pass_context
def generate(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    """Write OUTPUT-FILE, a Dockerfile that builds what lies in upload/src with BUILDER-IMAGE."""
    toolbox: Toolbox = ctx.obj
    progress = lines(toolbox, level=given["loglevel"], quiet=given["quiet"])
    if len(words) < 2:  # noqa: PLR2004 - BUILDER-IMAGE and OUTPUT-FILE
        missing = ("builder image", "output file")[len(words) :]
        raise InvalidFault(tuple(FieldError(path=path, what="is missing") for path in missing))
    if len(words) > 2:  # noqa: PLR2004 - likewise
        raise click.UsageError(f"Too many arguments: {' '.join(words[2:])}", ctx=ctx)
    image, target = words
    request = requests.request(toolbox, given, progress.warn, builder_image=image)
    tools = toolbox.tools(flags.engine_flags(given))
    written = tools.s2i.generate(request, toolbox.directory / target, progress)
    progress.note(f"Application dockerfile generated in {written}", level=0)
