"""The command itself: files applied one by one, and what they no longer say pruned."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from slipcast.cli import applying, goflags, manifests, pruning, selection, serverflags, writing
from slipcast.cli.manifests import Manifest
from slipcast.cli.output import form as forms
from slipcast.cli.output.form import Form
from slipcast.cli.output.printing import Item, printer_of
from slipcast.cli.reaching import Reached, Reaching
from slipcast.cli.telling import Telling
from slipcast.cli.toolbox import Connection, Toolbox
from slipcast.cli.vanishing import WEEK, Vanishing, gone
from slipcast.cli.writing import Manner
from slipcast.ports.api import DeleteOptions
from slipcast.values.apifaults import Conflict, Invalid, NotFound
from slipcast.values.faults import UsageFault
from slipcast.values.selector import LabelSelector


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line says."""

    given: dict[str, Any]
    manner: Manner
    form: Form
    files: tuple[Manifest, ...]

    @property
    def is_quiet(self) -> bool:
        """Whether objects are printed at the end instead of lines in between."""
        return self.form.name not in {"", "name"}


@click.group(cls=goflags.Group, invoke_without_command=True)
@manifests.options
@click.option("--server-side", is_flag=True, help="Let the server merge, and keep who owns what.")
@click.option(
    "--force-conflicts", is_flag=True, help="With --server-side: take fields from other managers."
)
@click.option("--prune", is_flag=True, help="Delete what was applied before and is in no file now.")
@click.option("-l", "--selector", default="", metavar="LABELS", help="Only objects so labelled.")
@click.option("--all", "everything", is_flag=True, help="Let --prune look at all objects.")
@click.option(
    "--prune-allowlist",
    multiple=True,
    metavar="GROUP/VERSION/KIND",
    help="The only kinds that --prune deletes. Repeatable.",
)
@click.option(
    "--force", is_flag=True, help="Delete and create anew what cannot be changed in place."
)
@click.option("--overwrite/--no-overwrite", default=True, hidden=True, help="Always.")
@forms.whole
@writing.trial
@writing.managed("")
@writing.strictness
@serverflags.options
@click.pass_context
def apply(ctx: click.Context, /, **given: Any) -> None:
    """Bring objects to what files say: `apply -f FILE`. What is not there is created."""
    if ctx.invoked_subcommand is not None:
        return
    toolbox: Toolbox = ctx.obj
    _check(given)
    manager = applying.SERVER_SIDE if given["server_side"] else applying.CLIENT_SIDE
    files = manifests.read(given["filenames"], toolbox, recursive=given["recursive"])
    asked = Asked(
        given=given,
        manner=Manner.of({**given, "field_manager": given["field_manager"] or manager}),
        form=forms.form_of(given, toolbox.directory),
        files=selected(files, given["selector"]),
    )
    flags = serverflags.server_flags(given)
    allowed = pruning.kinds_of(given["prune_allowlist"], one_namespace=bool(flags.namespace))

    async def work(connection: Connection) -> int:
        if not asked.files:
            raise UsageFault("no objects passed to apply")
        telling = Telling(
            Form() if asked.is_quiet else asked.form,
            connection.clock,
            dry=asked.manner.dry,
            colour=toolbox.colour,
        )
        run = Run(connection=connection, asked=asked, telling=telling)
        for manifest in asked.files:
            with telling.trying():
                await run.one(manifest)
        if given["prune"] and not telling.code:
            await run.prune(allowed)
        run.show()
        return telling.code

    serverflags.run(ctx, flags, work)


def selected(files: tuple[Manifest, ...], labels: str) -> tuple[Manifest, ...]:
    """The objects with these labels."""
    if not labels:
        return files
    selector = LabelSelector.parse(labels)
    return tuple(
        each
        for each in files
        if selector.matches((each.content.get("metadata") or {}).get("labels") or {})
    )


class Run(msgspec.Struct, kw_only=True):
    """A run of the command; reached is what became of the objects."""

    connection: Connection
    asked: Asked
    telling: Telling
    reached: list[Reached] = []

    @property
    def _reaching(self) -> Reaching:
        return Reaching(
            connection=self.connection,
            manner=self.asked.manner,
            server_side=self.asked.given["server_side"],
            force_conflicts=self.asked.given["force_conflicts"],
        )

    async def one(self, manifest: Manifest) -> None:
        """Apply an object."""
        try:
            reached = await self._reaching.reach(manifest)
        except (Conflict, Invalid):
            if not self.asked.given["force"] or self.asked.manner.dry != "none":
                raise
            reached = await self._anew(manifest)
        self.telling.warn(*reached.warnings)
        self.reached.append(reached)
        if not self.asked.is_quiet:
            self.telling.did(reached.document, reached.what)

    async def prune(self, allowed: tuple[Any, ...]) -> None:
        """Delete what was applied before and is not now."""
        names = [each.document.names for each in self.reached]
        stale = pruning.stale(
            self.connection,
            allowed,
            sorted({name.namespace for name in names} - {""}),
            self.asked.given["selector"],
            frozenset(name.uid for name in names),
        )
        async for document in stale:
            if not self.asked.manner.is_local:
                where = selection.resource_of(
                    document.kind, document.names.namespace, document.names.name
                )
                await self.connection.api.delete(where, self.asked.manner.delete)
            if not self.asked.is_quiet:
                self.telling.did(document, "pruned")

    def show(self) -> None:
        """Print the objects, when they are wanted whole."""
        if not self.asked.is_quiet or not self.reached:
            return
        items = [Item.of(each.document) for each in self.reached]
        printer_of(self.asked.form, self.connection.clock).items(items, single=len(items) == 1)

    async def _anew(self, manifest: Manifest) -> Reached:
        where = selection.of_manifest(manifest, self.connection)
        try:
            answer = await self.connection.api.delete(where, DeleteOptions())
            if not answer.gone:
                await gone(self.connection, [Vanishing(where, answer.document.names.uid)], WEEK)
        except NotFound:
            pass
        return msgspec.structs.replace(await self._reaching.reach(manifest), what="configured")


def _check(given: dict[str, Any]) -> None:
    """See that the flags go together.

    Errors: UsageFault.
    """
    server_side = given["server_side"]
    wrong = {
        "must specify one of -f": not given["filenames"],
        "--force-conflicts only works with --server-side": given["force_conflicts"]
        and not server_side,
        "--force cannot be used with --server-side": given["force"] and server_side,
        "--dry-run=client doesn't work with --server-side (did you mean --dry-run=server "
        "instead?)": (server_side and given["dry_run"] == "client"),
        "cannot set --all and --selector at the same time": given["everything"]
        and given["selector"],
        "all resources selected for prune without explicitly passing --all. To prune all "
        "resources, pass the --all flag. If you did not mean to prune all resources, specify a "
        "label selector": given["prune"] and not given["selector"] and not given["everything"],
    }
    for message, holds in wrong.items():
        if holds:
            raise UsageFault(message)
