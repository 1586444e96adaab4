"""`slipcast delete`: objects removed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

import click
import msgspec

from slipcast.cli import dismantling, goflags, serverflags, targets, vanishing, writing
from slipcast.cli.goflags import FALSE, TRUE
from slipcast.cli.options import Parsed
from slipcast.cli.output.form import Form
from slipcast.cli.selection import Selection, fetch, of_manifest, resource_of
from slipcast.cli.targets import Targets
from slipcast.cli.telling import Telling
from slipcast.cli.toolbox import Connection, Toolbox
from slipcast.cli.vanishing import Vanishing
from slipcast.cli.writing import Dry
from slipcast.ports.api import DeleteOptions, Resource
from slipcast.values.apifaults import NotFound
from slipcast.values.faults import Fault, UsageFault
from slipcast.views.rows import qualified

Propagation = Literal["Orphan", "Background", "Foreground"]

IMMEDIATELY: Final = (
    "Immediate deletion does not wait for confirmation that the running resource has been "
    "terminated. The resource may continue to run on the cluster indefinitely."
)
NOTHING: Final = (
    "You must provide one or more resources by argument or filename.\n"
    "Example resource specifications include:\n"
    "   '-f rsrc.yaml'\n"
    "   '--filename=rsrc.json'\n"
    "   '<resource> <name>'\n"
    "   '<resource>'"
)


def cascade(text: str) -> Propagation:
    """`background`, `orphan`, `foreground`, or what older programs say.

    Errors: UsageFault.
    """
    if text == "background" or text in TRUE:
        return "Background"
    if text == "orphan" or text in FALSE:
        return "Orphan"
    if text == "foreground":
        return "Foreground"
    raise UsageFault(
        f'invalid cascade value ({text}). Must be "background", "foreground", or "orphan"'
    )


class _Deletion(msgspec.Struct, frozen=True, kw_only=True):
    """How to delete, and how to tell it.

    Units:  timeout in seconds.
    """

    options: DeleteOptions
    dry: Dry
    force: bool
    ignore_missing: bool
    wait: bool
    timeout: float

    @classmethod
    def of(cls, given: dict[str, Any]) -> _Deletion:
        """What the flags say.

        Errors: UsageFault.
        """
        grace: int = given["grace_period"]
        if given["now"]:
            if grace >= 0:
                raise UsageFault("--now and --grace-period cannot be specified together")
            grace = 1
        if given["force"] and grace > 0:
            raise UsageFault(
                "--force and --grace-period greater than 0 cannot be specified together"
            )
        if given["force"]:
            grace = 0
        elif grace == 0:
            # Without force an object is waited for, and gets a moment.
            grace = 1
        dry: Dry = given["dry_run"]
        # What was selected may go with what was selected before it.
        selects = given["everything"] or given["selector"] or given["field_selector"]
        return cls(
            options=DeleteOptions(
                dry_run=dry == "server",
                propagation=given["cascade"],
                grace=None if grace < 0 else grace,
            ),
            dry=dry,
            force=given["force"],
            ignore_missing=given["ignore_not_found"] or bool(selects),
            wait=given["wait"] and dry == "none",
            timeout=given["timeout"] or vanishing.WEEK,
        )


class _Deleting(msgspec.Struct, kw_only=True):
    """The run of a command; gone are those to be waited for."""

    connection: Connection
    how: _Deletion
    telling: Telling
    names: bool
    gone: list[Vanishing] = []
    found: int = 0

    async def one(self, where: Resource) -> None:
        """Delete an object."""
        try:
            if self.how.dry == "client":
                await self.connection.api.get(where)
            else:
                answer = await self.connection.api.delete(where, self.how.options)
                self.telling.warn(*answer.warnings)
                if not answer.gone:
                    self.gone.append(Vanishing(where, answer.document.names.uid))
        except NotFound:
            if self.how.ignore_missing:
                return
            raise
        self.found += 1
        self._tell(where)

    def _tell(self, where: Resource) -> None:
        if self.names:
            self.telling.line(f"{qualified(where.kind)}/{where.name}")
            return
        what = "force deleted" if self.how.force else "deleted"
        suffix = writing.SUFFIXES[self.how.dry]
        self.telling.line(f'{qualified(where.kind)} "{where.name}" {what}{suffix}')


@click.command(cls=serverflags.Command)
@click.argument("words", metavar="[TYPE [NAME…] | TYPE/NAME… | app NAME…]", nargs=-1)
@targets.many
@click.option(
    "--cascade",
    cls=goflags.Optional,
    bare="background",
    default="background",
    show_default=True,
    type=Parsed("background|orphan|foreground", cascade),
    help="What becomes of what the objects own: it goes after them, stays, or goes first.",
)
@click.option(
    "--grace-period",
    type=int,
    default=-1,
    metavar="SECONDS",
    help="How long the objects have to end. Default: as they say themselves.",
)
@click.option("--now", is_flag=True, help="Give them a second.")
@click.option("--force", is_flag=True, help="Give them no time, and do not ask whether they ended.")
@click.option(
    "--wait/--no-wait", default=True, help="Whether to wait until they are gone. Default: wait."
)
@click.option(
    "--timeout",
    type=serverflags.DURATION,
    default="0",
    help="How long to wait, such as 30s; 0: for a week.",
)
@click.option("--ignore-not-found", is_flag=True, help="What is not there is no error.")
@click.option(
    "-o", "--output", default="", metavar="name", help="name: print kind and name of each."
)
@writing.trial
@serverflags.options
@click.pass_context
def delete(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    """Delete objects: by name, by label (-l), by file (-f), or --all of a type.

    `app NAME` is an application: all that new-app made under the name, and nothing else.
    """
    toolbox: Toolbox = ctx.obj
    applications = dismantling.named(words, given)
    which = Targets() if applications else _asked(words, given, toolbox)
    how = _Deletion.of(given)
    if given["output"] not in {"", "name"}:
        raise UsageFault(f"unexpected -o output mode: {given['output']}. We only support '-o name'")

    async def work(connection: Connection) -> int:
        telling = Telling(Form(), connection.clock, dry=how.dry, colour=toolbox.colour)
        if how.force:
            telling.warn(IMMEDIATELY)
        names = given["output"] == "name"
        deleting = _Deleting(connection=connection, how=how, telling=telling, names=names)
        if applications:
            await _applications(deleting, applications)
        else:
            await _all(deleting, which)
        if not deleting.found and not telling.code and which.selects:
            click.echo("No resources found")
        if how.wait:
            await vanishing.gone(connection, deleting.gone, how.timeout)
        return telling.code

    serverflags.run(ctx, serverflags.server_flags(given), work)


def _asked(words: tuple[str, ...], given: dict[str, Any], toolbox: Toolbox) -> Targets:
    if not words and not given["filenames"]:
        raise UsageFault(NOTHING)
    if given["everything"] and (given["selector"] or given["field_selector"]):
        raise UsageFault("setting 'all' parameter but found a non empty selector. ")
    return Targets.of(words, given, toolbox)


async def _applications(deleting: _Deleting, names: Sequence[str]) -> None:
    """Delete applications with everything that new-app made of them (UP-25)."""
    found = await dismantling.look(deleting.connection)
    for name in names:
        try:
            parts = found.parts(name)
        except Fault as fault:
            if not deleting.how.ignore_missing:
                deleting.telling.fail(fault)
            continue
        for document in parts.going:
            with deleting.telling.trying():
                await deleting.one(targets.target_of(document).resource)
        for each in parts.staying:
            dismantling.tell_staying(each)


async def _all(deleting: _Deleting, which: Targets) -> None:
    connection, telling = deleting.connection, deleting.telling
    for manifest in which.files:
        with telling.trying("deleting", manifest.source):
            await deleting.one(of_manifest(manifest, connection))
    for each in which.wanted:
        if each.name:
            with telling.trying():
                await deleting.one(resource_of(each.kind, connection.namespace, each.name))
    selected = Selection(
        wanted=tuple(each for each in which.wanted if not each.name),
        namespace="" if which.everywhere else connection.namespace,
        labels=which.labels,
        fields=which.fields,
    )
    async for got in fetch(connection, selected):
        if got.fault is not None:
            telling.fail(got.fault)
        for document in got.documents:
            with telling.trying():
                await deleting.one(targets.target_of(document).resource)
