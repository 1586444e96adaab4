"""`slipcast describe`: what matters of an object, and what happened to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import click
import msgspec

from slipcast.api import kinds, lens
from slipcast.api.build import Build
from slipcast.api.document import JSON, Document
from slipcast.api.kinds import Kind
from slipcast.builds.naming import BUILD_CONFIG, is_of_config
from slipcast.cli import faults, manifests, resources, selection, serverflags
from slipcast.cli.faults import Manner
from slipcast.cli.manifests import Manifest
from slipcast.cli.resources import Wanted
from slipcast.cli.selection import Got, Selection
from slipcast.cli.toolbox import Connection, Toolbox
from slipcast.ports.api import ListOptions, Resource
from slipcast.values.apifaults import ApiFault, Forbidden, NotFound, NotServed
from slipcast.values.faults import UsageFault
from slipcast.values.imageref import DEFAULT_TAG
from slipcast.values.names import shortened
from slipcast.views.describe import description
from slipcast.views.describe.page import Around

EVENTS: Final = kinds.require(kinds.CORE, "Event")
DELIVERIES: Final = kinds.require(kinds.SLIPCAST, "WebhookDelivery")
BUILDS: Final = kinds.require(kinds.BUILD, "Build")
TAGS: Final = kinds.require(kinds.IMAGE, "ImageStreamTag")
POD_NAME: Final = "openshift.io/build.pod-name"


@click.command(cls=serverflags.Command)
@click.argument("words", metavar="[TYPE [NAME_PREFIX…] | TYPE/NAME…]", nargs=-1)
@selection.label_selector
@serverflags.everywhere
@manifests.options
@click.option(
    "--show-events/--no-show-events",
    default=True,
    help="Whether to tell the events of each object. Default: yes.",
)
@click.option(
    "--chunk-size",
    type=click.IntRange(0),
    default=selection.CHUNK,
    show_default=True,
    help="How many objects are asked for at once; 0 for all.",
)
@serverflags.options
@click.pass_context
def describe(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    """Describe objects: `describe bc/app`, `describe builds -l app=web`."""
    toolbox: Toolbox = ctx.obj
    if not words and not given["filenames"]:
        raise click.UsageError("Required resource not specified.", ctx)
    if words and given["filenames"]:
        raise UsageFault("resources are named by arguments or by files, not by both")
    files = manifests.read(given["filenames"], toolbox, recursive=given["recursive"])
    wanted = tuple(map(_with_tag, resources.parse(words)))

    async def work(connection: Connection) -> int:
        which = Selection(
            wanted=wanted,
            namespace="" if given["all_namespaces"] else connection.namespace,
            labels=given["selector"],
            chunk=given["chunk_size"],
        )
        which.check()
        return await Describing(connection, which, events=given["show_events"]).run(files)

    serverflags.run(ctx, serverflags.server_flags(given), work)


class Describing(msgspec.Struct, frozen=True):
    """The work of one command."""

    connection: Connection
    selection: Selection
    events: bool

    async def run(self, files: Sequence[Manifest]) -> int:
        """Describe what is found, then tell what was refused; the exit code."""
        refused: list[ApiFault] = []
        told = 0
        for got in await self._found(files):
            if got.fault is not None:
                refused.append(got.fault)
            for document in got.documents:
                click.echo(("\n\n" if told else "") + await self._page(document), nl=False)
                told += 1
        if not told and not refused:
            self._say_nothing()
        for fault in refused:
            faults.report(fault, Manner.API)
        return 1 if refused else 0

    async def _found(self, files: Sequence[Manifest]) -> list[Got]:
        if files:
            return [got async for got in selection.of_manifests(self.connection, files)]
        found = []
        async for got in selection.fetch(self.connection, self.selection):
            missing = isinstance(got.fault, NotFound) and bool(got.wanted.name)
            found.append(await self._by_prefix(got) if missing else got)
        return found

    async def _by_prefix(self, missing: Got) -> Got:
        """The objects whose names begin with the name that nothing has."""
        wanted = Wanted(missing.wanted.kind)
        which = msgspec.structs.replace(self.selection, wanted=(wanted,))
        async for got in selection.fetch(self.connection, which):
            prefix = missing.wanted.name
            meant = tuple(each for each in got.documents if each.names.name.startswith(prefix))
            return msgspec.structs.replace(got, documents=meant) if meant else missing
        return missing

    async def _page(self, document: Document) -> str:
        around = Around(
            now=self.connection.clock.now(),
            server=self.connection.access.server,
            events=await self._events(document) if self.events else (),
            builds=await self._builds(document),
            deliveries=await self._deliveries(document),
        )
        return description.described(document.kind, document.content, around, events=self.events)

    async def _events(self, document: Document) -> Sequence[JSON]:
        if not description.tells_events(document.kind):
            return ()
        names = document.names
        found = await self._listed(EVENTS, document, fields=f"involvedObject.uid={names.uid}")
        pod = (document.content["metadata"].get("annotations") or {}).get(POD_NAME)
        if document.kind is BUILDS and pod:
            about = f"involvedObject.kind=Pod,involvedObject.name={pod}"
            found += await self._listed(EVENTS, document, fields=about)
        return sorted(found, key=_seen)

    async def _builds(self, document: Document) -> Sequence[JSON]:
        if (document.kind.group, document.kind.name) != (kinds.BUILD, "BuildConfig"):
            return ()
        name = document.names.name
        # The label of a long name is its beginning; the annotation has all of it (BL-3).
        found = await self._listed(BUILDS, document, labels=f"{BUILD_CONFIG}={shortened(name)}")
        return [each for each in found if is_of_config(lens.read(each, Build), name)]

    async def _deliveries(self, document: Document) -> Sequence[JSON]:
        if (document.kind.group, document.kind.name) != (kinds.BUILD, "BuildConfig"):
            return ()
        found = await self._listed(DELIVERIES, document)
        return [each for each in found if each.get("buildConfig") == document.names.name]

    async def _listed(
        self, kind: Kind, beside: Document, *, labels: str = "", fields: str = ""
    ) -> list[JSON]:
        """Objects beside another; none where they may not be seen."""
        where = Resource(kind, beside.names.namespace)
        try:
            listing = await self.connection.api.list(
                where, ListOptions(labels=labels, fields=fields)
            )
        except (Forbidden, NotServed):
            return []
        return [each.content for each in listing.documents]

    def _say_nothing(self) -> None:
        namespace = self.selection.namespace
        if namespace and all(each.kind.namespaced for each in self.selection.wanted):
            click.echo(f"No resources found in {namespace} namespace.", err=True)
        else:
            click.echo("No resources found", err=True)


def _with_tag(wanted: Wanted) -> Wanted:
    """A tag of a stream that is named without one is `latest` (DE-1)."""
    if wanted.kind is not TAGS or not wanted.name or ":" in wanted.name:
        return wanted
    return Wanted(TAGS, f"{wanted.name}:{DEFAULT_TAG}")


def _seen(event: JSON) -> str:
    return str(event.get("lastTimestamp") or event.get("eventTime") or "")
