"""`slipcast label`: labels of objects, set and taken away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from slipcast.cli import marking, serverflags
from slipcast.cli.marking import Marks
from slipcast.cli.pairs import Pairs


@click.command(cls=serverflags.Command)
@click.argument("words", metavar="TYPE NAME… KEY=VALUE… KEY-…", nargs=-1)
@marking.options("kubectl-label")
@click.pass_context
def label(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    """Label objects: `label bc app tier=front`, `label bc app tier-`."""
    marks = Marks(field="labels", word="label", said=said, taken=taken)
    marking.run(ctx, marks, words, given)


def said(asked: Pairs, current: Mapping[str, str]) -> str:
    """What is said to have been done."""
    changed = any(current.get(key) != value for key, value in asked.set.items())
    removed = any(key in current for key in asked.removed)
    if not changed and not removed:
        return "not labeled"
    return "labeled" if asked.set else "unlabeled"


def taken(values: tuple[tuple[str, str], ...]) -> str:
    """Why labels are not replaced."""
    key, value = values[0]
    return f"'{key}' already has a value ({value}), and --overwrite is false"
