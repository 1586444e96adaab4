"""Which objects a command is about, and fetching them: by arguments, by selectors, from files."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Final

import click
import msgspec
from msgspec.structs import replace

from slipcast.api.document import Document
from slipcast.api.kinds import Kind
from slipcast.cli.manifests import Manifest
from slipcast.cli.options import together
from slipcast.cli.resources import Wanted
from slipcast.cli.toolbox import Connection
from slipcast.ports.api import Listing, ListOptions, Resource
from slipcast.values.apifaults import ApiFault, BadRequest, Expired
from slipcast.values.faults import UsageFault

CHUNK: Final = 500
"""How many objects are asked for at once."""

label_selector = click.option(
    "-l", "--selector", default="", metavar="LABELS", help="Only objects with these labels."
)

selectors = together(
    label_selector,
    click.option(
        "--field-selector", default="", metavar="FIELDS", help="Only objects with these fields."
    ),
)


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted.

    Shape:  namespace is where; empty means in all of them. chunk 0 asks for everything at once.
    """

    wanted: tuple[Wanted, ...]
    namespace: str
    labels: str = ""
    fields: str = ""
    chunk: int = CHUNK

    @property
    def is_single(self) -> bool:
        """Whether one object is meant, by its name."""
        return len(self.wanted) == 1 and bool(self.wanted[0].name)

    def check(self) -> None:
        """See that the parts go together.

        Errors: UsageFault.
        """
        named = any(each.name for each in self.wanted)
        if named and (self.labels or self.fields):
            raise UsageFault("name cannot be provided when a selector is specified")
        if named and not self.namespace:
            raise UsageFault(
                "a resource cannot be retrieved by name across all namespaces",
            )


class Got(msgspec.Struct, frozen=True, kw_only=True):
    """What one of the wanted things turned out to be: objects, or a fault."""

    wanted: Wanted
    documents: tuple[Document, ...] = ()
    revision: int = 0
    fault: ApiFault | None = None


def resource_of(kind: Kind, namespace: str, name: str = "") -> Resource:
    """Where objects of a kind are; the namespace counts only where the kind has one."""
    return Resource(kind, namespace if kind.namespaced else "", name)


def of_manifest(manifest: Manifest, connection: Connection) -> Resource:
    """Where the object of a manifest is."""
    return resource_of(manifest.kind, manifest.namespace or connection.namespace, manifest.name)


async def fetch(connection: Connection, selection: Selection) -> AsyncIterator[Got]:
    """Everything wanted, each as soon as it is here; refusals beside the rest."""
    for each in selection.wanted:
        where = resource_of(each.kind, selection.namespace, each.name)
        try:
            if each.name:
                yield await _one(connection, each, where)
            else:
                yield await _all(connection, each, where, selection)
        except BadRequest as fault:
            yield Got(wanted=each, fault=_about_selectors(fault, each.kind, selection))
        except ApiFault as fault:
            yield Got(wanted=each, fault=fault)


async def side_by_side(connection: Connection, selection: Selection) -> list[Got]:
    """Everything wanted, asked for side by side; in the order of what is wanted."""
    parts = (replace(selection, wanted=(each,)) for each in selection.wanted)
    found = await asyncio.gather(*(_collected(connection, part) for part in parts))
    return [got for part in found for got in part]


async def _collected(connection: Connection, selection: Selection) -> list[Got]:
    return [got async for got in fetch(connection, selection)]


async def of_manifests(connection: Connection, manifests: Iterable[Manifest]) -> AsyncIterator[Got]:
    """The objects that files name, as they are now."""
    for manifest in manifests:
        each = Wanted(manifest.kind, manifest.name)
        try:
            yield await _one(connection, each, of_manifest(manifest, connection))
        except ApiFault as fault:
            yield Got(wanted=each, fault=fault)


def _about_selectors(fault: BadRequest, kind: Kind, which: Selection) -> BadRequest:
    """The fault, with the selectors that it is about, when there are any."""
    if not which.labels and not which.fields:
        return fault
    where = f"{kind.group}/{kind.version}, Resource={kind.plural}"
    return BadRequest(
        f'Unable to find "{where}" that match label selector "{which.labels}", '
        f'field selector "{which.fields}": {fault.message}'
    )


async def _one(connection: Connection, wanted: Wanted, where: Resource) -> Got:
    document = await connection.api.get(where)
    return Got(wanted=wanted, documents=(document,), revision=document.revision)


async def _all(connection: Connection, wanted: Wanted, where: Resource, which: Selection) -> Got:
    options = ListOptions(labels=which.labels, fields=which.fields, limit=which.chunk)
    pages: list[Listing] = []
    while not pages or pages[-1].token:
        token = pages[-1].token if pages else ""
        try:
            pages.append(await connection.api.list(where, replace(options, from_token=token)))
        except Expired:
            if not token:
                raise
            # The first page is no longer remembered: everything at once, then.
            pages = [await connection.api.list(where, replace(options, limit=0))]
    documents = tuple(document for page in pages for document in page.documents)
    return Got(wanted=wanted, documents=documents, revision=pages[-1].revision)
