"""`slipcast tag`: tags of streams are set, and deleted."""

from __future__ import annotations

from typing import Any, Final

import click

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.cli import serverflags, writing
from slipcast.cli.output.form import Form
from slipcast.cli.selection import resource_of
from slipcast.cli.streams import tagging
from slipcast.cli.streams.tagging import Destination, Source, Wish
from slipcast.cli.telling import Telling
from slipcast.cli.toolbox import Connection, Toolbox
from slipcast.cli.writing import SUFFIXES, Manner
from slipcast.ports.api import DeleteOptions, WriteOptions
from slipcast.values.apifaults import (
    AlreadyExists,
    Conflict,
    Forbidden,
    MethodNotAllowed,
    NotFound,
)
from slipcast.values.faults import UsageFault

STREAM: Final = kinds.require(kinds.IMAGE, "ImageStream")
TAG: Final = kinds.require(kinds.IMAGE, "ImageStreamTag")
TRIES: Final = 5
"""How often a tag is set again when somebody else wrote the stream at the same time."""


@click.command(cls=serverflags.Command)
@click.argument("words", metavar="SOURCE DEST… | -d DEST…", nargs=-1)
@click.option(
    "--source", default="", metavar="KIND", help="What SOURCE is: istag, isimage or docker."
)
@click.option("-d", "--delete", is_flag=True, help="Delete tags, with their history.")
@click.option("--alias", is_flag=True, help="Follow the source tag, rather than copy its image.")
@click.option("--reference", is_flag=True, help="Only name the image; never look it up.")
@click.option("--scheduled", is_flag=True, help="Look a Docker image up again from time to time.")
@click.option("--insecure", is_flag=True, help="Its registry may use http or a bad certificate.")
@click.option(
    "--reference-policy",
    default="source",
    show_default=True,
    metavar="POLICY",
    help="Where those who use the tag pull from: source, or local for the registry here.",
)
@click.option(
    "--import-mode",
    default="",
    metavar="MODE",
    help="Of an image for several platforms: Legacy takes one, PreserveOriginal all.",
)
@writing.trial
@serverflags.options
@click.pass_context
def tag(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    """Set tags of image streams: `tag ruby:2.3 mine:latest`, `tag --source=docker r/a/b:1 b:1`."""
    toolbox: Toolbox = ctx.obj
    deletes = given["delete"]
    if not words:
        raise UsageFault(
            "you must specify a source and at least one destination or at least one tag to delete"
        )
    wish = _wish(given)
    if deletes:
        _check_deletion(wish, given)
        found, to = None, words
    else:
        found, to = tagging.source(words[0], given["source"]), words[1:]
        tagging.check(found, wish)
    if not to:
        raise UsageFault("at least a destination is required")

    manner = Manner.of(given)

    async def work(connection: Connection) -> int:
        telling = Telling(Form(), connection.clock, colour=toolbox.colour)
        targets = tagging.destinations(to, connection.namespace)
        if found is None:
            for target in targets:
                await _delete(connection, target, manner)
                told = f"Deleted tag {target.namespace}/{target.name}."
                telling.line(f"{told}{SUFFIXES[manner.dry]}")
            return 0
        meant = found
        if found.kind == "ImageStreamTag" and not wish.alias:
            meant = await _current(connection, found, words[0])
        for target in targets:
            if not manner.is_local:
                content = tagging.tag_of(meant, wish, target, connection.namespace)
                await _set(connection, content, target, manner.write)
            told = tagging.told(meant, wish, target, connection.namespace)
            telling.line(f"{told}{SUFFIXES[manner.dry]}")
            _warn(meant, wish, target, connection.namespace, telling)
        return 0

    serverflags.run(ctx, serverflags.server_flags(given), work)


def _wish(given: dict[str, Any]) -> Wish:
    return Wish(
        alias=given["alias"],
        reference=given["reference"],
        scheduled=given["scheduled"],
        insecure=given["insecure"],
        policy=tagging.policy_of(given["reference_policy"]),
        mode=tagging.mode_of(given["import_mode"]),
    )


def _check_deletion(wish: Wish, given: dict[str, Any]) -> None:
    """See that nothing is said that only setting a tag knows (TG-15).

    Errors: UsageFault.
    """
    if wish.alias:
        raise UsageFault("--alias and --delete may not be both specified")
    if given["source"]:
        raise UsageFault("cannot specify a source kind when deleting")
    if wish.imports:
        raise UsageFault("cannot set flags for importing images when deleting a tag")


async def _current(connection: Connection, found: Source, words: str) -> Source:
    where = resource_of(STREAM, found.ref.namespace or connection.namespace, found.ref.name)
    stream = await connection.api.get(where)
    return tagging.current(found, stream.content, words)


async def _set(
    connection: Connection, content: JSON, to: Destination, options: WriteOptions
) -> None:
    """Write the tag; who may not update one may perhaps create it (TG-12, TG-13).

    Errors: ApiFault.
    """
    where = resource_of(TAG, to.namespace, to.name)
    for left in reversed(range(TRIES)):
        try:
            await connection.api.update(where, content, options)
        except (NotFound, Forbidden, MethodNotAllowed) as refused:
            try:
                # The first refusal says more than that the tag is there.
                await connection.api.create(where.named(""), content, options)
            except AlreadyExists:
                raise refused from None
        except Conflict:
            if not left:
                raise
            continue
        return


async def _delete(connection: Connection, to: Destination, manner: Manner) -> None:
    """Delete the tag; who only says so sees that it is there.

    Errors: ApiFault.
    """
    where = resource_of(TAG, to.namespace, to.name)
    dry = manner.dry != "none"
    await connection.api.delete(where, DeleteOptions(dry_run=dry))


def _warn(found: Source, wish: Wish, to: Destination, namespace: str, telling: Telling) -> None:
    """Say so when an alias will not do what its user hopes (UP-23)."""
    if wish.alias and found.kind == "ImageStreamTag" and not tagging.follows(found, to, namespace):
        telling.warn(
            f"{to.name} takes the image that {found.text} means now; "
            "tags follow other tags of their own stream only"
        )
