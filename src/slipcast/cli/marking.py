"""What `label` and `annotate` have in common.

Source: kubectl 1.32, tried out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click
import msgspec

from slipcast.cli import pairs, serverflags, targets, writing
from slipcast.cli.options import Decorator, together
from slipcast.cli.output import form as forms
from slipcast.cli.pairs import Pairs
from slipcast.cli.targets import Target, Targets
from slipcast.cli.telling import Telling
from slipcast.cli.toolbox import Connection, Toolbox
from slipcast.cli.writing import Manner
from slipcast.ports.api import Patch
from slipcast.values.faults import Fault, UsageFault

Said = Callable[[Pairs, Mapping[str, str]], str]
"""What is said to have been done, by the changes and what there was."""


class Marks(msgspec.Struct, frozen=True, kw_only=True):
    """Labels or annotations: the field, the word for one, and how things are said."""

    field: str
    word: str
    said: Said
    taken: Callable[[tuple[tuple[str, str], ...]], str]


def options(manager: str) -> Decorator:
    """The flags of both commands."""
    return together(
        targets.many,
        click.option("--overwrite", is_flag=True, help="Let other values be replaced."),
        click.option("--list", "listing", is_flag=True, help="Show what there is."),
        click.option(
            "--resource-version", default="", metavar="VERSION", help="Only if it is still so."
        ),
        click.option("--local", is_flag=True, help="Change what is in the files, not the server."),
        forms.whole,
        writing.options(manager),
        serverflags.options,
    )


def run(ctx: click.Context, marks: Marks, words: tuple[str, ...], given: dict[str, Any]) -> None:
    """Do what the command line says."""
    toolbox: Toolbox = ctx.obj
    named, changes = pairs.split(words, marks.word)
    asked = pairs.parse(changes, labels=marks.field == "labels")
    if not named and not given["filenames"]:
        raise UsageFault(targets.UNSAID)
    if not changes and not given["listing"]:
        raise UsageFault(f"at least one {marks.word} update is required")
    which = Targets.of(named, given, toolbox)
    if given["resource_version"] and (which.selects or len(which.wanted) > 1):
        raise UsageFault("--resource-version may only be used with a single resource")
    if given["local"] and not which.files:
        raise UsageFault("--local needs objects in files (-f)")
    flags = serverflags.server_flags(given)
    job = _Job(marks=marks, asked=asked, manner=Manner.of(given), given=given)
    form = forms.form_of(given, toolbox.directory)

    async def work(connection: Connection) -> int:
        telling = Telling(form, connection.clock, dry=job.manner.dry, colour=toolbox.colour)
        if given["local"]:
            for manifest in which.files:
                changed = asked.onto(marks.field, manifest.content)
                telling.became(manifest.kind, changed, marks.said(asked, {}))
            return telling.code
        async for target in targets.found(connection, which, telling):
            with telling.trying():
                await job.do(connection, target, telling)
        return telling.code

    serverflags.run(ctx, flags, work)


class _Job(msgspec.Struct, frozen=True, kw_only=True):
    marks: Marks
    asked: Pairs
    manner: Manner
    given: dict[str, Any]

    async def do(self, connection: Connection, target: Target, telling: Telling) -> None:
        content = target.document.content
        current: Mapping[str, str] = content["metadata"].get(self.marks.field) or {}
        if self.given["listing"]:
            for key in sorted(current):
                telling.line(f"{key}={current[key]}")
            return
        taken = self.asked.taken(current)
        if taken and not self.given["overwrite"]:
            raise_taken(self.marks, taken)
        for key in self.asked.removed:
            if key not in current and self.marks.field == "labels":
                telling.line(f'label "{key}" not found.')
        change = self.asked.patch(self.marks.field, current, self.given["resource_version"])
        said = self.marks.said(self.asked, current)
        if self.manner.is_local or not change:
            telling.became(target.kind, self.asked.onto(self.marks.field, content), said)
            return
        answer = await connection.api.patch(
            target.resource, Patch(type="merge", body=change), self.manner.write
        )
        telling.warn(*answer.warnings)
        telling.did(answer.document, said)


def raise_taken(marks: Marks, taken: tuple[tuple[str, str], ...]) -> None:
    """Refuse to replace what was not to be replaced.

    Errors: UsageFault.
    """
    raise Fault(marks.taken(taken))
