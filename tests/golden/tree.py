"""The tree of commands, for tests that go through all of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import click

from slipcast.cli.program import slipcast

ENGINE_FLAGS = frozenset(
    {"--engine", "--url", "--cert", "--key", "--ca", "--tls", "--tlsverify", "--loglevel"}
)


@cache
def commands() -> dict[str, click.Context]:
    """Every command by its full name, with a context to ask it in."""
    root = click.Context(slipcast, info_name="slipcast", **slipcast.context_settings)
    return dict(_below(root, "slipcast"))


def flags(ctx: click.Context) -> set[str]:
    """The long names of a command's flags."""
    options = (each for each in ctx.command.get_params(ctx) if isinstance(each, click.Option))
    return {max(option.opts, key=len) for option in options} - {"--help"}


def _below(ctx: click.Context, name: str) -> Iterator[tuple[str, click.Context]]:
    yield name, ctx
    if isinstance(ctx.command, click.Group):
        for word in ctx.command.list_commands(ctx):
            command = ctx.command.get_command(ctx, word)
            assert command is not None, f"{name} {word} is listed and not there"
            below = click.Context(command, info_name=word, parent=ctx, **command.context_settings)
            yield from _below(below, f"{name} {word}")
