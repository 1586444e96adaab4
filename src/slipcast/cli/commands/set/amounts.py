"""`slipcast set resources`: what containers and builds may use."""

from __future__ import annotations

from typing import Any

import click

from slipcast.api.document import JSON
from slipcast.api.kinds import Kind
from slipcast.cli import changing, serverflags
from slipcast.cli.setting import amounts as rules
from slipcast.cli.targets import Targets
from slipcast.values.faults import UsageFault


@click.command("resources", cls=serverflags.Command)
@click.argument("words", metavar="TYPE/NAME…", nargs=-1)
@click.option("--limits", default="", metavar="cpu=1,memory=1Gi", help="What they may use.")
@click.option("--requests", default="", metavar="cpu=1,memory=1Gi", help="What they need.")
@click.option("-c", "--containers", default="*", metavar="NAME", help="Only containers like that.")
@changing.options("slipcast-set")
@click.pass_context
def amounts(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    """Set what containers and builds may use: `set resources bc/app --limits=memory=1Gi`."""
    limits = rules.parse("--limits", given["limits"])
    requests = rules.parse("--requests", given["requests"])
    if not limits and not requests:
        raise UsageFault(
            "you must specify an update to requests or limits (in the form of --requests/--limits)"
        )

    def change(kind: Kind, content: JSON) -> JSON:
        return rules.changed(kind, content, limits, requests, given["containers"])

    which = Targets.of(words, given, ctx.obj)
    changing.run(ctx, which, change, given, "resource requirements updated")
