"""`slipcast adm prune images`: images that nobody needs any more are taken away."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import click
import msgspec
from msgspec.structs import replace

from slipcast.cli import serverflags
from slipcast.cli.output.form import Form
from slipcast.cli.printable import printable
from slipcast.cli.streams import pruning
from slipcast.cli.telling import Telling, warn
from slipcast.cli.toolbox import Connection, ServerFlags, Toolbox
from slipcast.images.prune import Keeping, Pruned, size_of
from slipcast.values.apifaults import NotFound, NotServed
from slipcast.values.faults import Fault, InvalidFault, UsageFault
from slipcast.views import age as ages
from slipcast.views import table
from slipcast.views.describe.images import size_text

TRIAL: Final = "Dry run enabled - no modifications will be made. Add --confirm to remove images"
SWEEP: Final = "/v2/_slipcast/prune"
"""Where the registry takes away content (the module `registry.sweeping`)."""
PATIENCE: Final = 3600.0
"""Seconds that it may take for that."""
PICKY: Final = ("keep_tag_revisions", "keep_younger_than")
SHOWN_PLACES: Final = 3


class Report(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the registry says of its content.

    Units:  bytes.
    """

    blobs: int = 0
    bytes_won: int = 0


@click.command("images", cls=serverflags.Command)
@click.option(
    "--keep-tag-revisions",
    type=int,
    default=3,
    show_default=True,
    metavar="N",
    help="How many images of each tag stay, the newest.",
)
@click.option(
    "--keep-younger-than",
    type=serverflags.DURATION,
    default="60m",
    show_default=True,
    help="Younger images stay, and all that is in the history of younger streams.",
)
@click.option(
    "--prune-over-size-limit",
    is_flag=True,
    help="Images beyond the limits of their namespaces, however young or new they are.",
)
@click.option(
    "--all/--no-all",
    "mirrored",
    default=True,
    help="Also images whose content another registry keeps. Default: yes.",
)
@click.option("--confirm", is_flag=True, help="Do it. Without, show what would go.")
@click.option("--explain", is_flag=True, help="Show which images stay, too, and why.")
@click.option(
    "--prune-registry/--no-prune-registry",
    default=True,
    help="Have the registry remove content that is left over. Default: yes.",
)
@click.option(
    "--registry-url", default="", metavar="URL", help="Where the registry is. Default: the server."
)
@serverflags.options
@click.pass_context
def images(ctx: click.Context, /, **given: Any) -> None:
    """Remove images that no tag has any more, and nothing uses."""
    toolbox: Toolbox = ctx.obj
    keeping = _keeping(ctx, given)
    flags = serverflags.server_flags(given)
    if flags.namespace:
        raise UsageFault(
            "images belong to no namespace",
            hint="Leave out -n: all streams are looked at, and whatever uses their images.",
        )

    async def work(connection: Connection) -> int:
        telling = Telling(Form(), connection.clock, colour=toolbox.colour)
        looked = await _look(connection, keeping)
        _show(looked.pruned, connection, explain=given["explain"])
        if not given["confirm"]:
            click.echo(_summary(looked.pruned))
            if given["prune_registry"]:
                await _sweep(toolbox, _registry(flags, given), given, telling)
            click.echo(TRIAL, err=True)
            return telling.code
        done = await pruning.take_away(connection, looked, keeping, telling)
        click.echo(f"{_counted(done.images, done.items)} removed")
        if given["prune_registry"]:
            await _sweep(toolbox, _registry(flags, given), given, telling)
        return telling.code

    serverflags.run(ctx, flags, work)


def _keeping(ctx: click.Context, given: dict[str, Any]) -> Keeping:
    """What the flags say (IS-132).

    Errors: UsageFault.
    """
    if given["keep_tag_revisions"] < 0:
        raise UsageFault("--keep-tag-revisions must be greater than or equal to 0")
    said = click.core.ParameterSource.COMMANDLINE
    if given["prune_over_size_limit"]:
        for name in PICKY:
            if ctx.get_parameter_source(name) is said:
                flag = f"--{name.replace('_', '-')}"
                raise UsageFault(f"--prune-over-size-limit cannot be specified with {flag}")
    return Keeping(
        revisions=given["keep_tag_revisions"],
        younger=timedelta(seconds=given["keep_younger_than"]),
        over_limit=given["prune_over_size_limit"],
        mirrored=given["mirrored"],
    )


