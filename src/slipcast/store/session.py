"""Sessions: the Api of one actor. Asks whether the actor may, then does.

Kinds without rows of their own, and subresources that do something, are looked up in tables.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping

from slipcast.api.document import JSON, Document
from slipcast.ports.api import (
    NO_PARAMETERS,
    Answer,
    DeleteOptions,
    Listing,
    ListOptions,
    Patch,
    Resource,
    WatchEvent,
    WatchOptions,
    WriteOptions,
)
from slipcast.store.authorize import Guard
from slipcast.store.verbs import Verbs
from slipcast.values.apifaults import NotServed

_LIST = ListOptions()
_WATCH = WatchOptions()
_WRITE = WriteOptions()
_DELETE = DeleteOptions()


class Session:
    """Implements the Api port for one actor."""

    def __init__(self, verbs: Verbs, guard: Guard) -> None:
        self._verbs = verbs
        self._guard = guard

    async def get(self, resource: Resource, *, resource_version: str = "") -> Document:
        """See the port."""
        await self._guard.check("get", resource)
        return await self._verbs.reading.get(resource, resource_version)

    async def list(self, resource: Resource, options: ListOptions = _LIST) -> Listing:
        """See the port."""
        await self._guard.check("list", resource)
        return await self._verbs.reading.list(resource, options)

    async def watch(
        self, resource: Resource, options: WatchOptions = _WATCH
    ) -> AsyncGenerator[WatchEvent, None]:
        """See the port."""
        await self._guard.check("watch", resource)
        return await self._verbs.watching.watch(resource, options)

    async def create(
        self, resource: Resource, content: JSON, options: WriteOptions = _WRITE
    ) -> Answer:
        """See the port."""
        await self._guard.check("create", resource)
        return await self._verbs.writing.create(resource, content, options)

    async def update(
        self, resource: Resource, content: JSON, options: WriteOptions = _WRITE
    ) -> Answer:
        """See the port."""
        await self._guard.check("update", resource)
        return await self._verbs.writing.update(resource, content, options)

    async def patch(
        self, resource: Resource, patch: Patch, options: WriteOptions = _WRITE
    ) -> Answer:
        """See the port."""
        await self._guard.check("patch", resource)
        return await self._verbs.writing.patch(resource, patch, options)

    async def delete(self, resource: Resource, options: DeleteOptions = _DELETE) -> Answer:
        """See the port."""
        await self._guard.check("delete", resource)
        return await self._verbs.deleting.delete(resource, options)

    async def delete_all(
        self,
        resource: Resource,
        which: ListOptions = _LIST,
        options: DeleteOptions = _DELETE,
    ) -> Listing:
        """See the port."""
        await self._guard.check("deletecollection", resource)
        return await self._verbs.deleting.delete_all(resource, which, options)

    async def act(
        self,
        resource: Resource,
        content: JSON,
        parameters: Mapping[str, str] = NO_PARAMETERS,
        options: WriteOptions = _WRITE,
    ) -> Answer:
        """See the port."""
        await self._guard.check("create", resource)
        del content, parameters, options
        raise NotServed

    async def open(
        self,
        resource: Resource,
        parameters: Mapping[str, str] = NO_PARAMETERS,
        body: AsyncIterator[bytes] | None = None,
    ) -> AsyncGenerator[bytes, None]:
        """See the port."""
        await self._guard.check("get", resource)
        del parameters, body
        raise NotServed
