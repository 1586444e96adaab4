"""All that a status is told of, asked for side by side; what is refused is left out, and said.

Source: cli.md ST-1, ST-5.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from slipcast.api import kinds
from slipcast.api.document import Document
from slipcast.cli import projects, selection
from slipcast.cli.resources import Wanted
from slipcast.cli.selection import Got, Selection
from slipcast.cli.toolbox import Connection
from slipcast.ports.api import Resource
from slipcast.values.apifaults import ApiFault, NotFound
from slipcast.views.status.graph import inputs
from slipcast.views.status.objects import KINDS, Objects, objects
from slipcast.views.status.references import Place

SERVICE: Final = kinds.require(kinds.CORE, "Service")
STREAM: Final = kinds.require(kinds.IMAGE, "ImageStream")


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """What could be read, and which kinds could not, and why."""

    objects: Objects
    unread: tuple[tuple[str, str], ...] = ()


async def read(connection: Connection, namespace: str) -> Overview:
    """The objects of a namespace, of all that somebody sees when none is said.

    Shape:  streams of other namespaces that are built from or deployed here are there as well.
    Errors: ApiFault when nothing at all may be read.
    """
    found = await _listed(connection, namespace)
    if not namespace and all(got.fault is not None for got in found):
        found = await _one_by_one(connection)
    refused = [got for got in found if got.fault is not None]
    if len(refused) == len(found) and found and found[0].fault is not None:
        raise found[0].fault
    documents = [document for got in found for document in got.documents]
    listed = _namespaces(found, namespace)
    here = objects(documents, listed)
    other = sorted(_elsewhere(here))
    looked = await asyncio.gather(*(_stream(connection, place) for place in other))
    documents += [each for each in looked if isinstance(each, Document)]
    absent = [place for place, each in zip(other, looked, strict=True) if each is False]
    unread = ((got.wanted.kind.plural, got.fault.message) for got in refused if got.fault)
    seen = objects(
        documents,
        listed,
        absent,
        has_services=not any(got.wanted.kind is SERVICE for got in refused),
    )
    return Overview(objects=seen, unread=tuple(unread))


async def _listed(connection: Connection, namespace: str) -> list[Got]:
    wanted = tuple(map(Wanted, KINDS))
    return await selection.side_by_side(connection, Selection(wanted=wanted, namespace=namespace))


async def _one_by_one(connection: Connection) -> list[Got]:
    """Every project that somebody sees, for those who may not read all of them at once."""
    names = await projects.seen(connection)
    found = await asyncio.gather(*(_listed(connection, name) for name in names))
    return [got for part in found for got in part]


def _namespaces(found: Sequence[Got], namespace: str) -> set[str]:
    """The namespaces all of whose streams are known."""
    streams = [got for got in found if got.wanted.kind is STREAM]
    if any(got.fault is not None for got in streams):
        return set()
    if namespace:
        return {namespace}
    return {document.names.namespace for got in found for document in got.documents}


def _elsewhere(here: Objects) -> Iterable[Place]:
    """Streams that are used here and were not listed."""
    used = (
        *(image.stream for config in here.configs for image in inputs(config)),
        *(image.stream for each in here.deployers for image in each.images),
    )
    known = {place for place in used if place is not None}
    return {place for place in known if place.namespace not in here.listed} if here.listed else ()


async def _stream(connection: Connection, place: Place) -> Document | bool | None:
    """A stream; False when it is not there, None when that is not told."""
    try:
        return await connection.api.get(Resource(STREAM, place.namespace, place.name))
    except NotFound:
        return False
    except ApiFault:
        return None
