"""`slipcast apply view-last-applied` and `set-last-applied`."""

from __future__ import annotations

import json
from typing import Any

import click

from slipcast.api import codec
from slipcast.cli import applying, manifests, selection, serverflags, targets, writing
from slipcast.cli.manifests import Manifest
from slipcast.cli.output.form import Form
from slipcast.cli.targets import Targets
from slipcast.cli.telling import Telling
from slipcast.cli.toolbox import Connection, Toolbox
from slipcast.cli.writing import Manner
from slipcast.ports.api import Patch
from slipcast.values.faults import Fault, UsageFault


@click.command("view-last-applied", cls=serverflags.Command)
@click.argument("words", metavar="TYPE NAME… | TYPE/NAME…", nargs=-1)
@targets.many
@click.option(
    "-o",
    "--output",
    type=click.Choice(["yaml", "json"]),
    default="yaml",
    show_default=True,
    help="In which form.",
)
@serverflags.options
@click.pass_context
def view(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    """Show what was applied last."""
    toolbox: Toolbox = ctx.obj
    which = Targets.of(words, given, toolbox)

    async def work(connection: Connection) -> int:
        telling = Telling(Form(), connection.clock, colour=toolbox.colour)
        async for target in targets.found(connection, which, telling):
            with telling.trying():
                last = applying.last_applied(target.document.content)
                if not last:
                    telling.warn(f"nothing was applied to {target.document.names.name}")
                    continue
                if given["output"] == "json":
                    click.echo(json.dumps(last, indent=2, sort_keys=True, ensure_ascii=False))
                else:
                    click.echo(codec.to_yaml(last), nl=False)
        return telling.code

    serverflags.run(ctx, serverflags.server_flags(given), work)


@click.command("set-last-applied", cls=serverflags.Command)
@manifests.options
@click.option("--create-annotation", is_flag=True, help="Also where nothing was applied yet.")
@writing.trial
@serverflags.options
@click.pass_context
def keep(ctx: click.Context, /, **given: Any) -> None:
    """Take files for what was applied last, and change nothing else."""
    toolbox: Toolbox = ctx.obj
    if not given["filenames"]:
        raise UsageFault("must specify one of -f")
    manner = Manner.of(given)
    files = manifests.read(given["filenames"], toolbox, recursive=given["recursive"])

    async def work(connection: Connection) -> int:
        telling = Telling(Form(), connection.clock, dry=manner.dry, colour=toolbox.colour)
        for manifest in files:
            with telling.trying("applying", manifest.source):
                await _keep(connection, manifest, given, telling)
        return telling.code

    serverflags.run(ctx, serverflags.server_flags(given), work)


async def _keep(
    connection: Connection, manifest: Manifest, given: dict[str, Any], telling: Telling
) -> None:
    manner = Manner.of(given)
    where = selection.of_manifest(manifest, connection)
    live = await connection.api.get(where)
    kept = applying.kept_in(live.content)
    if not kept and not given["create_annotation"]:
        raise Fault(
            f"no last-applied-configuration annotation found on resource: {where.name}, to create "
            "the annotation, run the command with --create-annotation"
        )
    change = applying.memory_patch(applying.placed(manifest.content, where.namespace))
    if change["metadata"]["annotations"][applying.LAST_APPLIED] == kept:
        telling.did(live, "unchanged")
        return
    if not manner.is_local:
        live = (
            await connection.api.patch(where, Patch(type="merge", body=change), manner.write)
        ).document
    telling.did(live, "configured")
