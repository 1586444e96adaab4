"""`slipcast annotate`: annotations of objects, set and taken away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from slipcast.cli import marking, serverflags
from slipcast.cli.marking import Marks
from slipcast.cli.pairs import Pairs


@click.command(cls=serverflags.Command)
@click.argument("words", metavar="TYPE NAME… KEY=VALUE… KEY-…", nargs=-1)
@marking.options("kubectl-annotate")
@click.pass_context
def annotate(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    """Annotate objects: `annotate bc app note=…`, `annotate bc app note-`."""
    marks = Marks(field="annotations", word="annotation", said=said, taken=taken)
    marking.run(ctx, marks, words, given)


def said(_asked: Pairs, _current: Mapping[str, str]) -> str:
    """What is said to have been done, whatever it was."""
    return "annotated"


def taken(values: tuple[tuple[str, str], ...]) -> str:
    """Why annotations are not replaced."""
    listed = "; ".join(f"'{key}' already has a value ({value})" for key, value in values)
    return f"--overwrite is false but found the following declared annotation(s): {listed}"
