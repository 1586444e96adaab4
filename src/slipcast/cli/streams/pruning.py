"""Pruning of images over an Api: everything is looked at, decided on, and taken away in order.

First the histories, then the Images, then, by its registry, the content; whoever is killed in
between runs it again, to the same end. What begins to be used meanwhile stays: histories are
written as they were read or not at all, and everything is looked at again before Images go, and
once more after.

Source: image-streams.md IS-132 to IS-135.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any, Final

import msgspec

from slipcast.api import kinds, lens
from slipcast.api.document import Document
from slipcast.api.image import Image, ImageStream
from slipcast.api.kinds import Kind
from slipcast.api.lens import read
from slipcast.api.limits import LimitRange
from slipcast.cli.resources import Wanted
from slipcast.cli.selection import Selection, fetch, resource_of
from slipcast.cli.telling import Telling
from slipcast.cli.toolbox import Connection
from slipcast.images.prune import Item, Keeping, Known, Pruned, prune, without
from slipcast.images.uses import use, user_kinds
from slipcast.ports.api import DeleteOptions, Resource
from slipcast.values.apifaults import AlreadyExists, Conflict, NotFound
from slipcast.values.quantity import Quantity

IMAGE: Final = kinds.require(kinds.IMAGE, "Image")
STREAM: Final = kinds.require(kinds.IMAGE, "ImageStream")
LIMITS: Final = kinds.require(kinds.CORE, "LimitRange")
LIMITED: Final = "openshift.io/Image"
"""The type of limits that are about images."""
TRIES: Final = 8
"""How often a history is read and written again that somebody else wrote meanwhile."""


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """What was found, and what goes of it; documents of the images by name."""

    pruned: Pruned
    documents: dict[str, Document]


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """How much went."""

    images: int
    items: int


async def look(
    connection: Connection, keeping: Keeping, released: frozenset[str] = frozenset()
) -> Looked:
    """Look at everything, and decide.

    Shape:  images first: one that comes later is not looked at, and stays. Released are those that
            were taken out of histories since.
    Errors: ApiFault; InvalidFault that lists the references which cannot be read.
    """
    images = [each async for each in _all(connection, IMAGE)]
    streams = [read(each, ImageStream) async for each in _all(connection, STREAM)]
    uses = [use(each) for kind in user_kinds() async for each in _all(connection, kind)]
    known = Known(
        images=[read(each, Image) for each in images],
        streams=streams,
        uses=uses,
        limits=await _limits(connection) if keeping.over_limit else {},
        released=released,
    )
    return Looked(
        pruned=prune(known, keeping, connection.clock.now()),
        documents={each.names.name: each for each in images},
    )


async def take_away(
    connection: Connection, looked: Looked, keeping: Keeping, telling: Telling
) -> Done:
    """Take away what goes and is not used meanwhile; what cannot be is told.

    Errors: ApiFault; InvalidFault for a reference that became unreadable meanwhile.
    """
    items = 0
    for place, gone in _by_stream(looked.pruned.items).items():
        with telling.trying():
            items += await _shorten(connection, place, gone)
    # Whoever began to use an image, or tagged it, since it was looked at, keeps it.
    released = frozenset(image.metadata.name for image in looked.pruned.images)
    again = (await look(connection, keeping, released)).pruned
    going = {image.metadata.name for image in again.images}
    going -= {item.event.image for item in again.items}
    removed: list[Document] = []
    for image in looked.pruned.images:
        if image.metadata.name in going:
            with telling.trying():
                removed += await _remove(connection, looked.documents[image.metadata.name])
    await _restore(connection, removed, telling)
    return Done(images=len(removed), items=items)


async def _shorten(connection: Connection, place: Resource, gone: Sequence[Item]) -> int:
    """Take items out of the history of a stream, as it is by then; how many.

    Errors: ApiFault.
    """
    for left in reversed(range(TRIES)):
        try:
            document = await connection.api.get(place)
            before = read(document, ImageStream)
            after = without(before, gone)
            if after == before:
                return 0
            content = lens.overlay(document.content, before, after)
            where = msgspec.structs.replace(place, subresource="status")
            await connection.api.update(where, content)
        except NotFound:
            return 0
        except Conflict:
            if not left:
                raise
        else:
            return _length(before) - _length(after)
    return 0


async def _remove(connection: Connection, document: Document) -> list[Document]:
    """Delete an Image unless it was changed, or is another by now; it, when it is gone.

    Errors: ApiFault.
    """
    names = document.names
    options = DeleteOptions(uid=names.uid, resource_version=str(document.revision))
    try:
        await connection.api.delete(resource_of(IMAGE, "", names.name), options)
    except (NotFound, Conflict):
        return []
    return [document]


async def _restore(connection: Connection, removed: list[Document], telling: Telling) -> None:
    """Make Images again that somebody tagged in the moment before they were deleted.

    Errors: ApiFault.
    """
    held = {
        event.image
        async for each in _all(connection, STREAM)
        for tag in read(each, ImageStream).status.tags
        for event in tag.items
    }
    for document in tuple(removed):
        if document.names.name not in held:
            continue
        with telling.trying():
            await _make(connection, document)
            removed.remove(document)


async def _make(connection: Connection, document: Document) -> None:
    metadata: dict[str, Any] = document.content["metadata"]
    kept = {
        field: metadata[field] for field in ("name", "labels", "annotations") if field in metadata
    }
    try:
        await connection.api.create(resource_of(IMAGE, ""), {**document.content, "metadata": kept})
    except AlreadyExists:
        return


async def _limits(connection: Connection) -> dict[str, int]:
    """The most that an image may have, by namespace: the least of what its limits say.

    Errors: ApiFault; InvalidFault for a limit that is no quantity.
    """
    found: dict[str, int] = {}
    async for document in _all(connection, LIMITS):
        limits = read(document, LimitRange)
        for item in limits.spec.limits:
            storage = item.max.get("storage") if item.type == LIMITED else None
            if storage is not None:
                most = Quantity.parse(str(storage)).whole
                place = limits.metadata.namespace
                found[place] = min(found.get(place, most), most)
    return found


async def _all(connection: Connection, kind: Kind) -> AsyncIterator[Document]:
    """Everything there is of a kind, everywhere.

    Errors: ApiFault.
    """
    async for got in fetch(connection, Selection(wanted=(Wanted(kind),), namespace="")):
        if got.fault is not None:
            raise got.fault
        for document in got.documents:
            yield document


def _by_stream(items: Iterable[Item]) -> dict[Resource, list[Item]]:
    found: dict[Resource, list[Item]] = {}
    for item in items:
        place = resource_of(STREAM, item.namespace, item.stream)
        found.setdefault(place, []).append(item)
    return found


def _length(stream: ImageStream) -> int:
    return sum(len(tag.items) for tag in stream.status.tags)
