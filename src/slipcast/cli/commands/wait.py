"""`slipcast wait`: until objects are as they are waited for."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any, Final

import click
import msgspec

from slipcast.api.document import Document
from slipcast.cli import awaiting, selection, serverflags, targets, vanishing
from slipcast.cli.awaiting import Met
from slipcast.cli.output import form as forms
from slipcast.cli.selection import Selection
from slipcast.cli.targets import Target, Targets
from slipcast.cli.telling import Telling
from slipcast.cli.toolbox import Connection, Toolbox
from slipcast.cli.vanishing import Vanishing
from slipcast.ports.api import Resource, WatchOptions
from slipcast.values.apifaults import Expired, NotFound
from slipcast.values.faults import Fault

MET: Final = "condition met"
_SHORTEST: Final = 0.001
"""Seconds in which what holds already is still seen to hold."""


@click.command(cls=serverflags.Command)
@click.argument("words", metavar="TYPE NAME… | TYPE/NAME…", nargs=-1)
@click.option(
    "--for",
    "what",
    default="",
    metavar="WHAT",
    help="condition=NAME[=STATUS], delete, create, or jsonpath={PATH}[=VALUE].",
)
@click.option(
    "--timeout",
    default="30s",
    show_default=True,
    help="How long to wait, such as 30s; 0 looks once; -1s waits for a week.",
)
@targets.many
@forms.whole
@serverflags.options
@click.pass_context
def wait(ctx: click.Context, /, words: tuple[str, ...], what: str, **given: Any) -> None:
    """Wait until objects are there, gone, or as they should be."""
    toolbox: Toolbox = ctx.obj
    patience = _patience(given["timeout"])
    form = forms.form_of(given, toolbox.directory)
    met = None if what in {"delete", "create"} else awaiting.met(what)
    which = Targets.of(words, given, toolbox)

    async def work(connection: Connection) -> int:
        telling = Telling(form, connection.clock, colour=toolbox.colour)
        waiting = _Waiting(connection=connection, patience=patience, telling=telling)
        if what == "create":
            await waiting.created(which)
        elif met is None:
            await waiting.deleted(which)
        else:
            await waiting.until(which, met)
        return telling.code

    serverflags.run(ctx, serverflags.server_flags(given), work)


def _patience(text: str) -> float:
    if text.startswith("-"):
        return vanishing.WEEK
    return max(serverflags.duration(text), _SHORTEST)


class _Waiting(msgspec.Struct, frozen=True, kw_only=True):
    connection: Connection
    patience: float
    telling: Telling

    async def until(self, which: Targets, met: Met) -> None:
        """Wait until every object is as it should be."""
        seen = 0
        async for target in targets.found(self.connection, which, self.telling):
            seen += 1
            with self.telling.trying():
                await self._timed(self._one(target, met), target.resource)
        if not seen and not self.telling.code:
            raise Fault("no matching resources found")

    async def deleted(self, which: Targets) -> None:
        """Wait until every object is gone."""
        async for target in self._there(which):
            with self.telling.trying():
                leaving = Vanishing(target.resource, target.document.names.uid)
                going = vanishing.gone(self.connection, [leaving], vanishing.WEEK)
                await self._timed(going, target.resource)
                self.telling.did(target.document, MET)

    async def created(self, which: Targets) -> None:
        """Wait until there are such objects."""
        for where in self._places(which):
            with self.telling.trying():
                # Looking takes its time, too, and is none of the waiting.
                found = await self._seen(where, which)
                for document in found or await self._timed(self._appeared(where, which), None):
                    self.telling.did(document, MET)

    async def _timed(self, waiting: Any, where: Resource | None) -> Any:
        try:
            async with asyncio.timeout(self.patience):
                return await waiting
        except TimeoutError as late:
            if self.patience == _SHORTEST and where:
                raise Fault(f"condition not met for {where.kind.plural}/{where.name}") from late
            on = f" on {where.kind.plural}/{where.name}" if where else ""
            raise Fault(f"timed out waiting for the condition{on}", reason="Timeout") from late

    async def _one(self, target: Target, met: Met) -> None:
        where = target.resource
        document = target.document
        while not met(document.content):
            async with aclosing(await self._watch(where, document.revision)) as events:
                try:
                    async for event in events:
                        document = event.document
                        if event.type == "DELETED":
                            raise NotFound(where.kind.plural, where.kind.group, where.name)
                        if met(document.content):
                            break
                except Expired:
                    document = await self.connection.api.get(where)
        self.telling.did(document, MET)

    async def _watch(self, where: Resource, revision: int) -> Any:
        fields = f"metadata.name={where.name}" if where.name else ""
        options = WatchOptions(fields=fields, resource_version=str(revision))
        return await self.connection.api.watch(where.named(""), options)

    async def _there(self, which: Targets) -> Any:
        """The objects that there are; that others are gone already is what is wanted."""
        for where in self._places(which):
            try:
                for document in await self._listed(where, which):
                    yield targets.target_of(document)
            except NotFound:
                continue

    async def _seen(self, where: Resource, which: Targets) -> list[Document]:
        try:
            return await self._listed(where, which)
        except NotFound:
            return []

    async def _appeared(self, where: Resource, which: Targets) -> list[Document]:
        options = WatchOptions(
            labels=which.labels,
            fields=f"metadata.name={where.name}" if where.name else which.fields,
        )
        events = await self.connection.api.watch(where.named(""), options)
        async with aclosing(events):
            async for event in events:
                if event.type == "ADDED":
                    return [event.document]
        # The server ends every watch some day.
        return await self._seen(where, which) or await self._appeared(where, which)

    async def _listed(self, where: Resource, which: Targets) -> list[Document]:
        if where.name:
            return [await self.connection.api.get(where)]
        asked = Selection(
            wanted=tuple(each for each in which.wanted if each.kind is where.kind),
            namespace=where.namespace,
            labels=which.labels,
            fields=which.fields,
        )
        return [
            document
            async for got in selection.fetch(self.connection, asked)
            for document in got.documents
        ]

    def _places(self, which: Targets) -> list[Resource]:
        namespace = "" if which.everywhere else self.connection.namespace
        return [
            *(selection.of_manifest(each, self.connection) for each in which.files),
            *(selection.resource_of(each.kind, namespace, each.name) for each in which.wanted),
        ]
