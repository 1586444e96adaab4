"""`slipcast set image`: the images of containers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import click

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.api.kinds import Kind
from slipcast.cli import changing, serverflags
from slipcast.cli.changing import Changing
from slipcast.cli.output import form as forms
from slipcast.cli.selection import resource_of
from slipcast.cli.setting import images
from slipcast.cli.targets import Targets
from slipcast.cli.telling import Telling
from slipcast.cli.toolbox import Connection, Toolbox
from slipcast.cli.writing import Manner

_TAG: Final = kinds.require(kinds.IMAGE, "ImageStreamTag")
_IMAGE: Final = kinds.require(kinds.IMAGE, "ImageStreamImage")
SOURCES: Final[Mapping[str, Kind | None]] = {
    "docker": None,
    "istag": _TAG,
    "imagestreamtag": _TAG,
    "isimage": _IMAGE,
    "imagestreamimage": _IMAGE,
}
"""THE TABLE of what images may be named by."""


@click.command(cls=serverflags.Command)
@click.argument("words", metavar="TYPE/NAME… CONTAINER=IMAGE…", nargs=-1)
@click.option(
    "--source",
    type=click.Choice([*SOURCES]),
    default="docker",
    show_default=True,
    help="What images are named by: where they are pulled from, or a tag or image of a stream.",
)
@changing.options("slipcast-set")
@click.pass_context
def image(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    """Set images of containers: `set image dc/app app=shop:v2 --source=istag`."""
    toolbox: Toolbox = ctx.obj
    named, wanted = images.split(words)
    which = Targets.of(named, given, toolbox)
    form = forms.form_of(given, toolbox.directory)
    manner = Manner.of(given)

    async def work(connection: Connection) -> int:
        telling = Telling(form, connection.clock, dry=manner.dry, colour=toolbox.colour)
        found = {
            name: await _pulled(connection, text, SOURCES[given["source"]])
            for name, text in wanted.items()
        }
        rule = Changing(
            change=partial(_changed, found),
            manner=manner,
            local=given["local"],
            said="image updated",
            is_told=not form.name,
        )
        async for target in changing.objects(connection, which, telling, local=rule.local):
            with telling.trying():
                await rule.do(connection, target, telling)
        return telling.code

    serverflags.run(ctx, serverflags.server_flags(given), work)


def _changed(found: Mapping[str, str], kind: Kind, content: JSON) -> JSON:
    return images.changed(kind, content, found)


async def _pulled(connection: Connection, text: str, kind: Kind | None) -> str:
    """Where an image is pulled from.

    Errors: ApiFault.
    """
    if kind is None:
        return text
    space, divided, name = text.rpartition("/")
    where = resource_of(kind, space if divided else connection.namespace, name)
    content = (await connection.api.get(where)).content
    reference: str = content["image"]["dockerImageReference"]
    return reference
