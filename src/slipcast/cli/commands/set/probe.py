"""`slipcast set probe`: how it is found out whether containers are well."""

from __future__ import annotations

from typing import Any

import click

from slipcast.api.document import JSON
from slipcast.api.kinds import Kind
from slipcast.cli import behind, changing
from slipcast.cli.setting import probes
from slipcast.cli.targets import Targets


@click.command(cls=behind.Command)
@click.argument("words", metavar="TYPE/NAME… [-- COMMAND…]", nargs=-1)
@click.option("--readiness", is_flag=True, help="Whether it can be asked.")
@click.option("--liveness", is_flag=True, help="Whether it has to be started again.")
@click.option("--startup", is_flag=True, help="Whether it has begun.")
@click.option("--get-url", default="", metavar="URL", help="Ask http://:PORT/PATH of it.")
@click.option("--open-tcp", default="", metavar="PORT", help="Open a connection to it.")
@click.option("--initial-delay-seconds", type=int, metavar="N", help="Wait before the first time.")
@click.option("--timeout-seconds", type=int, metavar="N", help="How long an answer may take.")
@click.option("--period-seconds", type=int, metavar="N", help="How long to wait between times.")
@click.option("--success-threshold", type=int, metavar="N", help="How often it must go well.")
@click.option("--failure-threshold", type=int, metavar="N", help="How often it may go wrong.")
@click.option("--remove", is_flag=True, help="Find it out no more.")
@click.option("-c", "--containers", default="*", metavar="NAME", help="Only containers like that.")
@changing.options("slipcast-set")
@click.pass_context
def probe(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    """Set a probe: `set probe dc/app --readiness --get-url=http://:8080/healthz`."""
    wanted = probes.wanted(given, behind.words_of(ctx))
    fields = [field for name, field in probes.FIELDS.items() if given[name]]

    def change(kind: Kind, content: JSON) -> JSON:
        return probes.changed(kind, content, fields, wanted, given["containers"])

    changing.run(ctx, Targets.of(words, given, ctx.obj), change, given, "probes updated")
