"""`slipcast detect`: what a source is, which builder image suits it, and why."""

from __future__ import annotations

from typing import Any

import click

from slipcast.builds.s2i.request import S2IRequest
from slipcast.cli import choosing, flags, local, outputs
from slipcast.cli.building import lines
from slipcast.cli.goflags import Command
from slipcast.cli.toolbox import Toolbox
from slipcast.values.faults import Fault


@click.command(cls=Command)
@click.argument("source")
@click.option("-r", "--ref", default="", help="Branch, tag or commit to look at.")
@click.option("--context-dir", default="", help="Sub-directory to look at.")
@outputs.form
@flags.engine
@flags.loglevel
@click.pass_context
def detect(ctx: click.Context, /, source: str, output: str, **given: Any) -> None:
    """Say what SOURCE, a directory or Git URL, is, and which builder image suits it."""
    toolbox: Toolbox = ctx.obj
    progress = lines(toolbox, level=given["loglevel"])
    tools = toolbox.tools(flags.engine_flags(given))
    here = local.directory_of(source, toolbox.directory) is not None
    request = S2IRequest(
        source=source,
        directory=toolbox.directory,
        ref=given["ref"],
        context_dir=given["context_dir"],
        copy=here and not given["ref"] and not local.has_fragment(source),
        platform=toolbox.platform,
    )
    with tools.s2i.survey(request, progress) as surveyed:
        found = choosing.look(surveyed, tools.catalogue)
    if output == "json":
        outputs.emit(choosing.document(found, surveyed.revision))
    else:
        for line in choosing.words(found):
            click.echo(line)
    if found.choice is None and found.facts.strategy in {"Source", ""}:
        assert isinstance(found.why_not, Fault)  # noqa: S101 -- no choice has a reason
        raise found.why_not
