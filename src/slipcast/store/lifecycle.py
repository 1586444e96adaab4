"""The life of namespaces: furnished when they begin, emptied when they are deleted.

A namespace that is being deleted goes when nothing is left in it. What to do is read from what is
there, so whoever is killed in the middle begins again where it was.

Source: the namespace controllers of Kubernetes and OpenShift.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import aclosing
from datetime import timedelta
from typing import Final

from slipcast.api.document import Document
from slipcast.api.kinds import KINDS
from slipcast.ports.api import Api, DeleteOptions, ListOptions, Patch, Resource, WatchOptions
from slipcast.ports.clock import Clock
from slipcast.store.furnishing import Furnishing
from slipcast.store.hooked.namespaces import FINALIZER
from slipcast.store.namespaces import NAMESPACE
from slipcast.store.remaining import conditions
from slipcast.values import instant
from slipcast.values.apifaults import ApiFault, Conflict, NotFound
from slipcast.values.faults import PortFault

log = logging.getLogger("slipcast.store.lifecycle")

CONTENTS: Final = tuple(kind for kind in KINDS if kind.namespaced and kind.stored)
"""What can be in a namespace."""

SETTLED: Final = timedelta(seconds=5)
"""How long whoever makes a namespace may take to furnish it."""
COUNTED: Final = 500
"""Objects of a kind that are counted at most, of what is left in a namespace."""
AGAIN: Final = timedelta(seconds=1)
"""Until what was not yet gone is looked at again."""


class Lifecycle:
    """Looks after namespaces."""

    def __init__(self, api: Api, furnishing: Furnishing, clock: Clock) -> None:
        self._api = api
        self._furnishing = furnishing
        self._clock = clock
        self._leaving: set[str] = set()
        self._news = asyncio.Event()

    async def run(self) -> None:
        """Look after all namespaces, for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow(tasks))
            tasks.create_task(self._empty_those_leaving())

    async def step(self) -> bool:
        """Go on with those that are being deleted; whether any is left."""
        for name in sorted(self._leaving):
            try:
                if await self._empty(name):
                    self._leaving.discard(name)
            except (ApiFault, PortFault) as fault:
                log.warning(
                    "namespace.kept", extra={"fields": {"name": name, "fault": fault.message}}
                )
        return bool(self._leaving)

    async def look(self, document: Document) -> None:
        """Take in a namespace as it now is."""
        content = document.content
        name = content["metadata"]["name"]
        if "deletionTimestamp" not in content["metadata"]:
            await self._furnishing.namespace(name)
        elif FINALIZER in (content.get("spec") or {}).get("finalizers", ()):
            self._leaving.add(name)
            self._news.set()

    async def _follow(self, tasks: asyncio.TaskGroup) -> None:
        while True:
            try:
                events = await self._api.watch(Resource(NAMESPACE), WatchOptions())
                async with aclosing(events):
                    async for event in events:
                        if event.type in {"ADDED", "MODIFIED"}:
                            tasks.create_task(self._look_in_time(event.document))
            except (ApiFault, PortFault) as fault:
                log.warning("lifecycle.interrupted", extra={"fields": {"fault": fault.message}})
                await self._clock.until(self._clock.now() + AGAIN)

    async def _look_in_time(self, document: Document) -> None:
        """Look when whoever made it, here or in another process, has had time to furnish it."""
        metadata = document.content["metadata"]
        if "deletionTimestamp" not in metadata:
            made = instant.parse(metadata["creationTimestamp"])
            await self._clock.until(made + SETTLED)
        while True:
            try:
                await self.look(document)
            except (ApiFault, PortFault) as fault:
                log.warning("lifecycle.interrupted", extra={"fields": {"fault": fault.message}})
                await self._clock.until(self._clock.now() + AGAIN)
            else:
                return

    async def _empty_those_leaving(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            while await self.step():
                await self._clock.until(self._clock.now() + AGAIN)

    async def _empty(self, name: str) -> bool:
        """Whether a namespace has nothing left in it, and is let go."""
        remaining: list[Document] = []
        for kind in CONTENTS:
            resource = Resource(kind, name)
            if (await self._api.list(resource, ListOptions(limit=1))).documents:
                await self._api.delete_all(resource, ListOptions(), DeleteOptions())
                left = await self._api.list(resource, ListOptions(limit=COUNTED))
                remaining += left.documents
        if remaining:
            await self._tell(name, remaining)
        return not remaining and await self._let_go(name)

    async def _tell(self, name: str, remaining: Sequence[Document]) -> None:
        """What is in the way, in the namespace's status."""
        resource = Resource(NAMESPACE, name=name)
        status = (await self._api.get(resource)).content.get("status") or {}
        before = status.get("conditions") or []
        found = conditions(remaining, before, instant.to_text(self._clock.now()))
        if found != before:
            body = {"status": {"conditions": found}}
            place = Resource(NAMESPACE, name=name, subresource="status")
            await self._api.patch(place, Patch(type="merge", body=body))

    async def _let_go(self, name: str) -> bool:
        try:
            content = (await self._api.get(Resource(NAMESPACE, name=name))).content
            spec = content.get("spec") or {}
            left = [each for each in spec.get("finalizers", ()) if each != FINALIZER]
            content["spec"] = {**spec, "finalizers": left}
            await self._api.update(Resource(NAMESPACE, name=name, subresource="finalize"), content)
        except NotFound:
            return True
        except Conflict:
            return False
        return True
