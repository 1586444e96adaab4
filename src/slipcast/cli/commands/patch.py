"""`slipcast patch`: objects changed in part."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click
import msgspec
from msgspec.structs import replace

from slipcast.api import codec
from slipcast.api.document import JSON
from slipcast.api.kinds import Kind
from slipcast.api.shapes import shape_of
from slipcast.cli import manifests, serverflags, targets, writing
from slipcast.cli.options import FILE
from slipcast.cli.output import form as forms
from slipcast.cli.targets import Target, Targets
from slipcast.cli.telling import Telling
from slipcast.cli.toolbox import Connection, Toolbox
from slipcast.cli.writing import Manner
from slipcast.ports.api import Patch
from slipcast.values import patch as patches
from slipcast.values.apifaults import BadRequest
from slipcast.values.faults import UsageFault

TYPES: Final = ("json", "merge", "strategic")


class _Change(msgspec.Struct, frozen=True, kw_only=True):
    patch: Patch
    manner: Manner
    subresource: str
    local: bool

    async def do(self, connection: Connection, target: Target, telling: Telling) -> None:
        before = target.document.content
        if self.manner.is_local:
            telling.became(target.kind, applied(self.patch, target.kind, before), "patched")
            return
        where = replace(target.resource, subresource=self.subresource)
        answer = await connection.api.patch(where, self.patch, self.manner.write)
        telling.warn(*answer.warnings)
        same = answer.document.body == target.document.body
        telling.did(answer.document, "patched (no change)" if same else "patched")


@click.command(cls=serverflags.Command)
@click.argument("words", metavar="TYPE NAME | TYPE/NAME", nargs=-1)
@click.option("-p", "--patch", "text", metavar="PATCH", help="The patch, as JSON or YAML.")
@click.option("--patch-file", type=FILE, help="A file that holds the patch.")
@click.option(
    "--type",
    "form",
    type=click.Choice(TYPES),
    default="strategic",
    show_default=True,
    help="json: a list of operations. merge: an object laid over the other. strategic: the same, "
    "with lists merged by their keys.",
)
@click.option("--subresource", default="", metavar="NAME", help="Patch that: status, scale.")
@click.option("--local", is_flag=True, help="Change what is in the files, not the server.")
@manifests.options
@forms.whole
@writing.options("kubectl-patch")
@serverflags.options
@click.pass_context
def patch(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    """Change objects in part: `patch bc app -p '{"spec":{"runPolicy":"Parallel"}}'`."""
    toolbox: Toolbox = ctx.obj
    change = _Change(
        patch=Patch(type=given["form"], body=_body(given, toolbox.directory)),
        manner=Manner.of(given),
        subresource=given["subresource"],
        local=given["local"],
    )
    which = Targets.of(words, given, toolbox)
    form = forms.form_of(given, toolbox.directory)

    async def work(connection: Connection) -> int:
        telling = Telling(form, connection.clock, dry=change.manner.dry, colour=toolbox.colour)
        if change.local:
            for manifest in which.files:
                content = applied(change.patch, manifest.kind, manifest.content)
                telling.became(manifest.kind, content, "patched")
            return telling.code
        async for target in targets.found(connection, which, telling):
            with telling.trying():
                await change.do(connection, target, telling)
        return telling.code

    serverflags.run(ctx, serverflags.server_flags(given), work)


def applied(patch: Patch, kind: Kind, before: JSON) -> JSON:
    """What a patch would make of an object.

    Errors: ApiFault.
    """
    match patch.type:
        case "json":
            return patches.json_patch(before, patch.body)
        case "merge":
            return patches.merge_patch(before, patch.body)
        case _:
            return patches.strategic_patch(before, patch.body, shape_of(kind))


def _body(given: dict[str, Any], directory: Path) -> Any:
    """The patch.

    Errors: UsageFault.
    """
    text, file = given["text"], given["patch_file"]
    if (text is None) == (file is None):
        raise UsageFault("must specify one of --patch and --patch-file")
    try:
        raw = text.encode() if file is None else (directory / file).read_bytes()
    except OSError as fault:
        raise UsageFault(f"unable to read patch file: {file}: {fault.strerror}") from fault
    try:
        body = codec.parse_any(raw, codec.YAML_TYPE)
    except BadRequest as wrong:
        raise UsageFault(f"unable to parse {raw.decode(errors='replace')!r}: {wrong}") from wrong
    wanted = list if given["form"] == "json" else dict
    if not isinstance(body, wanted):
        what = "a list of operations" if wanted is list else "an object"
        raise UsageFault(f"a {given['form']} patch must be {what}")
    return body
