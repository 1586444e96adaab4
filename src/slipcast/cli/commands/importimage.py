"""`slipcast import-image`: images elsewhere are looked up, and become tags of a stream."""

from __future__ import annotations

from typing import Any, Final

import click

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.api.image import ImageStream
from slipcast.api.lens import read
from slipcast.cli import serverflags
from slipcast.cli.printable import printable
from slipcast.cli.selection import resource_of
from slipcast.cli.streams import importing, tagging
from slipcast.cli.streams.importing import Wish
from slipcast.cli.toolbox import Connection
from slipcast.ports.api import Resource
from slipcast.values.apifaults import NotFound
from slipcast.views import table
from slipcast.views.describe import description
from slipcast.views.describe.page import Around

STREAM: Final = kinds.require(kinds.IMAGE, "ImageStream")
IMPORT: Final = kinds.require(kinds.IMAGE, "ImageStreamImport")
DONE: Final = "The import completed successfully.\n"
FAILED: Final = "The import completed with errors.\n"


@click.command("import-image", cls=serverflags.Command)
@click.argument("words", metavar="STREAM[:TAG]", nargs=-1)
@click.option("--from", "source", default="", metavar="IMAGE", help="Where it is imported from.")
@click.option("--confirm", is_flag=True, help="Make the stream, or change where it imports from.")
@click.option("--all", "everything", is_flag=True, help="All tags of the repository or stream.")
@click.option(
    "--insecure/--no-insecure",
    default=None,
    help="The registry may use http or a bad certificate. Default: as the tag has it.",
)
@click.option(
    "--scheduled/--no-scheduled",
    default=None,
    help="Look it up again from time to time. Default: as the tag has it.",
)
@click.option(
    "--reference-policy",
    default="source",
    show_default=True,
    metavar="POLICY",
    help="Where those who use new tags pull from: source, or local for the registry here.",
)
@click.option(
    "--import-mode",
    default="",
    metavar="MODE",
    help="Of an image for several platforms: Legacy takes one, PreserveOriginal all.",
)
@click.option("--dry-run", is_flag=True, help="Only look, and show what would be imported.")
@serverflags.options
@click.pass_context
def importimage(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    """Import images: `import-image web:1.0 --from=registry.example.com/acme/web:1.0 --confirm`."""
    target = importing.target_of(words, everything=given["everything"])
    wish = Wish(
        target=words[0],
        name=target.name,
        tag=target.tag,
        source=given["source"],
        everything=given["everything"],
        confirmed=given["confirm"],
        insecure=given["insecure"],
        scheduled=given["scheduled"],
        policy=tagging.policy_of(given["reference_policy"]),
        mode=tagging.mode_of(given["import_mode"]),
        dry=given["dry_run"],
    )

    async def work(connection: Connection) -> int:
        stream = await _stream(connection, wish.name)
        asked = importing.request(wish, stream)
        where = resource_of(IMPORT, connection.namespace)
        answer = (await connection.api.create(where, asked)).document.content
        _tell(answer, wish, connection)
        return 0

    serverflags.run(ctx, serverflags.server_flags(given), work)


async def _stream(connection: Connection, name: str) -> ImageStream | None:
    try:
        found = await connection.api.get(Resource(STREAM, connection.namespace, name))
    except NotFound:
        return None
    return read(found, ImageStream)


def _tell(answer: JSON, wish: Wish, connection: Connection) -> None:
    """What came of it; an import that fails is told, and kept in the stream (II-20, II-21)."""
    failures = tuple(importing.failures(answer))
    if failures:
        click.echo(FAILED, err=True)
        for failure in failures:
            click.echo(f"error: {printable(failure)}", err=True)
    else:
        click.echo(DONE)
    if wish.dry:
        for line in table.lines([("TAG", "IMAGE"), *_found(answer)]):
            click.echo(printable(line))
    stream = (answer.get("status") or {}).get("import")
    if stream:
        around = Around(now=connection.clock.now())
        click.echo(description.described(STREAM, stream, around, events=False))
    left = importing.left_out(answer)
    if left:
        click.echo(
            f"info: The remote repository contained {len(left)} additional tags which were not "
            f"imported: {printable(', '.join(left))}"
        )


def _found(answer: JSON) -> list[tuple[str, str]]:
    """What was looked up, tag by tag."""
    return [
        (tag, (each.get("image") or {}).get("dockerImageReference") or "<none>")
        for tag, each in importing.looked_up(answer)
    ]
