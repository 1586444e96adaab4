"""`slipcast doctor`: what this machine allows, fact by fact, and what to do where it does not."""

from __future__ import annotations

import click
from msgspec.structs import asdict

from slipcast.cli import outputs
from slipcast.cli.goflags import Command
from slipcast.cli.toolbox import Toolbox
from slipcast.ports.host import Fact, Verdict

COLOURS = {Verdict.FINE: "green", Verdict.LIMITED: "yellow", Verdict.MISSING: "red"}


@click.command(cls=Command)
@outputs.form
@click.pass_context
def doctor(ctx: click.Context, /, output: str) -> None:
    """Look at what this machine allows; status 1 when something that builds need is missing."""
    toolbox: Toolbox = ctx.obj
    facts = toolbox.host.facts()
    if output == "json":
        rows = [{**asdict(fact), "verdict": str(fact.verdict)} for fact in facts]
        outputs.emit({"schema": "slipcast.doctor/1", "facts": rows})
    else:
        _print(facts, colour=toolbox.colour)
    ctx.exit(int(any(fact.verdict is Verdict.MISSING for fact in facts)))


def _print(facts: tuple[Fact, ...], *, colour: bool) -> None:
    width = max((len(fact.name) for fact in facts), default=0)
    for fact in facts:
        verdict = f"{fact.verdict:<8}"
        shown = click.style(verdict, fg=COLOURS[fact.verdict]) if colour else verdict
        click.echo(f"{shown} {fact.name:<{width}}  {fact.found}")
        if fact.advice:
            click.echo(f"{'':8} {'':{width}}  -> {fact.advice}")
