"""Informers: all objects of a kind, then what changes, for as long as one listens.

What interrupts a watch costs nothing but time: it goes on where it was, or, when that is no longer
remembered, everything is listed anew and what went meanwhile is found missing.

Source: Kubernetes API concepts, efficient detection of changes.
"""

from __future__ import annotations

import logging
from contextlib import aclosing
from datetime import timedelta
from typing import Final, Protocol

from slipcast.api.document import Document
from slipcast.api.kinds import Kind
from slipcast.ports.api import Api, ListOptions, Resource, WatchOptions
from slipcast.ports.clock import Clock
from slipcast.values.apifaults import ApiFault, Expired
from slipcast.values.faults import PortFault

log = logging.getLogger("slipcast.controllers.informer")

PAGE: Final = 500
SHORTEST: Final = timedelta(milliseconds=100)
LONGEST: Final = timedelta(seconds=10)
_DOUBLINGS: Final = 7


class Listener(Protocol):
    """Who is told. In order, and not at the same time."""

    def saw(self, document: Document) -> None:
        """An object as it is now."""
        ...

    def lost(self, document: Document) -> None:
        """An object that is gone, as it last was."""
        ...

    def listed(self, kind: Kind, there: set[tuple[str, str]] | None, revision: int) -> None:
        """All there is was told, or is not to be told: changes follow after the revision.

        Shape:  there has the namespaces and names of all; None: they were not asked for.
        """
        ...

    def reached(self, kind: Kind, revision: int) -> None:
        """Everything up to a revision was told."""
        ...


class Informer:
    """Tells a listener of the objects of a kind."""

    def __init__(
        self, api: Api, clock: Clock, kind: Kind, listener: Listener, *, lists: bool = True
    ) -> None:
        """Listen to a kind.

        Shape:  lists False: what there is already is of no interest, only what changes.
        """
        self._api = api
        self._clock = clock
        self._resource = Resource(kind)
        self._listener = listener
        self._lists = lists
        self._revision = 0
        self._failures = 0

    async def run(self) -> None:
        """Tell, for ever."""
        while True:
            try:
                if not self._revision:
                    self._revision = await self.list()
                await self._follow()
            except Expired:
                self._revision = 0
            except (ApiFault, PortFault) as fault:
                log.info(
                    "informer.interrupted",
                    extra={"fields": {"kind": self._resource.kind.name, "why": fault.message}},
                )
            await self._pause()

    async def list(self) -> int:
        """Tell of everything there is; the revision from which on it changes."""
        kind = self._resource.kind
        if not self._lists:
            revision = (await self._api.list(self._resource, ListOptions(limit=1))).revision
            self._listener.listed(kind, None, revision)
            return revision
        there: set[tuple[str, str]] = set()
        token = ""
        while True:
            options = ListOptions(limit=PAGE, from_token=token)
            page = await self._api.list(self._resource, options)
            for document in page.documents:
                names = document.names
                there.add((names.namespace, names.name))
                self._listener.saw(document)
            token = page.token
            if not token:
                self._listener.listed(kind, there, page.revision)
                return page.revision

    async def _follow(self) -> None:
        revision = str(self._revision)
        options = WatchOptions(resource_version=revision, bookmarks=True)
        async with aclosing(await self._api.watch(self._resource, options)) as events:
            async for event in events:
                self._failures = 0
                self._revision = max(self._revision, event.document.revision)
                if event.type == "BOOKMARK":
                    self._listener.reached(self._resource.kind, self._revision)
                elif event.type == "DELETED":
                    self._listener.lost(event.document)
                else:
                    self._listener.saw(event.document)

    async def _pause(self) -> None:
        wait = min(SHORTEST * 2 ** min(self._failures, _DOUBLINGS), LONGEST)
        self._failures += 1
        await self._clock.until(self._clock.now() + wait)
