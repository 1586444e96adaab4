"""Words behind `--`, which are a command line and name no objects."""

from __future__ import annotations

import click
from typing_extensions import override

from slipcast.cli import serverflags


class Command(serverflags.Command):
    """Knows which words stand behind `--`."""

    @override
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        at = args.index("--") if "--" in args else len(args)
        ctx.meta[__name__] = tuple(args[at + 1 :])
        return super().parse_args(ctx, args[:at])


def words_of(ctx: click.Context) -> tuple[str, ...]:
    """Those words."""
    found: tuple[str, ...] = ctx.meta[__name__]
    return found
