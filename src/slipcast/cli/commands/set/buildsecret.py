"""`slipcast set build-secret`: what the source and the images of a build are reached with."""

from __future__ import annotations

from typing import Any

import click

from slipcast.api.document import JSON
from slipcast.api.kinds import Kind
from slipcast.cli import changing, serverflags
from slipcast.cli.commands.set import configs
from slipcast.cli.setting import buildsecrets
from slipcast.values.faults import UsageFault


@click.command("build-secret", cls=serverflags.Command)
@click.argument("words", metavar="BUILDCONFIG… SECRET", nargs=-1)
@click.option("--push", is_flag=True, help="The image is pushed with it.")
@click.option("--pull", is_flag=True, help="The builder image is pulled with it.")
@click.option("--source", is_flag=True, help="The source is fetched with it.")
@click.option("--remove", is_flag=True, help="Use none any more.")
@changing.options("slipcast-set")
@click.pass_context
def buildsecret(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    """Let a build use a secret: `set build-secret --push bc/app registry-login`."""
    purposes = [purpose for purpose in buildsecrets.PURPOSES if given[purpose]]
    if not purposes:
        raise UsageFault("specify the type of secret to set (--push, --pull, or --source)")
    named, secret = buildsecrets.split(words, remove=given["remove"])

    def change(kind: Kind, content: JSON) -> JSON:
        return buildsecrets.linked(kind, content, purposes, secret)

    changing.run(ctx, configs.of(named, given, ctx.obj), change, given)
