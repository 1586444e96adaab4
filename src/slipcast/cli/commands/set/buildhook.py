"""`slipcast set build-hook`: what is run in an image before it is pushed."""

from __future__ import annotations

from typing import Any

import click

from slipcast.api.document import JSON
from slipcast.api.kinds import Kind
from slipcast.cli import behind, changing
from slipcast.cli.commands.set import configs
from slipcast.cli.setting import hooks
from slipcast.values.faults import UsageFault


@click.command("build-hook", cls=behind.Command)
@click.argument("words", metavar="BUILDCONFIG… [-- COMMAND…]", nargs=-1)
@click.option("--post-commit", is_flag=True, help="The hook that runs before the image is pushed.")
@click.option("--script", metavar="TEXT", help="Run this by the image's shell.")
@click.option("--command", "is_command", is_flag=True, help="Run the words behind -- as a command.")
@click.option("--remove", is_flag=True, help="Take the hook away.")
@changing.options("slipcast-set")
@click.pass_context
def buildhook(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    """Set a build hook: `set build-hook bc/app --post-commit --script="make test"`."""
    if not given["post_commit"]:
        raise UsageFault("you must specify a type of hook to set", hint="--post-commit is one.")
    hook = hooks.wanted(
        script=given["script"],
        is_command=given["is_command"],
        words=behind.words_of(ctx),
        remove=given["remove"],
    )

    def change(kind: Kind, content: JSON) -> JSON:
        return hooks.hooked(kind, content, hook)

    changing.run(ctx, configs.of(words, given, ctx.obj), change, given)
