"""Where a build's result goes: words for people, one JSON document for programs, an OCI layout."""

from __future__ import annotations

import json
import sys
from typing import Any

import click
import msgspec
from msgspec.structs import asdict

from slipcast.cli.options import Decorator, Parsed, together
from slipcast.cli.printable import printable
from slipcast.ports.s2i import S2IResult, Stage
from slipcast.values.faults import Fault, UsageFault

SCHEMA = "slipcast.build/1"
"""Changes when a field changes its meaning or goes; new fields do not change it."""


STAGES = "slipcast.stages"
"""Where a command's context keeps the stages of a build that failed."""


class Outputs(msgspec.Struct, frozen=True, kw_only=True):
    """What the flags `--output` and `--push` ask for."""

    json: bool = False
    destinations: tuple[str, ...] = ()


class Pushed(msgspec.Struct, frozen=True, kw_only=True):
    """A place the image was sent to, and its digest there."""

    destination: str
    digest: str


def word(text: str) -> str:
    """`text`, `json` or `oci:DIR`.

    Errors: UsageFault.
    """
    if text not in ("text", "json") and not (text.startswith("oci:") and len(text) > len("oci:")):
        raise UsageFault(f"{text!r} is none of text, json and oci:DIR")
    return text


options: Decorator = together(
    click.option(
        "-o",
        "--output",
        "output",
        multiple=True,
        type=Parsed("text", word),
        metavar="text|json|oci:DIR",
        help="json: print the result as one JSON document on standard output. oci:DIR[:TAG]: write "
        "the image to an OCI layout as well. Repeatable.",
    ),
    click.option("--push", metavar="REF", multiple=True, help="Push the image. Repeatable."),
)


form = click.option(
    "-o",
    "--output",
    type=click.Choice(["text", "json"]),
    default="text",
    help="json: print one JSON document on standard output.",
)
"""How a command that builds nothing prints what it found."""


def chosen(given: dict[str, Any]) -> Outputs:
    """What the flags asked for.

    Errors: UsageFault for a destination that an engine could take for an option.
    """
    destinations = (*given["push"], *(each for each in given["output"] if each.startswith("oci:")))
    for each in destinations:
        if each.startswith("-") or not each:
            raise UsageFault(f"{each!r} is no place to push to")
    return Outputs(json="json" in given["output"], destinations=destinations)


def document(result: S2IResult, pushed: tuple[Pushed, ...]) -> dict[str, Any]:
    """A result as JSON: every field, and where the image was sent."""
    return {
        "schema": SCHEMA,
        "success": result.success,
        "image": result.image,
        "tag": result.tag,
        "digest": result.digest,
        "size": result.size,
        "pushed": [asdict(each) for each in pushed],
        "labels": dict(result.labels),
        "revision": asdict(result.revision),
        "stages": [asdict(stage) for stage in result.stages],
        "reason": result.reason,
        "message": result.message,
        "exit_code": 0,
    }


def failure_document(fault: Fault, stages: tuple[Stage, ...], exit_code: int) -> dict[str, Any]:
    """A build that ended without an image, as JSON."""
    failed = S2IResult(success=False, stages=stages, reason=fault.reason, message=fault.message)
    return {
        **document(failed, ()),
        "hint": fault.hint,
        "tail": list(fault.tail),
        "exit_code": exit_code,
    }


def is_json(ctx: click.Context) -> bool:
    """Whether a command that builds was asked for JSON."""
    asked = ctx.params.get("output")
    return isinstance(asked, tuple) and "json" in asked


def emit(value: object) -> None:
    """Print a JSON document on standard output."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=True))


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Print columns on standard output: as wide as it is on a terminal, else never wrapped."""
    if sys.stdout.isatty():
        fitted(head, rows)
        return
    widths = [max(len(row[at]) for row in (head, *rows)) for at in range(len(head))]
    for row in (head, *rows):
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(padded).rstrip())


def fitted(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Print columns that wrap inside themselves where the terminal is too narrow."""
    from rich.console import Console  # noqa: PLC0415 -- only terminals pay for it
    from rich.table import Table  # noqa: PLC0415 -- likewise
    from rich.text import Text  # noqa: PLC0415 -- likewise

    drawn = Table(*head, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        drawn.add_row(*(Text(printable(cell)) for cell in row))
    Console().print(drawn)
