"""`slipcast set image-lookup`: whether names of images mean tags of streams."""

from __future__ import annotations

from typing import Any

import click

from slipcast.api.document import JSON
from slipcast.api.kinds import Kind
from slipcast.cli import changing, serverflags
from slipcast.cli.output import form as forms
from slipcast.cli.setting import lookups
from slipcast.cli.targets import Targets
from slipcast.cli.telling import Telling
from slipcast.cli.toolbox import Connection, Toolbox
from slipcast.values.faults import UsageFault
from slipcast.views import table


@click.command("image-lookup", cls=serverflags.Command)
@click.argument("words", metavar="[STREAM | TYPE/NAME]…", nargs=-1)
@click.option(
    "--enabled/--no-enabled", default=True, help="Whether names mean tags. Default: they do."
)
@click.option("--list", "listed", is_flag=True, help="Show how it is.")
@changing.options("slipcast-set")
@click.pass_context
def imagelookup(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    """Let pods name tags of a stream as their images: `set image-lookup ruby`."""
    if given["local"] and not given["filenames"]:
        raise UsageFault("--local needs files: -f says which")
    selects = given["everything"] or given["selector"]
    shows = given["listed"] or not (words or given["filenames"] or selects)
    which = _targets(words, given, ctx.obj)
    if shows:
        _show(ctx, which, given)
        return

    def change(kind: Kind, content: JSON) -> JSON:
        return lookups.changed(kind, content, local=given["enabled"])

    changing.run(ctx, which, change, given)


def _targets(words: tuple[str, ...], given: dict[str, Any], toolbox: Toolbox) -> Targets:
    """What is changed or shown; all streams where nothing is named (IL-1).

    Errors: UsageFault.
    """
    if words or given["filenames"]:
        return Targets.of(lookups.words_of(words), given, toolbox)
    everything = given["everything"] or not given["selector"]
    return Targets.of([lookups.STREAM.plural], {**given, "everything": everything}, toolbox)


def _show(ctx: click.Context, which: Targets, given: dict[str, Any]) -> None:
    toolbox: Toolbox = ctx.obj
    form = forms.form_of(given, toolbox.directory)

    async def work(connection: Connection) -> int:
        telling = Telling(form, connection.clock, colour=toolbox.colour)
        rows = [("NAME", "LOCAL")]
        async for target in changing.objects(connection, which, telling, local=given["local"]):
            content = target.document.content
            if form.name:
                telling.became(target.kind, content, "")
            else:
                rows.append(lookups.row(target.kind, content))
        if not form.name:
            for line in table.lines(rows):
                telling.line(line)
        return telling.code

    serverflags.run(ctx, serverflags.server_flags(given), work)
