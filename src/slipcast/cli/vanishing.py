"""Deletions, and waiting until what was deleted is gone.

Source: kubectl delete, tried out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import aclosing
from typing import Final

import msgspec

from slipcast.api.document import Document
from slipcast.cli.selection import resource_of
from slipcast.cli.toolbox import Connection
from slipcast.ports.api import Resource, WatchOptions
from slipcast.values.apifaults import Expired, NotFound
from slipcast.values.faults import Fault

WEEK: Final = 168 * 3600.0
"""Seconds that are waited when it is not said how long."""


class Vanishing(msgspec.Struct, frozen=True):
    """An object on its way out: where it was, and the uid it had."""

    resource: Resource
    uid: str


async def gone(connection: Connection, waiting: Iterable[Vanishing], patience: float) -> None:
    """Wait until all are gone, or others have their names.

    Units:  patience in seconds for all together.
    Errors: Fault when the time is over; ApiFault.
    """
    asked = list(waiting)
    at = 0
    try:
        async with asyncio.timeout(patience):
            for at, each in enumerate(asked):  # noqa: B007 -- the one that was waited for is told
                await _one(connection, each)
    except TimeoutError as late:
        where = asked[at].resource
        raise Fault(
            f"timed out waiting for the condition on {where.kind.plural}/{where.name}",
            reason="Timeout",
        ) from late


async def _one(connection: Connection, each: Vanishing) -> None:
    where = each.resource
    collection = resource_of(where.kind, where.namespace)
    while True:
        try:
            document = await connection.api.get(where)
        except NotFound:
            return
        if _is_other(document, each.uid):
            return
        options = WatchOptions(
            fields=f"metadata.name={where.name}", resource_version=str(document.revision)
        )
        try:
            async with aclosing(await connection.api.watch(collection, options)) as events:
                async for event in events:
                    if event.type == "DELETED" or _is_other(event.document, each.uid):
                        return
        except Expired:
            continue


def _is_other(document: Document, uid: str) -> bool:
    """Whether an object has just the name of the one that was deleted."""
    return bool(uid) and document.names.uid != uid
