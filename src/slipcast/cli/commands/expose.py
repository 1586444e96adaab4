"""`slipcast expose`: a route to a service, or a service in front of what runs."""

from __future__ import annotations

from typing import Any

import click

from slipcast.api import kinds
from slipcast.cli import applying, parameters, resources, serverflags, writing
from slipcast.cli.generators.exposing import Wish, exposed
from slipcast.cli.output import form as forms
from slipcast.cli.selection import resource_of
from slipcast.cli.telling import Telling
from slipcast.cli.toolbox import Connection, Toolbox
from slipcast.cli.writing import Manner
from slipcast.values.faults import UsageFault


@click.command(cls=serverflags.Command)
@click.argument("words", metavar="TYPE/NAME | TYPE NAME", nargs=-1)
@click.option("--name", default="", help="What it is called. Default: as what it leads to.")
@click.option("--port", default="", metavar="PORT", help="Its port; of a route the service's.")
@click.option("--target-port", default="", metavar="PORT", help="The port of the containers.")
@click.option(
    "--protocol", default="", metavar="TCP|UDP|SCTP", help="What a service's port speaks."
)
@click.option("--hostname", default="", metavar="HOST", help="The host of a route.")
@click.option("--path", default="", help="The path of a route.")
@click.option("-l", "--labels", multiple=True, metavar="LABELS", help="Labels of its own.")
@forms.whole
@writing.options("kubectl-expose")
@writing.strictness
@serverflags.options
@click.pass_context
def expose(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    """Expose what is there: `expose svc/app` by a route, `expose dc/app` by a service."""
    toolbox: Toolbox = ctx.obj
    wanted = resources.parse(words)
    if len(wanted) != 1 or not wanted[0].name:
        raise UsageFault("name one object to expose", hint="Such as `slipcast expose svc/app`.")
    (target,) = wanted
    flags = serverflags.server_flags(given)
    manner = Manner.of(given)
    form = forms.form_of(given, toolbox.directory)
    wish = Wish(
        name=given["name"],
        port=given["port"],
        target=given["target_port"],
        protocol=given["protocol"].upper(),
        host=given["hostname"],
        path=given["path"],
        labels=parameters.labels(given["labels"]) if given["labels"] else None,
    )

    async def work(connection: Connection) -> int:
        place = resource_of(target.kind, connection.namespace, target.name)
        there = (await connection.api.get(place)).content
        content = exposed(target.kind.name, there, wish)
        kind = kinds.of(content["apiVersion"], content["kind"])
        assert kind is not None  # noqa: S101 -- generators make kinds of the table only
        telling = Telling(form, connection.clock, dry=manner.dry, colour=toolbox.colour)
        if manner.is_local:
            telling.became(kind, applying.placed(content, connection.namespace), "exposed")
            return 0
        where = resource_of(kind, connection.namespace)
        answer = await connection.api.create(where, content, manner.write)
        telling.warn(*answer.warnings)
        telling.did(answer.document, "exposed")
        return telling.code

    serverflags.run(ctx, flags, work)
