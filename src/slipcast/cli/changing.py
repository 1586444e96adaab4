"""Objects changed by a rule: each is read, changed, and written if it is still so.

Source: oc's set commands; cli.md CL-2.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import click
import msgspec

from slipcast.api.document import JSON, Document
from slipcast.api.kinds import Kind
from slipcast.cli import selection, serverflags, targets, writing
from slipcast.cli.options import Decorator, together
from slipcast.cli.output import form as forms
from slipcast.cli.targets import Target, Targets
from slipcast.cli.telling import Telling
from slipcast.cli.toolbox import Connection, Toolbox
from slipcast.cli.writing import Manner
from slipcast.values.apifaults import Conflict
from slipcast.values.faults import UsageFault

Change = Callable[[Kind, JSON], JSON]
"""An object as it is to be; what it was given is not touched. Raises Faults."""

TRIES: Final = 5
"""How often an object is read and changed again that somebody else wrote meanwhile."""


def options(manager: str) -> Decorator:
    """The flags of a command that changes objects by a rule."""
    return together(
        targets.many,
        click.option("--local", is_flag=True, help="Change what is in the files, not the server."),
        forms.whole,
        writing.options(manager),
        serverflags.options,
    )


async def objects(
    connection: Connection, which: Targets, telling: Telling, *, local: bool
) -> AsyncIterator[Target]:
    """The objects; with local as they are in the files."""
    if not local:
        async for target in targets.found(connection, which, telling):
            yield target
        return
    for manifest in which.files:
        where = selection.of_manifest(manifest, connection)
        document = Document.of(manifest.kind, manifest.content)
        yield Target(resource=where, document=document, source=manifest.source)


class Changing(msgspec.Struct, frozen=True, kw_only=True):
    """Changes objects, and tells what became of them.

    Shape:  is_told: in words; objects that are printed are printed as well when nothing changed.
    """

    change: Change
    manner: Manner
    local: bool
    said: str = "updated"
    is_told: bool = False

    async def do(self, connection: Connection, target: Target, telling: Telling) -> None:
        """Change one object.

        Errors: Fault.
        """
        before = target.document.content
        after = self.change(target.kind, before)
        if self.local or self.manner.is_local:
            telling.became(target.kind, after, self.said)
            return
        if after == before and self.is_told:
            telling.note(f'{target.kind.plural} "{target.resource.name}" was not changed')
            return
        for left in reversed(range(TRIES)):
            try:
                answer = await connection.api.update(target.resource, after, self.manner.write)
            except Conflict:
                if not left:
                    raise
                now = await connection.api.get(target.resource)
                after = self.change(target.kind, now.content)
            else:
                telling.warn(*answer.warnings)
                telling.did(answer.document, self.said)
                return


def run(
    ctx: click.Context,
    which: Targets,
    change: Change,
    given: dict[str, Any],
    said: str = "updated",
) -> None:
    """Change all that the command line names; said is what becomes of each."""
    toolbox: Toolbox = ctx.obj
    form = forms.form_of(given, toolbox.directory)
    if given["local"] and not which.files:
        raise UsageFault("--local works with -f only", hint="It changes what is in files.")
    changing = Changing(
        change=change,
        manner=Manner.of(given),
        local=given["local"],
        said=said,
        is_told=not form.name,
    )

    async def work(connection: Connection) -> int:
        dry = changing.manner.dry
        telling = Telling(form, connection.clock, dry=dry, colour=toolbox.colour)
        async for target in objects(connection, which, telling, local=changing.local):
            with telling.trying():
                await changing.do(connection, target, telling)
        return telling.code

    serverflags.run(ctx, serverflags.server_flags(given), work)
