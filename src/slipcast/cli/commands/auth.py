"""`slipcast auth`: what somebody may do, and who asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.cli import goflags, rights, serverflags
from slipcast.cli.output import form as forms
from slipcast.cli.output.printing import Item, printer_of
from slipcast.cli.telling import warn
from slipcast.cli.toolbox import Connection, Toolbox
from slipcast.ports.api import Resource
from slipcast.values.faults import UsageFault
from slipcast.views import table

HEAD = ("Resources", "Non-Resource URLs", "Resource Names", "Verbs")


@click.group(cls=goflags.Group)
def auth() -> None:
    """Ask what may be done, and who asks."""


@auth.command("can-i", cls=serverflags.Command)
@click.argument("words", metavar="[VERB TYPE[/NAME] | VERB PATH]", nargs=-1)
@click.option("--list", "listing", is_flag=True, help="Show all that may be done.")
@click.option("-q", "--quiet", is_flag=True, help="Say it by the exit code only.")
@click.option("--subresource", default="", metavar="NAME", help="What lies below: log, status.")
@click.option("--no-headers", is_flag=True, help="Leave out the line of headers.")
@serverflags.everywhere
@serverflags.options
@click.pass_context
def can_i(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    """Ask whether something may be done: `auth can-i create builds`."""
    toolbox: Toolbox = ctx.obj
    if given["listing"] and words:
        raise UsageFault("list option must be specified with no arguments")

    async def work(connection: Connection) -> int:
        if given["listing"]:
            return await _list(connection, headers=not given["no_headers"])
        namespace = "" if given["all_namespaces"] else connection.namespace
        question = rights.question(words, namespace, given["subresource"])
        warn(question.warnings, colour=toolbox.colour)
        status = await _ask(connection, "SelfSubjectAccessReview", question.spec)
        allowed = bool(status.get("allowed"))
        if not given["quiet"]:
            why = status.get("reason") if not allowed else ""
            click.echo(("yes" if allowed else "no") + (f" - {why}" if why else ""))
        return 0 if allowed else 1

    serverflags.run(ctx, serverflags.server_flags(given), work)


@auth.command(cls=serverflags.Command)
@forms.whole
@serverflags.options
@click.pass_context
def whoami(ctx: click.Context, /, **given: Any) -> None:
    """Show who asks, as the server knows them."""
    toolbox: Toolbox = ctx.obj
    form = forms.form_of(given, toolbox.directory)
    kind = kinds.require(kinds.AUTHENTICATION, "SelfSubjectReview")

    async def work(connection: Connection) -> int:
        answer = await connection.api.create(Resource(kind), {"metadata": {}})
        if form.name:
            printer_of(form, connection.clock).items([Item.of(answer.document)], single=True)
            return 0
        rows = [("ATTRIBUTE", "VALUE"), *rights.attributes(answer.document.content)]
        _print(rows)
        return 0

    serverflags.run(ctx, serverflags.server_flags(given), work)


async def _list(connection: Connection, *, headers: bool) -> int:
    spec = {"namespace": connection.namespace}
    status = await _ask(connection, "SelfSubjectRulesReview", spec)
    rows = rights.rows(status)
    _print([HEAD, *rows] if headers else rows)
    return 0


async def _ask(connection: Connection, kind: str, spec: JSON) -> JSON:
    resource = Resource(kinds.require(kinds.AUTHORIZATION, kind))
    answer = await connection.api.create(resource, {"metadata": {}, "spec": spec})
    status: JSON = answer.document.content.get("status") or {}
    return status


def _print(rows: Sequence[tuple[str, ...]]) -> None:
    for line in table.lines(rows, table.widths_of(rows, ())):
        click.echo(line)
