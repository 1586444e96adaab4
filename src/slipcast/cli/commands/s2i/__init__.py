"""`slipcast s2i`: the s2i tool under our name, so that scripts carry over by replacing the name.

Here are the group, its help, version and completion; each other command is a module of its own.

Source: s2i command reference (S2I-1 to 15).
"""

from __future__ import annotations

import importlib
from typing import Any

import click
from typing_extensions import override

from slipcast import __version__
from slipcast.cli import flags
from slipcast.cli.goflags import Command, Group
from slipcast.values.faults import UsageFault

PLACE = "slipcast.cli.commands.s2i"

SUMMARIES = {
    "build": "Build an image from source and a builder image.",
    "rebuild": "Repeat a build from the labels of its result.",
    "usage": "Run the usage script of a builder image.",
    "create": "Write the skeleton of a builder image.",
    "generate": "Write a Dockerfile that does the build.",
    "completion": "Print shell completion for bash or zsh.",
    "version": "Print the version.",
    "help": "Print the help of a command.",
}
"""THE TABLE of s2i commands, in the order help lists them."""

HERE = frozenset({"completion", "version", "help"})


class S2IGroup(Group):
    """The s2i commands, imported one by one."""

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(SUMMARIES)

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in HERE or cmd_name not in SUMMARIES:
            return super().get_command(ctx, cmd_name)
        command = getattr(importlib.import_module(f"{PLACE}.{cmd_name}"), cmd_name)
        assert isinstance(command, click.Command)  # noqa: S101 -- modules hold what they are named
        return command

    @override
    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(SUMMARIES.items()))


@click.group(cls=S2IGroup, invoke_without_command=True)
@flags.engine
@flags.loglevel
@click.pass_context
def s2i(ctx: click.Context, /, **given: Any) -> None:
    """Source to image, with the commands and flags of the s2i tool.

    Flags of the engine and --loglevel may stand before or after the command's name.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
        return
    before = {
        name: value
        for name, value in given.items()
        if ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
    }
    ctx.default_map = dict.fromkeys(SUMMARIES, before)


@s2i.command(cls=Command)
def version() -> None:
    """Print the version."""
    click.echo(f"s2i v{__version__}")


@s2i.command("help", cls=Command)
@click.argument("command", required=False)
@click.pass_context
def help_(ctx: click.Context, /, command: str | None) -> None:
    """Print the help of a command."""
    parent = ctx.parent
    assert parent is not None  # noqa: S101 -- a command of a group has one
    if command is None:
        click.echo(parent.get_help())
        return
    found = s2i.get_command(parent, command)
    if found is None:
        raise click.UsageError(f"There is no command {command!r}.", ctx=parent)
    with click.Context(found, info_name=command, parent=parent) as below:
        click.echo(found.get_help(below))


@s2i.command(cls=Command)
@click.argument("shell", nargs=-1)
def completion(shell: tuple[str, ...]) -> None:
    """Print shell completion for bash or zsh."""
    from click import shell_completion as shells  # noqa: PLC0415 -- needed here only

    classes = {"bash": shells.BashComplete, "zsh": shells.ZshComplete}
    if len(shell) != 1 or shell[0] not in classes:
        raise UsageFault("completion needs one shell: bash or zsh")
    completer = classes[shell[0]](s2i, {}, "slipcast", "_SLIPCAST_COMPLETE")
    # bash's own class would start bash here to look at its version.
    click.echo(shells.ShellComplete.source(completer))
