"""`slipcast edit`: objects changed in an editor. Nothing that was typed is lost."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

from slipcast.api.document import JSON
from slipcast.cli import (
    applying,
    editing,
    faults,
    manifests,
    resources,
    selection,
    serverflags,
    targets,
    writing,
)
from slipcast.cli.faults import Manner as Words
from slipcast.cli.output.form import Form
from slipcast.cli.targets import Target, Targets
from slipcast.cli.telling import Telling
from slipcast.cli.toolbox import Connection, Toolbox
from slipcast.cli.writing import Manner
from slipcast.ports.api import Patch, Resource
from slipcast.values.apifaults import ApiFault, BadRequest, Invalid
from slipcast.values.faults import Fault, UsageFault


@click.command(cls=serverflags.Command)
@click.argument("words", metavar="TYPE NAME | TYPE/NAME", nargs=-1)
@manifests.options
@selection.selectors
@click.option(
    "-o",
    "--output",
    type=click.Choice(["yaml", "json"]),
    default="yaml",
    show_default=True,
    help="In which form to edit.",
)
@click.option("--subresource", default="", metavar="NAME", help="Edit that: status.")
@click.option("--show-managed-fields", is_flag=True, help="Keep metadata.managedFields.")
@click.option("--save-config", is_flag=True, help="Keep the result in the object, for apply.")
@writing.managed("kubectl-edit")
@writing.strictness
@serverflags.options
@click.pass_context
def edit(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    """Change objects in an editor: $KUBE_EDITOR, $EDITOR or vi."""
    toolbox: Toolbox = ctx.obj
    # A type alone means all of its objects.
    named = any(each.name for each in resources.parse(words))
    everything = not named and not given["selector"]
    which = Targets.of(words, {**given, "everything": everything}, toolbox)
    manner = Manner.of({**given, "dry_run": "none"})

    async def work(connection: Connection) -> int:
        telling = Telling(Form(), connection.clock, colour=toolbox.colour)
        found = [target async for target in targets.found(connection, which, telling)]
        if not found:
            return telling.code or _nothing()
        session = _Session(
            connection=connection,
            toolbox=toolbox,
            telling=telling,
            manner=manner,
            given=given,
            targets=found,
        )
        await session.run()
        return telling.code

    serverflags.run(ctx, serverflags.server_flags(given), work)


def _nothing() -> int:
    raise UsageFault("edit cancelled, no objects found")


class _Session(msgspec.Struct, kw_only=True):
    """Editing until everything is taken, or given up; first is the page that was shown first."""

    connection: Connection
    toolbox: Toolbox
    telling: Telling
    manner: Manner
    given: dict[str, Any]
    targets: Sequence[Target]
    first: str = ""

    async def run(self) -> None:
        """Edit.

        Errors: Fault, which names the file with what was typed.
        """
        form: str = self.given["output"]
        suffix = f".{form}"
        handle, name = tempfile.mkstemp(prefix="slipcast-edit-", suffix=suffix)
        os.close(handle)
        file = Path(name)
        taken = False
        try:
            taken = await self._until_taken(file, form)
        finally:
            _end(file, self.first, taken=taken)

    async def _until_taken(self, file: Path, form: str) -> bool:
        """Whether nothing is left in the file that is not elsewhere."""
        before = [self._shown(target.document.content) for target in self.targets]
        text = editing.text_of(before, form)
        reasons: tuple[str, ...] = ()
        shown = text
        while True:
            page = editing.page(text, reasons)
            self.first = self.first or page
            edited = await asyncio.to_thread(self._edited, file, page)
            if edited.strip() in {"", shown.strip()}:
                return self._cancelled(edited, reasons)
            text = shown = edited
            try:
                after = editing.parsed(edited, len(before))
                changes = self._changes(before, after)
            except (UsageFault, BadRequest) as wrong:
                reasons = editing.reasons_of(wrong)
                continue
            if not any(change for _, change in changes):
                click.echo("Edit cancelled, no changes made.", err=True)
                return True
            try:
                return await self._send(changes)
            except (Invalid, BadRequest) as refused:
                faults.report(refused, Words.API)
                reasons = editing.reasons_of(refused)

    def _cancelled(self, edited: str, reasons: Sequence[str]) -> bool:
        if reasons:
            raise Fault("Edit cancelled, no valid changes were saved.")
        why = "no changes made." if edited.strip() else "saved file was empty."
        click.echo(f"Edit cancelled, {why}", err=True)
        return True

    def _edited(self, file: Path, page: str) -> str:
        file.write_text(page, "utf-8")
        words = editing.editor(self.toolbox.environment)
        code = self.toolbox.programs.run([*words, str(file)])
        if code:
            raise Fault(f'there was a problem with the editor "{words[0]}": it ended with {code}')
        return editing.without_comments(file.read_text("utf-8"))

    def _shown(self, content: JSON) -> JSON:
        metadata = dict(content["metadata"])
        if not self.given["show_managed_fields"]:
            metadata.pop("managedFields", None)
        return {**content, "metadata": metadata}

    def _changes(self, before: list[JSON], after: list[JSON]) -> list[tuple[Target, JSON]]:
        """What is to be done to each object.

        Errors: UsageFault.
        """
        if len(after) != len(before):
            raise UsageFault("no object may be added to the list, or taken from it")
        found: list[tuple[Target, JSON]] = []
        for target, old, new in zip(self.targets, before, after, strict=True):
            wanted = applying.remembered(new) if self.given["save_config"] else new
            found.append((target, editing.change(target.kind, old, wanted)))
        return found

    async def _send(self, changes: list[tuple[Target, JSON]]) -> bool:
        """Whether all was taken.

        Errors: Invalid, BadRequest: what can be mended by editing again.
        """
        taken = True
        for target, change in changes:
            if not change:
                self.telling.did(target.document, "skipped")
                continue
            try:
                answer = await self.connection.api.patch(
                    self._where(target), Patch(type="strategic", body=change), self.manner.write
                )
            except (Invalid, BadRequest):
                raise
            except ApiFault as refused:
                self.telling.fail(refused)
                taken = False
                continue
            self.telling.warn(*answer.warnings)
            self.telling.did(answer.document, "edited")
        return taken

    def _where(self, target: Target) -> Resource:
        return msgspec.structs.replace(target.resource, subresource=self.given["subresource"])


def _end(file: Path, first: str, *, taken: bool) -> None:
    """Take the file away, unless something in it is nowhere else."""
    if taken or file.read_text("utf-8") in {"", first}:
        file.unlink()
    else:
        click.echo(f'A copy of your changes has been stored to "{file}"', err=True)
