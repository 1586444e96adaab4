"""`slipcast set volume`: the volumes of pods, and where containers see them."""

from __future__ import annotations

import secrets
from typing import Any

import click

from slipcast.api.document import JSON
from slipcast.api.kinds import Kind
from slipcast.cli import changing, serverflags
from slipcast.cli.output import form as forms
from slipcast.cli.setting import storage
from slipcast.cli.targets import Targets
from slipcast.cli.telling import Telling
from slipcast.cli.toolbox import Connection, Toolbox
from slipcast.values.faults import UsageFault

_DIGITS = 3


@click.command(cls=serverflags.Command)
@click.argument("words", metavar="TYPE/NAME…", nargs=-1)
@click.option("--add", is_flag=True, help="Add a volume, and let containers see it.")
@click.option("--remove", is_flag=True, help="Take a volume away; --confirm takes all of them.")
@click.option("--list", "listing", is_flag=True, help="Show what there is; so without flags.")
@click.option("--name", default="", help="The volume's name. Default: a new one, or any.")
@click.option(
    "-t", "--type", type=click.Choice(storage.TYPES), default=None, help="What it is made of."
)
@click.option("-m", "--mount-path", default="", metavar="PATH", help="Where containers see it.")
@click.option("--sub-path", default="", metavar="PATH", help="Which part of it they see.")
@click.option("--read-only", is_flag=True, help="They may not write to it.")
@click.option("--path", default="", help="The directory of a hostPath.")
@click.option("--secret-name", default="", metavar="NAME", help="The Secret.")
@click.option("--configmap-name", default="", metavar="NAME", help="The ConfigMap.")
@click.option("--claim-name", default="", metavar="NAME", help="The claim of a pvc.")
@click.option("--default-mode", default="", metavar="MODE", help="Of a Secret's files, in octal.")
@click.option("--source", default="", metavar="JSON", help="What it is made of, in full.")
@click.option("--overwrite", is_flag=True, help="Replace what is there.")
@click.option("--confirm", is_flag=True, help="Yes, all of them.")
@click.option("-c", "--containers", default="*", metavar="NAME", help="Only containers like that.")
@changing.options("slipcast-set")
@click.pass_context
def volume(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    """Set volumes: `set volume dc/app --add -m /etc/app --configmap-name=app`."""
    if sum(given[name] for name in ("add", "remove", "listing")) > 1:
        raise UsageFault("you may only specify one operation at a time")
    which = Targets.of(words, given, ctx.obj)
    if given["add"]:
        changing.run(ctx, which, _adding(given), given, "volume updated")
    elif given["remove"]:
        changing.run(ctx, which, _removing(given), given, "volume updated")
    else:
        _list(ctx, which, given)


def _adding(given: dict[str, Any]) -> changing.Change:
    name = given["name"]
    if not name:
        name = f"volume-{secrets.token_hex(_DIGITS)}"
        click.echo(f"info: Generated volume name: {name}", err=True)
    mount = {
        "mountPath": given["mount_path"],
        **({"subPath": given["sub_path"]} if given["sub_path"] else {}),
        **({"readOnly": True} if given["read_only"] else {}),
    }
    adding = storage.Adding(
        name=name,
        source=storage.source(given),
        mount=mount,
        containers=given["containers"],
        overwrite=given["overwrite"],
    )

    def change(kind: Kind, content: JSON) -> JSON:
        return storage.added(kind, content, adding)

    return change


def _removing(given: dict[str, Any]) -> changing.Change:
    if not given["name"] and not given["confirm"]:
        raise UsageFault("must provide --confirm for removing more than one volume")

    def change(kind: Kind, content: JSON) -> JSON:
        return storage.removed(kind, content, given["name"], given["containers"])

    return change


def _list(ctx: click.Context, which: Targets, given: dict[str, Any]) -> None:
    toolbox: Toolbox = ctx.obj
    form = forms.form_of(given, toolbox.directory)

    async def work(connection: Connection) -> int:
        telling = Telling(form, connection.clock, colour=toolbox.colour)
        async for target in changing.objects(connection, which, telling, local=given["local"]):
            with telling.trying():
                for line in storage.listed(target.kind, target.document.content, given["name"]):
                    telling.line(line)
        return telling.code

    serverflags.run(ctx, serverflags.server_flags(given), work)
