"""Deleting: at once where nothing stands against it, else marked and gone when all agree.

What stands against it: finalizers, among them those for what the object owns (`orphan`,
`foregroundDeletion`), and the time that a running pod is given to end.

Source: Kubernetes, garbage collection and finalizers; BA-9, BA-37.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from datetime import timedelta
from typing import Final

from slipcast.api.document import JSON, Document, body_of
from slipcast.ports.api import Answer, DeleteOptions, Listing, ListOptions, Resource
from slipcast.ports.clock import Clock
from slipcast.ports.journal import Compacted, Stale
from slipcast.store.hooks import hooks_of
from slipcast.store.keys import Place, key_of
from slipcast.store.metadata import FOREGROUND, ORPHAN, precondition
from slipcast.store.namespaces import Namespaces
from slipcast.store.reading import Reading
from slipcast.store.rows import Rows
from slipcast.values import instant
from slipcast.values.apifaults import NotFound, changed_meanwhile

TRIES: Final = 5
PATIENCE: Final = 5.0
"""Seconds that a client of the older API waits for dependents to be let go."""

_FOR_DEPENDENTS: Final = {"Orphan": (ORPHAN,), "Foreground": (FOREGROUND,), "Background": ()}


class Deleting:
    """delete and deletecollection over rows."""

    def __init__(self, rows: Rows, reading: Reading, namespaces: Namespaces, clock: Clock) -> None:
        self._rows = rows
        self._reading = reading
        self._namespaces = namespaces
        self._clock = clock

    async def delete(self, resource: Resource, options: DeleteOptions) -> Answer:
        """The object gone, or marked.

        Errors: NotFound; Conflict; Forbidden.
        """
        kind = resource.kind
        self._namespaces.check_end(resource)
        for _ in range(TRIES):
            old = await self._rows.get(kind, resource.namespace, resource.name)
            if old is None:
                raise NotFound(kind.plural, kind.group, resource.name)
            _check(resource, old, options)
            try:
                answer = await self._delete(resource, old, options)
            except Stale:
                continue
            is_waiting = not answer.gone and resource.legacy and not options.dry_run
            return await self._awaited(resource, answer) if is_waiting else answer
        raise changed_meanwhile(kind.plural, kind.group, resource.name)

    async def _awaited(self, resource: Resource, answer: Answer) -> Answer:
        """The answer when dependents have been let go: the older API knew no other (BA-9).

        Shape:  an object that others hold, too, is answered as it is.
        """
        metadata = answer.document.content["metadata"]
        if metadata.get("finalizers") != [ORPHAN]:
            return answer
        key = key_of(resource.kind, resource.namespace, resource.name)
        with suppress(TimeoutError, Compacted):
            async with asyncio.timeout(PATIENCE):
                async with aclosing(self._rows.since(answer.document.revision, key)) as batches:
                    async for batch in batches:
                        if any(each.key == key and each.value is None for each in batch.entries):
                            return Answer(answer.document, gone=True)
        return answer

    async def delete_all(
        self, resource: Resource, which: ListOptions, options: DeleteOptions
    ) -> Listing:
        """All selected objects of a collection gone, or marked."""
        listing = await self._reading.list(resource, which)
        for document in listing.documents:
            names = document.names
            place = Resource(resource.kind, names.namespace, names.name, legacy=resource.legacy)
            try:
                await self.delete(place, options)
            except NotFound:
                continue
        return listing

    async def _delete(self, resource: Resource, old: Document, options: DeleteOptions) -> Answer:
        place = Place(resource.kind, resource.namespace, resource.name)
        before = old.content
        marked = self._marked(resource, before, options)
        is_gone = _is_free(resource, marked)
        if options.dry_run:
            return Answer(Document(place.kind, body_of(marked), old.revision), gone=is_gone)
        with self._namespaces.changing(place):
            if is_gone:
                return Answer(await self._rows.remove(place, old), gone=True)
            if marked == before:
                return Answer(old)
            return Answer(await self._rows.write(place, body_of(marked), old))

    def _marked(self, resource: Resource, content: JSON, options: DeleteOptions) -> JSON:
        """The object as one that is being deleted."""
        hooks = hooks_of(resource.kind)
        metadata: JSON = {**content["metadata"]}
        finalizers = _finalizers(resource, metadata.get("finalizers", []), options)
        metadata.pop("finalizers", None)
        if finalizers:
            metadata["finalizers"] = finalizers
        now, grace = self._clock.now(), hooks.grace(content, options.grace)
        if "deletionTimestamp" not in metadata:
            metadata["deletionTimestamp"] = instant.to_text(now + timedelta(seconds=grace))
            metadata["deletionGracePeriodSeconds"] = grace
            if "generation" in metadata:
                metadata["generation"] += 1
        elif grace < metadata.get("deletionGracePeriodSeconds", 0):
            metadata["deletionTimestamp"] = instant.to_text(now + timedelta(seconds=grace))
            metadata["deletionGracePeriodSeconds"] = grace
        return hooks.ending({**content, "metadata": metadata})


def _finalizers(resource: Resource, old: list[str], options: DeleteOptions) -> list[str]:
    """Who is to agree, with those who look after dependents as the request says."""
    propagation = options.propagation
    if not propagation and resource.legacy and hooks_of(resource.kind).orphans:
        propagation = "Orphan"
    if not propagation:
        return old
    others = [name for name in old if name not in {ORPHAN, FOREGROUND}]
    return [*others, *_FOR_DEPENDENTS[propagation]]


def _is_free(resource: Resource, content: JSON) -> bool:
    """Whether nothing stands against the object's going at once."""
    metadata = content["metadata"]
    held = hooks_of(resource.kind).is_held(content)
    return not held and not metadata.get("deletionGracePeriodSeconds")


def _check(resource: Resource, old: Document, options: DeleteOptions) -> None:
    if options.uid and options.uid != (uid := old.names.uid):
        raise precondition(
            resource, f"UID in precondition: {options.uid}, UID in object meta: {uid}"
        )
    version = options.resource_version
    if version and version != str(old.revision):
        raise precondition(
            resource,
            f"ResourceVersion in precondition: {version},"
            f" ResourceVersion in object meta: {old.revision}",
        )
