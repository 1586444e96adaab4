"""`slipcast export`: objects as they can be made again elsewhere.

Source: cli.md EX-1, EX-2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import click

from slipcast.api import codec
from slipcast.api.document import JSON, Document
from slipcast.cli import faults, resources, selection, serverflags
from slipcast.cli.faults import Manner
from slipcast.cli.output import generated
from slipcast.cli.output.form import Form
from slipcast.cli.selection import Got, Selection
from slipcast.cli.toolbox import Connection
from slipcast.values.faults import Fault, UsageFault
from slipcast.views import exported

FORMS: Final = frozenset({"json", "yaml"})
NOTHING: Final = "no resources found - nothing to export"


@click.command(cls=serverflags.Command)
@click.argument("words", metavar="TYPE [NAME…] | TYPE/NAME…", nargs=-1)
@selection.label_selector
@serverflags.everywhere
@click.option("--all", "everything", is_flag=True, hidden=True, help="Accepted, without effect.")
@click.option(
    "-o", "--output", default="yaml", show_default=True, metavar="FORM", help="yaml or json."
)
@click.option(
    "--as-template", default="", metavar="NAME", help="One template that makes the objects."
)
@click.option(
    "--exact", is_flag=True, help="Keep namespaces, and the addresses and names a server chose."
)
@click.option("--raw", is_flag=True, help="Leave the objects as they are.")
@serverflags.options
@click.pass_context
def export(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    """Print objects as they can be made again: `export bc,is,svc -l app=web`."""
    if not words:
        raise click.UsageError("Required resource not specified.", ctx)
    if given["exact"] and given["raw"]:
        raise UsageFault("--exact and --raw may not both be specified")
    if given["output"] not in FORMS:
        raise UsageFault(f'output format "{given["output"]}" not recognized: json and yaml are')
    wanted = resources.parse(words)

    async def work(connection: Connection) -> int:
        which = Selection(
            wanted=wanted,
            namespace="" if given["all_namespaces"] else connection.namespace,
            labels=given["selector"],
        )
        which.check()
        found = await selection.side_by_side(connection, which)
        objects = _objects(found, given)
        refused = [got.fault for got in found if got.fault is not None]
        for fault in refused:
            faults.report(fault, Manner.API)
        if refused:
            return 1
        if not objects:
            raise Fault(NOTHING, hint="'slipcast get all' lists what there is.")
        _show(objects, given, single=which.is_single)
        return 0

    serverflags.run(ctx, serverflags.server_flags(given), work)


def _objects(found: Sequence[Got], given: dict[str, Any]) -> list[JSON]:
    """What is exported of what was found: all that is named, and what nothing makes by itself."""
    made = []
    for got in found:
        for document in got.documents:
            if given["raw"]:
                made.append(document.content)
            elif got.wanted.name or _is_worth_it(document, exact=given["exact"]):
                kind = document.kind
                made.append(exported.exported(kind, document.content, exact=given["exact"]))
    return made


def _is_worth_it(document: Document, *, exact: bool) -> bool:
    content = document.content
    if exact:
        return True
    is_made = exported.is_made_by_server(document.kind, content)
    return not is_made and not exported.is_owned(content)


def _show(objects: list[JSON], given: dict[str, Any], *, single: bool) -> None:
    form = given["output"]
    alone = exported.template(given["as_template"], objects) if given["as_template"] else None
    if alone is None and single:
        (alone,) = objects
    if alone is None:
        generated.show(objects, Form(name=form))
        return
    click.echo(codec.to_yaml(alone) if form == "yaml" else codec.to_json(alone), nl=False)
