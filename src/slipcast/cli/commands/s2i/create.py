"""`slipcast s2i create`.

Source: s2i command reference (S2I-4, S2I-283 to 285).
"""

from __future__ import annotations

import os
from pathlib import Path

import click

from slipcast.cli import flags
from slipcast.cli.commands.s2i import skeleton
from slipcast.cli.goflags import Command
from slipcast.cli.toolbox import Toolbox
from slipcast.values.faults import Fault, FieldError, InvalidFault
from slipcast.values.imageref import ImageRef


@click.command(cls=Command)
@click.argument("words", metavar="IMAGE-NAME DIRECTORY", nargs=-1)
@flags.loglevel
@click.pass_context
def create(ctx: click.Context, /, words: tuple[str, ...], loglevel: int) -> None:  # noqa: ARG001 -- a global flag of s2i
    """Write what a builder image called IMAGE-NAME needs into DIRECTORY.

    Files that exist are left alone, and named.
    """
    toolbox: Toolbox = ctx.obj
    if len(words) < 2:  # noqa: PLR2004 - IMAGE-NAME and DIRECTORY
        missing = ("image name", "directory")[len(words) :]
        raise InvalidFault(tuple(FieldError(path=path, what="is missing") for path in missing))
    if len(words) > 2:  # noqa: PLR2004 - likewise
        raise click.UsageError(f"Too many arguments: {' '.join(words[2:])}", ctx=ctx)
    image, directory = words
    ImageRef.parse(image, "image name")
    for file in skeleton.FILES:
        _write(toolbox.directory / directory / file.path, file, image)


def _write(path: Path, file: skeleton.File, image: str) -> None:
    try:
        _directories(path.parent)
        target = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, file.mode)
        with os.fdopen(target, "w", encoding="utf-8") as into:
            # A umask must not take the modes from scripts that run under any user.
            os.fchmod(into.fileno(), file.mode)
            into.write(file.text.replace(skeleton.IMAGE, image))
    except FileExistsError:
        click.echo(f"ERROR: {path} exists already and was left alone", err=True)
    except OSError as fault:
        raise Fault(f"{path} cannot be written: {fault.strerror}") from fault


def _directories(path: Path) -> None:
    for each in (*reversed(path.parents), path):
        if not each.exists():
            each.mkdir(mode=0o700)
