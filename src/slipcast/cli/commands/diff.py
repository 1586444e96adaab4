"""`slipcast diff`: what apply would change."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import click
import msgspec
from typing_extensions import override

from slipcast.cli import applying, differing, faults, manifests, selection, serverflags, writing
from slipcast.cli.faults import Manner as Words
from slipcast.cli.reaching import Reaching
from slipcast.cli.toolbox import Connection, Toolbox
from slipcast.cli.writing import Manner
from slipcast.values.faults import Fault, UsageFault
from slipcast.values.selector import LabelSelector

TROUBLE: Final = 2
"""The exit code when there is no telling whether something differs."""


class _Command(serverflags.Command):
    """Ends with 2 when something is wrong, as 1 means that something differs."""

    @override
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as wrong:
            faults.report_click(wrong, Words.API)
            raise click.exceptions.Exit(TROUBLE) from wrong

    @override
    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except faults.Ended as ended:
            faults.report(ended.fault, Words.API)
            raise click.exceptions.Exit(TROUBLE) from ended


class _Directories(msgspec.Struct, frozen=True):
    live: Path
    merged: Path

    def add(self, name: str, before: str, after: str) -> None:
        """Put both states of an object down."""
        (self.live / name).write_text(before, "utf-8")
        (self.merged / name).write_text(after, "utf-8")


@click.command(cls=_Command)
@manifests.options
@click.option("-l", "--selector", default="", metavar="LABELS", help="Only objects so labelled.")
@click.option("--server-side", is_flag=True, help="Let the server merge.")
@click.option(
    "--force-conflicts", is_flag=True, help="With --server-side: take fields from other managers."
)
@writing.managed("")
@click.option("--show-managed-fields", is_flag=True, help="Compare metadata.managedFields as well.")
@serverflags.options
@click.pass_context
def diff(ctx: click.Context, /, **given: Any) -> None:
    """Show what `apply -f FILE` would change; 0: nothing, 1: something, 2: it went wrong."""
    toolbox: Toolbox = ctx.obj
    if not given["filenames"]:
        raise UsageFault("must specify one of -f")
    if given["force_conflicts"] and not given["server_side"]:
        raise UsageFault("--force-conflicts only works with --server-side")
    usual = applying.SERVER_SIDE if given["server_side"] else applying.CLIENT_SIDE
    manner = Manner(dry="server", manager=given["field_manager"] or usual)
    labels = LabelSelector.parse(given["selector"])
    files = [
        each
        for each in manifests.read(given["filenames"], toolbox, recursive=given["recursive"])
        if labels.matches((each.content.get("metadata") or {}).get("labels") or {})
    ]

    async def work(connection: Connection) -> int:
        reaching = Reaching(
            connection=connection,
            manner=manner,
            server_side=given["server_side"],
            force_conflicts=given["force_conflicts"],
            remembers=False,
        )
        with ExitStack() as stack:
            live = stack.enter_context(tempfile.TemporaryDirectory(prefix="LIVE-"))
            merged = stack.enter_context(tempfile.TemporaryDirectory(prefix="MERGED-"))
            directories = _Directories(Path(live), Path(merged))
            for manifest in files:
                await _compare(reaching, manifest, directories, given)
            words = differing.program(toolbox.environment)
            code = toolbox.programs.run([*words, live, merged])
        if code > 1:
            raise Fault(f"{words[0]} ended with {code}")
        return code

    serverflags.run(ctx, serverflags.server_flags(given), work)


async def _compare(
    reaching: Reaching,
    manifest: manifests.Manifest,
    directories: _Directories,
    given: dict[str, Any],
) -> None:
    where = selection.of_manifest(manifest, reaching.connection)
    live = await reaching.live(where)
    reached = await reaching.reach(manifest)
    before, after = differing.texts(
        manifest.kind,
        live.content if live else None,
        reached.document.content,
        managed=given["show_managed_fields"],
    )
    directories.add(differing.file_name(manifest.kind, where.namespace, where.name), before, after)