async def _look(connection: Connection, keeping: Keeping) -> pruning.Looked:
    """Look at everything.

    Errors: Fault when a reference cannot be read, with all of those (IS-135).
    """
    try:
        return await pruning.look(connection, keeping)
    except InvalidFault as wrong:
        for error in wrong.errors:
            click.echo(f"error: {printable(str(error))}", err=True)
        raise Fault(
            f"nothing is pruned: {len(wrong.errors)} references might mean any image",
            hint="Correct or delete what holds them, and run it again.",
        ) from wrong


def _show(pruned: Pruned, connection: Connection, *, explain: bool) -> None:
    now = connection.clock.now()
    places: dict[str, list[str]] = {}
    for item in pruned.items:
        held = places.setdefault(item.event.image, [])
        place = f"{item.namespace}/{item.stream}:{item.tag}"
        held += [] if place in held else [place]
    rows = [
        (
            image.metadata.name,
            ages.age(image.metadata.creation_timestamp, now),
            size_text(size_of(image)),
            _few(places.get(image.metadata.name, [])),
        )
        for image in pruned.images
    ]
    _print([("IMAGE", "AGE", "SIZE", "IN"), *rows])
    if explain:
        click.echo()
        _print([("IMAGE", "STAYS BECAUSE"), *sorted(pruned.stays.items())])


def _print(rows: list[tuple[str, ...]]) -> None:
    for line in table.lines(rows):
        click.echo(printable(line))


def _few(places: list[str]) -> str:
    more = len(places) - SHOWN_PLACES
    return ", ".join([*places[:SHOWN_PLACES], *([f"{more} more"] if more > 0 else [])]) or "<none>"


def _summary(pruned: Pruned) -> str:
    counted = _counted(len(pruned.images), len(pruned.items))
    return f"{counted} would be removed, and {size_text(pruned.space)} won in the registry"


def _counted(images: int, items: int) -> str:
    one, each = "" if images == 1 else "s", "y" if items == 1 else "ies"
    return f"{images} image{one} and {items} entr{each} of histories"


def _registry(flags: ServerFlags, given: dict[str, Any]) -> ServerFlags:
    """How the registry is reached: as the server, unless it is elsewhere."""
    url = given["registry_url"]
    if url and "://" not in url:
        url = f"https://{url}"
    return replace(flags, server=url or flags.server, timeout=flags.timeout or PATIENCE)


async def _sweep(
    toolbox: Toolbox, flags: ServerFlags, given: dict[str, Any], telling: Telling
) -> None:
    """Have the registry remove content that is left over; one that is not there has none.

    Shape:  unless it is for real the registry only says what that would be.
    """
    younger, dry = int(given["keep_younger_than"]), not given["confirm"]
    body = msgspec.json.encode({"keepYoungerThanSeconds": younger, "dryRun": dry})
    with telling.trying():
        async with toolbox.connect(flags) as registry:
            try:
                answer = await registry.raw(SWEEP, body)
            except (NotFound, NotServed):
                warn(["there is no registry whose content could be removed"], colour=toolbox.colour)
                return
        report = _report(answer)
        won = size_text(report.bytes_won)
        if not dry:
            telling.line(f"{report.blobs} blobs removed from the registry, {won} won")
        elif report.bytes_won:
            telling.line(f"{report.blobs} blobs of no image would be removed, too, {won} won")


def _report(answer: bytes) -> Report:
    """What a registry says.

    Errors: Fault when it is none of ours.
    """
    try:
        return msgspec.json.decode(answer, type=Report)
    except msgspec.DecodeError as wrong:
        raise Fault(
            "what answers there is not the registry; its content was not removed"
        ) from wrong
