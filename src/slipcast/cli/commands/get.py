"""`slipcast get`: objects as a table, whole, or in a form of the user's own; and as they change."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, Final

import click
import msgspec

from slipcast.api.kinds import Kind
from slipcast.cli import faults, manifests, resources, selection, serverflags
from slipcast.cli.faults import Manner
from slipcast.cli.manifests import Manifest
from slipcast.cli.output import form as forms
from slipcast.cli.output import printing
from slipcast.cli.output.form import Form
from slipcast.cli.output.printing import Item, Printer
from slipcast.cli.resources import Wanted
from slipcast.cli.selection import Got, Selection
from slipcast.cli.toolbox import Connection, ServerFlags, Toolbox
from slipcast.cli.watching import Watch
from slipcast.values.apifaults import NotFound
from slipcast.values.faults import UsageFault

NOTHING_ASKED = (
    "You must specify the type of resource to get. "
    "Use `slipcast api-resources` for a complete list of supported resources."
)
IN_TURN: Final = frozenset({"Build", "WebhookDelivery"})
"""Kinds that are told in the order in which they came."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line says."""

    words: tuple[str, ...]
    flags: ServerFlags
    form: Form
    given: dict[str, Any]

    @property
    def everywhere(self) -> bool:
        """Whether all namespaces are meant."""
        return bool(self.given["all_namespaces"])

    @property
    def watches(self) -> bool:
        """Whether changes are wanted."""
        return bool(self.given["watch"] or self.given["watch_only"])


@click.command(cls=serverflags.Command)
@click.argument("words", metavar="[TYPE [NAME…] | TYPE/NAME…]", nargs=-1)
@forms.tabular
@selection.selectors
@serverflags.everywhere
@manifests.options
@click.option("-w", "--watch", is_flag=True, help="Go on, and show what changes.")
@click.option("--watch-only", is_flag=True, help="Show what changes, not what there is.")
@click.option("--output-watch-events", is_flag=True, help="Show what each change was.")
@click.option("--ignore-not-found", is_flag=True, help="What is not there is no error.")
@click.option(
    "--chunk-size",
    type=click.IntRange(0),
    default=selection.CHUNK,
    show_default=True,
    help="How many objects are asked for at once; 0 for all.",
)
@click.option("--raw", default="", metavar="PATH", help="Print what the server answers to a path.")
@serverflags.options
@click.pass_context
def get(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    """Show objects: `get builds`, `get bc/app -o yaml`, `get pods -w`."""
    toolbox: Toolbox = ctx.obj
    asked = Asked(
        words=words,
        flags=serverflags.server_flags(given),
        form=forms.form_of(given, toolbox.directory),
        given=given,
    )
    if given["raw"]:
        if words:
            raise UsageFault("arguments may not be passed when --raw is specified")
        serverflags.run(ctx, asked.flags, lambda connection: _raw(connection, given["raw"]))
        return
    if not words and not given["filenames"]:
        click.echo(f"{NOTHING_ASKED}\n", err=True)
        raise click.UsageError("Required resource not specified.", ctx)
    if words and given["filenames"]:
        raise UsageFault(
            "when paths, URLs, or stdin is provided as resource input, you may not "
            "specify resource arguments as well"
        )
    files = manifests.read(given["filenames"], toolbox, recursive=given["recursive"])
    wanted = resources.parse(words) or tuple(Wanted(each.kind, each.name) for each in files)

    async def work(connection: Connection) -> int:
        which = Selection(
            wanted=wanted,
            namespace="" if asked.everywhere else _namespace(connection, files),
            labels=given["selector"],
            fields=given["field_selector"],
            chunk=given["chunk_size"],
        )
        which.check()
        if asked.watches:
            await _watch(connection, asked, which)
            return 0
        if files:
            found = [got async for got in selection.of_manifests(connection, files)]
        else:
            found = [got async for got in selection.fetch(connection, which)]
        return show(connection, asked, found, single=which.is_single or len(files) == 1)

    serverflags.run(ctx, asked.flags, work)


def _namespace(connection: Connection, files: Sequence[Manifest]) -> str:
    """Where to look: the namespace in force, or the one that a single file names."""
    named = files[0].namespace if len(files) == 1 else ""
    return named or connection.namespace


async def _raw(connection: Connection, path: str) -> int:
    sys.stdout.buffer.write(await connection.raw(path))
    return 0


async def _watch(connection: Connection, asked: Asked, which: Selection) -> None:
    watch = Watch(connection=connection, selection=which, timeout=asked.flags.timeout)
    start = await watch.start()
    printer = _printer(connection, asked, [start])
    items = _items(asked.form, [start])
    if asked.given["watch_only"]:
        items = []
    if asked.form.is_table and items:
        printer.items(items, single=which.is_single)
    else:
        for item in items:
            printer.event("ADDED", item)
    await watch.follow(start, lambda event, document: printer.event(event, Item.of(document)))


def show(connection: Connection, asked: Asked, found: Sequence[Got], *, single: bool) -> int:
    """Print what was found, then what was refused; the exit code."""
    refused = [got.fault for got in found if got.fault is not None]
    if asked.given["ignore_not_found"]:
        refused = [fault for fault in refused if not isinstance(fault, NotFound)]
    items = _items(asked.form, found)
    if not (single and not items):
        _printer(connection, asked, found).items(items, single=single)
    if asked.form.is_table and not items and not refused:
        _say_nothing(connection, asked, [got.wanted.kind for got in found])
    for fault in refused:
        faults.report(fault, Manner.API)
    return 1 if refused else 0


def _items(form: Form, found: Sequence[Got]) -> list[Item]:
    items: list[Item] = []
    for got in found:
        own = [Item.of(document) for document in got.documents]
        if form.is_table and form.sort_by:
            own = printing.ordered(form, own)
        elif form.is_table and got.wanted.kind.name in IN_TURN:
            own.sort(key=_creation)
        items += own
    return items if form.is_table else printing.ordered(form, items)


def _creation(item: Item) -> str:
    return str(item.content["metadata"].get("creationTimestamp") or "")


def _printer(connection: Connection, asked: Asked, found: Sequence[Got]) -> Printer:
    kinds = {got.wanted.kind for got in found if got.fault is None}
    form = msgspec.structs.replace(asked.form, kinds=asked.form.kinds or len(kinds) > 1)
    events = bool(asked.given["output_watch_events"]) and asked.watches
    return printing.printer_of(form, connection.clock, namespaces=asked.everywhere, events=events)


def _say_nothing(connection: Connection, asked: Asked, kinds: Sequence[Kind]) -> None:
    if asked.given["ignore_not_found"]:
        return
    if not asked.everywhere and all(kind.namespaced for kind in kinds):
        click.echo(f"No resources found in {connection.namespace} namespace.", err=True)
    else:
        click.echo("No resources found", err=True)
