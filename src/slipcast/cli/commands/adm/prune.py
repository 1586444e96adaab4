"""`slipcast adm prune`: what is over and more than is kept is taken away."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any, Final

import click

from slipcast.api import kinds
from slipcast.api.build import Build, BuildConfig
from slipcast.api.document import Document
from slipcast.api.kinds import Kind
from slipcast.api.lens import read
from slipcast.builds.pruning import Keeping, prunable
from slipcast.cli import goflags, serverflags
from slipcast.cli.output.form import Form
from slipcast.cli.printable import printable
from slipcast.cli.resources import Wanted
from slipcast.cli.selection import Selection, fetch, resource_of
from slipcast.cli.telling import Telling
from slipcast.cli.toolbox import Connection, Toolbox
from slipcast.ports.api import DeleteOptions
from slipcast.values.apifaults import Conflict, NotFound
from slipcast.values.faults import UsageFault
from slipcast.views import table

BUILD: Final = kinds.require(kinds.BUILD, "Build")
CONFIG: Final = kinds.require(kinds.BUILD, "BuildConfig")
TRIAL: Final = "Dry run enabled - no modifications will be made. Add --confirm to remove builds"


@click.group(cls=goflags.Group)
def prune() -> None:
    """Take away what is over and more than is kept."""


@prune.command("builds", cls=serverflags.Command)
@click.option(
    "--keep-complete",
    type=int,
    default=5,
    show_default=True,
    metavar="N",
    help="How many complete builds of each configuration stay.",
)
@click.option(
    "--keep-failed",
    type=int,
    default=1,
    show_default=True,
    metavar="N",
    help="How many failed, broken or cancelled builds of each configuration stay.",
)
@click.option(
    "--keep-younger-than",
    type=serverflags.DURATION,
    default="60m",
    show_default=True,
    help="Younger builds stay, and do not count.",
)
@click.option("--orphans", is_flag=True, help="Also builds whose configuration does not exist.")
@click.option("--confirm", is_flag=True, help="Do it. Without, show what would go.")
@serverflags.everywhere
@serverflags.options
@click.pass_context
def builds(ctx: click.Context, /, **given: Any) -> None:
    """Remove builds that are over, in all namespaces unless -n names one."""
    toolbox: Toolbox = ctx.obj
    keeping = _keeping(given)
    flags = serverflags.server_flags(given)

    async def work(connection: Connection) -> int:
        one = flags.namespace and not given["all_namespaces"]
        namespace = connection.namespace if one else ""
        # The builds first: a configuration that is made meanwhile is then found for its builds.
        all_builds = [read(each, Build) async for each in _all(connection, BUILD, namespace)]
        configs = [read(each, BuildConfig) async for each in _all(connection, CONFIG, namespace)]
        gone = prunable(all_builds, configs, keeping, connection.clock.now())
        _show(gone)
        telling = Telling(Form(), connection.clock, colour=toolbox.colour)
        if not given["confirm"]:
            click.echo(TRIAL, err=True)
            return 0
        for build in gone:
            with telling.trying():
                await _remove(connection, build)
        return telling.code

    serverflags.run(ctx, flags, work)


def _keeping(given: dict[str, Any]) -> Keeping:
    """What the flags say.

    Errors: UsageFault.
    """
    for flag in ("keep_complete", "keep_failed"):
        if given[flag] < 0:
            raise UsageFault(f"--{flag.replace('_', '-')} must be greater than or equal to 0")
    return Keeping(
        complete=given["keep_complete"],
        failed=given["keep_failed"],
        younger=timedelta(seconds=given["keep_younger_than"]),
        orphans=given["orphans"],
    )


async def _all(connection: Connection, kind: Kind, namespace: str) -> AsyncIterator[Document]:
    """Everything there is of a kind.

    Errors: ApiFault.
    """
    async for got in fetch(connection, Selection(wanted=(Wanted(kind),), namespace=namespace)):
        if got.fault is not None:
            raise got.fault
        for document in got.documents:
            yield document


def _show(gone: Sequence[Build]) -> None:
    rows = [(each.metadata.namespace, each.metadata.name) for each in gone]
    for line in table.lines([("NAMESPACE", "NAME"), *rows]):
        click.echo(printable(line))


async def _remove(connection: Connection, build: Build) -> None:
    """Delete a build; one that is gone, or another by now, is left alone.

    Errors: ApiFault.
    """
    where = resource_of(BUILD, build.metadata.namespace, build.metadata.name)
    try:
        await connection.api.delete(where, DeleteOptions(uid=build.metadata.uid))
    except (NotFound, Conflict):
        return
