"""`slipcast create imagestream` and `imagestreamtag`."""

from __future__ import annotations

from typing import Any

import click

from slipcast.api.document import JSON
from slipcast.cli import serverflags
from slipcast.cli.commands.create import making
from slipcast.cli.generators import streams
from slipcast.cli.streams import tagging
from slipcast.images.references import split_stream_tag
from slipcast.values.faults import UsageFault


@click.command(cls=serverflags.Command)
@making.name
@click.option("--lookup-local", is_flag=True, help="Pods may name its tags as their images.")
@making.options
def imagestream(ctx: click.Context, /, name: str, *, lookup_local: bool, **given: Any) -> None:
    """Create an image stream with nothing in it."""
    making.from_flags(ctx, given, streams.image_stream(name, lookup_local=lookup_local))


@click.command(cls=serverflags.Command)
@click.argument("name", metavar="STREAM:TAG")
@click.option("--from-image", default="", metavar="IMAGE", help="A pull spec it comes from.")
@click.option(
    "--from", "source", default="", metavar="TAG", help="A tag or image of a stream it comes from."
)
@click.option("--reference", is_flag=True, help="Only name the image; never look it up.")
@click.option("--scheduled", is_flag=True, help="Look the image up again from time to time.")
@click.option("--insecure", is_flag=True, help="Its registry may use http or a bad certificate.")
@making.options
def imagestreamtag(ctx: click.Context, /, name: str, **given: Any) -> None:
    """Create a tag of an image stream, and the stream where it is not there."""
    if split_stream_tag(name) is None:
        raise UsageFault(f'"{name}" must be of the form <stream_name>:<tag>')
    if bool(given["from_image"]) == bool(given["source"]):
        raise UsageFault("one of --from-image and --from must be specified")
    content = streams.image_stream_tag(
        name, _source(given), insecure=given["insecure"], scheduled=given["scheduled"]
    )
    if given["reference"]:
        content["tag"]["reference"] = True
    making.from_flags(ctx, given, content)


def _source(given: dict[str, Any]) -> JSON:
    """What the tag comes from.

    Errors: UsageFault.
    """
    if given["from_image"]:
        found = tagging.source(given["from_image"], "docker")
        return {"kind": found.kind, "name": found.name}
    if given["scheduled"] or given["insecure"]:
        raise UsageFault("only Docker images can have importing flags set")
    found = tagging.source(given["source"], "isimage" if "@" in given["source"] else "istag")
    inside = {"namespace": found.ref.namespace} if found.ref.namespace else {}
    return {"kind": found.kind, "name": found.name, **inside}
