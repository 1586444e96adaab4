"""Garbage: objects whose owners are gone, and owners that wait for what they own.

Begins with a look at everything there is, then follows changes; what it decides, it decides on
what is there, so it can be killed at any moment and begin anew.

An owner in another namespace is no owner: it counts as absent. An owner of a kind that is not
served here counts as there.

Source: Kubernetes, garbage collection.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from contextlib import aclosing
from datetime import timedelta
from typing import Final

from slipcast.api.document import Document
from slipcast.api.kinds import KINDS, Kind
from slipcast.ports.api import Api, DeleteOptions, Patch, Resource, WatchOptions
from slipcast.ports.clock import Clock
from slipcast.store.metadata import FOREGROUND, ORPHAN
from slipcast.store.ownership import Node, Owner, Ownership
from slipcast.values.apifaults import ApiFault, Conflict, NotFound
from slipcast.values.faults import PortFault

log = logging.getLogger("slipcast.store.garbage")

COLLECTED: Final = tuple(
    kind for kind in KINDS if kind.stored and kind.name not in {"Event", "Lease"}
)
"""What can own or be owned."""

AGAIN: Final = timedelta(seconds=1)


class Garbage:
    """Collects garbage over an Api."""

    def __init__(self, api: Api, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._known = Ownership()
        self._todo: dict[str, None] = {}
        self._news = asyncio.Event()

    async def run(self) -> None:
        """Collect, for ever."""
        async with asyncio.TaskGroup() as tasks:
            for kind in COLLECTED:
                tasks.create_task(self._follow(kind))
            tasks.create_task(self._collect())

    def saw(self, document: Document, *, gone: bool = False) -> None:
        """Take in an object as it now is, or that it is gone."""
        node = Node.of(document)
        if gone:
            self._lost(node)
            return
        self._known.put(node)
        if node.owners or node.waits or node.orphans:
            # Its owners may wait for it, or no longer have to.
            self._wake((node.uid, *(owner.uid for owner in node.owners)))

    async def step(self) -> int:
        """Do what there is to be done by now; how much had to be put off."""
        todo, self._todo = self._todo, {}
        for uid in todo:
            node = self._known.get(uid)
            if node is None:
                continue
            try:
                await self._look(node)
            except (Conflict, NotFound):
                self._todo[uid] = None
            except (ApiFault, PortFault) as fault:
                log.warning("garbage.kept", extra={"fields": {"uid": uid, "fault": fault.message}})
                self._todo[uid] = None
            except Exception:
                # One object that we do not understand is no reason to collect no other.
                log.exception("garbage.failed", extra={"fields": {"uid": uid}})
        return len(self._todo)

    async def _follow(self, kind: Kind) -> None:
        interrupted = False
        while True:
            try:
                events = await self._api.watch(Resource(kind), WatchOptions())
                async with aclosing(events):
                    if interrupted:
                        await self._forget_gone(kind)
                    async for event in events:
                        if event.type != "BOOKMARK":
                            self.saw(event.document, gone=event.type == "DELETED")
            except (ApiFault, PortFault) as fault:
                log.info(
                    "garbage.interrupted",
                    extra={"fields": {"kind": kind.name, "fault": fault.message}},
                )
                interrupted = True
                await self._clock.until(self._clock.now() + AGAIN)

    async def _forget_gone(self, kind: Kind) -> None:
        """Find out what went while nobody was looking."""
        for node in self._known.all():
            if node.kind is kind:
                try:
                    found = await self._api.get(Resource(kind, node.namespace, node.name))
                except NotFound:
                    self._lost(node)
                else:
                    if found.names.uid != node.uid:
                        self._lost(node)

    def _lost(self, node: Node) -> None:
        self._known.remove(node.uid)
        self._wake(each.uid for each in self._known.owned_by(node.uid))
        self._wake(owner.uid for owner in node.owners)

    async def _collect(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            while await self.step():
                await self._clock.until(self._clock.now() + AGAIN)

    def _wake(self, uids: Iterable[str]) -> None:
        for uid in uids:
            self._todo[uid] = None
            self._news.set()

    async def _look(self, node: Node) -> None:
        if node.orphans:
            for dependent in tuple(self._known.owned_by(node.uid)):
                await self._disown(dependent, {node.uid})
            await self._unfinalize(node, ORPHAN)
        elif node.waits:
            await self._go_after_dependents(node)
        elif node.owners and not node.is_going:
            await self._check_owners(node)

    async def _go_after_dependents(self, node: Node) -> None:
        """Delete what a waiting owner owns; let it go when nothing holds it up."""
        dependents = tuple(self._known.owned_by(node.uid))
        held_up = False
        for dependent in dependents:
            if not dependent.is_going:
                await self._check_owners(dependent)
            held_up = held_up or self._known.holds_up(node, dependent)
        if not held_up:
            await self._unfinalize(node, FOREGROUND)

    async def _check_owners(self, node: Node) -> None:
        """Delete an object that nobody owns any more; let it forget owners that are gone."""
        absent, waiting = set[str](), set[str]()
        for owner in node.owners:
            state = await self._state(node, owner)
            if state == "absent":
                absent.add(owner.uid)
            elif state == "waiting":
                waiting.add(owner.uid)
        if len(absent) + len(waiting) == len(node.owners):
            has_own = bool(waiting) and any(True for _ in self._known.owned_by(node.uid))
            await self._delete(node, foreground=has_own)
        elif absent or waiting:
            await self._disown(node, absent | waiting)

    async def _state(self, node: Node, owner: Owner) -> str:
        """Whether an owner is there, is absent, or waits for what it owns to go first."""
        if owner.kind is None or (owner.kind.namespaced and not node.namespace):
            return "there"
        namespace = node.namespace if owner.kind.namespaced else ""
        try:
            found = await self._api.get(Resource(owner.kind, namespace, owner.name))
        except NotFound:
            return "absent"
        seen = Node.of(found)
        if seen.uid != owner.uid:
            return "absent"
        return "waiting" if seen.waits else "there"

    async def _delete(self, node: Node, *, foreground: bool) -> None:
        options = DeleteOptions(uid=node.uid, propagation="Foreground" if foreground else "")
        try:
            await self._api.delete(Resource(node.kind, node.namespace, node.name), options)
        except NotFound:
            self._known.remove(node.uid)
        else:
            log.info(
                "garbage.deleted", extra={"fields": {"kind": node.kind.name, "object": node.name}}
            )

    async def _disown(self, node: Node, uids: set[str]) -> None:
        resource = Resource(node.kind, node.namespace, node.name)
        try:
            metadata = (await self._api.get(resource)).content["metadata"]
        except NotFound:
            return
        owners = [each for each in metadata.get("ownerReferences", ()) if each["uid"] not in uids]
        await self._patch(resource, metadata, {"ownerReferences": owners or None})

    async def _unfinalize(self, node: Node, finalizer: str) -> None:
        resource = Resource(node.kind, node.namespace, node.name)
        try:
            metadata = (await self._api.get(resource)).content["metadata"]
        except NotFound:
            return
        left = [each for each in metadata.get("finalizers", ()) if each != finalizer]
        await self._patch(resource, metadata, {"finalizers": left or None})

    async def _patch(self, resource: Resource, metadata: object, change: dict[str, object]) -> None:
        assert isinstance(metadata, dict)  # noqa: S101 -- every object has metadata
        named = {"uid": metadata["uid"], "resourceVersion": metadata["resourceVersion"]}
        patch = Patch(type="merge", body={"metadata": {**named, **change}})
        await self._api.patch(resource, patch)
