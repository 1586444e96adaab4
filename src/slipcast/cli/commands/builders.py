"""`slipcast builders`: the catalogue of builder images, and how its images are made."""

from __future__ import annotations

from typing import Any

import click
from msgspec.structs import asdict

from slipcast.cli import flags, outputs
from slipcast.cli.building import lines
from slipcast.cli.goflags import Command, Group
from slipcast.cli.toolbox import Toolbox
from slipcast.ports.builders import Offer

SHORT_ID = 12


@click.group(cls=Group)
def builders() -> None:
    """List and make builder images."""


@builders.command("list", cls=Command)
@outputs.form
@flags.engine
@click.pass_context
def list_(ctx: click.Context, /, output: str, **given: Any) -> None:
    """List the catalogue, and what of it is here."""
    toolbox: Toolbox = ctx.obj
    offers = toolbox.tools(flags.engine_flags(given)).builders.list()
    if output == "json":
        rows = [_document(offer) for offer in offers]
        outputs.emit({"schema": "slipcast.builders/1", "builders": rows})
        return
    outputs.table(
        ("NAME", "IMAGE", "HERE", "SUPPORTS", "DESCRIPTION"),
        [
            (
                offer.builder.name,
                offer.image,
                offer.present.id[:SHORT_ID] if offer.present else "-",
                ",".join(offer.builder.supports),
                offer.builder.description,
            )
            for offer in offers
        ],
    )


def _document(offer: Offer) -> dict[str, Any]:
    row = asdict(offer.builder)
    row["build_args"] = dict(offer.builder.build_args)
    present = offer.present
    here = {"id": present.id, "digest": present.digest, "size": present.size} if present else None
    return {**row, "image": offer.image, "present": here}


@builders.command("build", cls=Command)
@click.argument("name")
@click.option("--no-cache", is_flag=True, help="Make every step anew.")
@click.option("-q", "--quiet", is_flag=True, help="Hide the standard output of the build.")
@outputs.form
@flags.engine
@flags.loglevel
@click.pass_context
def build(ctx: click.Context, /, name: str, **given: Any) -> None:
    """Make the builder image NAME, and the base image below it where that is missing."""
    toolbox: Toolbox = ctx.obj
    progress = lines(toolbox, level=given["loglevel"], quiet=given["quiet"])
    tools = toolbox.tools(flags.engine_flags(given))
    offer = tools.builders.build(name, progress, no_cache=given["no_cache"])
    progress.flush()
    progress.note(f"Made {offer.image} in {progress.times()}", level=0)
    if given["output"] == "json":
        outputs.emit({"schema": "slipcast.builders/1", "builders": [_document(offer)]})
    else:
        click.echo(offer.image)
