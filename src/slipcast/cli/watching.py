"""Watching: what there is, then every change as it comes, over as many watches as it takes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import msgspec

from slipcast.api.document import Document
from slipcast.cli.selection import Got, Selection, fetch, resource_of
from slipcast.cli.toolbox import Connection
from slipcast.ports.api import WatchEvent, WatchOptions
from slipcast.values.faults import UsageFault

Tell = Callable[[str, Document], None]


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """A watch of one kind of object.

    Units:  timeout in seconds, after which the watch is over; 0 for never.
    """

    connection: Connection
    selection: Selection
    timeout: float = 0

    async def start(self) -> Got:
        """What there is.

        Errors: UsageFault when several types or names are wanted; ApiFault.
        """
        if len(self.selection.wanted) != 1:
            raise UsageFault("you may only specify a single resource type")
        found = [got async for got in fetch(self.connection, self.selection)]
        fault = found[0].fault
        if fault is not None:
            raise fault
        return found[0]

    async def follow(self, start: Got, tell: Tell) -> None:
        """Tell every change after the start; until the time is over, or for ever.

        Errors: ApiFault, PortFault.
        """
        revision = start.revision
        while True:
            async with aclosing(await self._opened(revision)) as events:
                async for event in events:
                    revision = max(revision, event.document.revision)
                    if event.type != "BOOKMARK":
                        tell(event.type, event.document)
            if self.timeout:
                return

    async def _opened(self, revision: int) -> AsyncGenerator[WatchEvent, None]:
        wanted = self.selection.wanted[0]
        fields = f"metadata.name={wanted.name}" if wanted.name else self.selection.fields
        options = WatchOptions(
            labels=self.selection.labels,
            fields=fields,
            resource_version=str(revision),
            bookmarks=True,
            timeout=self.timeout,
        )
        where = resource_of(wanted.kind, self.selection.namespace)
        return await self.connection.api.watch(where, options)
