"""`slipcast s2i rebuild`.

Source: s2i command reference (S2I-2, S2I-275 to 282).
"""

from __future__ import annotations

from typing import Any

import click
from msgspec.structs import replace

from slipcast.cli import flags, outputs
from slipcast.cli.building import Building, lines
from slipcast.cli.commands.s2i import request as requests
from slipcast.cli.faults import Manner
from slipcast.cli.goflags import Command
from slipcast.cli.toolbox import Toolbox
from slipcast.values.faults import FieldError, InvalidFault


@click.command(cls=Command)
@click.argument("words", metavar="IMAGE [NEW-TAG]", nargs=-1)
@requests.shared
@click.option("--exact-commit", is_flag=True, help="Build the same commit, not its branch.")
@outputs.options
@click.pass_context
def rebuild(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    """Repeat the build that made IMAGE, from its labels, and call the result NEW-TAG.

    The newest commit of the same branch is built. Variables, injections, volumes and users of the
    first build are not known and must be in the source's .s2i/environment.
    """
    toolbox: Toolbox = ctx.obj
    progress = lines(toolbox, level=given["loglevel"], quiet=given["quiet"])
    if not words:
        raise InvalidFault((FieldError(path="image", what="is missing"),))
    if len(words) > 2:  # noqa: PLR2004 - IMAGE and NEW-TAG
        raise click.UsageError(f"Too many arguments: {' '.join(words[2:])}", ctx=ctx)
    image, tag = (*words, "")[:2]
    request = requests.request(
        toolbox, given, progress.warn, tag=tag, exact_commit=given["exact_commit"]
    )
    tools = toolbox.tools(flags.engine_flags(given))
    building = Building(
        toolbox=toolbox,
        tools=tools,
        progress=progress,
        outputs=outputs.chosen(given),
        manner=Manner.S2I,
    )
    building.carry_out(
        lambda destination: tools.s2i.rebuild(
            replace(request, push_to=destination), image, progress
        )
    )
