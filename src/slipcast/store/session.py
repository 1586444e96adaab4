"""Sessions: the Api of one actor. Asks whether the actor may, then does.

Kinds without rows of their own, and subresources that do something, are looked up in tables.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from typing import Final, Protocol

import msgspec

from slipcast.api.document import JSON, Document
from slipcast.api.kinds import Kind
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
from slipcast.store.admission import by
from slipcast.store.authorize import Guard, Right
from slipcast.store.fields import NAME
from slipcast.store.furnishing import Furnishing
from slipcast.store.podlimiting import limiting
from slipcast.store.sourcesecrets import SourceSecrets, choosing
from slipcast.store.streams.finishing import Finishing
from slipcast.store.users import is_self, own
from slipcast.store.verbs import Verbs
from slipcast.store.virtual import Virtual, refused
from slipcast.store.writing import Asking, Writing
from slipcast.values.apifaults import NotServed
from slipcast.values.selector import FieldSelector

_LIST = ListOptions()
_WATCH = WatchOptions()
_WRITE = WriteOptions()
_DELETE = DeleteOptions()

_FURNISHED: Final = frozenset({"Namespace", "Secret", "ServiceAccount"})

Action = Callable[[Guard, Resource, JSON, Mapping[str, str], WriteOptions], Awaitable[Answer]]
"""A subresource that does something."""


Stream = Callable[
    [Guard, Resource, Mapping[str, str], AsyncIterator[bytes] | None],
    Awaitable[AsyncGenerator[bytes, None]],
]
"""A subresource that is a stream of bytes, or is sent one; refuses before the first byte."""


class Part(Protocol):
    """A subresource that is a part of the object, and is sent as an object of its own."""

    async def __call__(self, guard: Guard, resource: Resource) -> Document:
        """The part."""
        ...

    async def update(
        self, writing: Writing, resource: Resource, content: JSON, options: WriteOptions
    ) -> Answer:
        """The part replaced."""
        ...

    async def patch(
        self, writing: Writing, resource: Resource, patch: Patch, options: WriteOptions
    ) -> Answer:
        """The part changed."""
        ...


View = Callable[[Guard, Resource], Awaitable[Document]]
"""A subresource that is read, and is not the object itself."""


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What the sessions of a store share."""

    verbs: Verbs
    furnishing: Furnishing
    finishing: Finishing
    sources: SourceSecrets
    virtual: Mapping[Kind, Virtual]
    actions: Mapping[tuple[Kind, str], Action]
    streams: Mapping[tuple[Kind, str], Stream]
    views: Mapping[tuple[Kind, str], View] = {}
    parts: Mapping[tuple[Kind, str], Part] = {}


class Session:
    """Implements the Api port for one actor."""

    def __init__(self, parts: Parts, guard: Guard) -> None:
        self._parts = parts
        self._verbs = parts.verbs
        self._guard = guard
        asking = Asking(
            admit=by(guard),
            fill=limiting(parts.verbs.reading, choosing(guard, parts.sources)),
            finish=parts.finishing.by(guard),
        )
        self._writing = parts.verbs.writing.asking(asking)

    async def get(self, resource: Resource, *, resource_version: str = "") -> Document:
        """See the port."""
        if is_self(resource):
            return await own(self._verbs.rows, self._guard.known)
        if not resource.kind.stored:
            return await self._virtual(resource).get(self._guard, resource)
        await self._guard.check("get", resource)
        below = resource.kind, resource.subresource
        view = self._parts.views.get(below) or self._parts.parts.get(below)
        if view is not None:
            return await view(self._guard, resource)
        return await self._verbs.reading.get(resource, resource_version)

    async def list(self, resource: Resource, options: ListOptions = _LIST) -> Listing:
        """See the port."""
        if not resource.kind.stored:
            return await self._virtual(resource).list(self._guard, resource, options)
        await self._guard.check("list", _asked_about(resource, options.fields))
        return await self._verbs.reading.list(resource, options)

    async def watch(
        self, resource: Resource, options: WatchOptions = _WATCH
    ) -> AsyncGenerator[WatchEvent, None]:
        """See the port."""
        if not resource.kind.stored:
            return await self._virtual(resource).watch(self._guard, resource, options)
        asked = _asked_about(resource, options.fields)
        right = Right(self._guard, "watch", asked)
        await right.check()
        return await self._verbs.watching.watch(resource, options, right)

    async def create(
        self, resource: Resource, content: JSON, options: WriteOptions = _WRITE
    ) -> Answer:
        """See the port."""
        if not resource.kind.stored:
            return await self._virtual(resource).create(self._guard, resource, content, options)
        await self._guard.check("create", resource)
        return await self._furnished(await self._writing.create(resource, content, options))

    async def update(
        self, resource: Resource, content: JSON, options: WriteOptions = _WRITE
    ) -> Answer:
        """See the port."""
        if not resource.kind.stored:
            return await self._virtual(resource).update(self._guard, resource, content, options)
        await self._guard.check("update", resource)
        part = self._parts.parts.get((resource.kind, resource.subresource))
        if part is not None:
            return await part.update(self._writing, resource, content, options)
        return await self._writing.update(resource, content, options)

    async def patch(
        self, resource: Resource, patch: Patch, options: WriteOptions = _WRITE
    ) -> Answer:
        """See the port."""
        if not resource.kind.stored:
            return await self._virtual(resource).patch(self._guard, resource, patch, options)
        await self._guard.check("patch", resource)
        part = self._parts.parts.get((resource.kind, resource.subresource))
        if part is not None:
            return await part.patch(self._writing, resource, patch, options)
        return await self._furnished(await self._writing.patch(resource, patch, options))

    async def delete(self, resource: Resource, options: DeleteOptions = _DELETE) -> Answer:
        """See the port."""
        if not resource.kind.stored:
            return await self._virtual(resource).delete(self._guard, resource, options)
        await self._guard.check("delete", resource)
        return await self._verbs.deleting.delete(resource, options)

    async def delete_all(
        self,
        resource: Resource,
        which: ListOptions = _LIST,
        options: DeleteOptions = _DELETE,
    ) -> Listing:
        """See the port."""
        if not resource.kind.stored:
            raise refused(resource, "deletecollection")
        await self._guard.check("deletecollection", _asked_about(resource, which.fields))
        return await self._verbs.deleting.delete_all(resource, which, options)

    async def act(
        self,
        resource: Resource,
        content: JSON,
        parameters: Mapping[str, str] = NO_PARAMETERS,
        options: WriteOptions = _WRITE,
    ) -> Answer:
        """See the port."""
        if not resource.subresource:
            return await self.create(resource, content, options)
        action = self._parts.actions.get((resource.kind, resource.subresource))
        if action is None:
            raise NotServed
        await self._guard.check("create", resource)
        return await action(self._guard, resource, content, parameters, options)

    async def open(
        self,
        resource: Resource,
        parameters: Mapping[str, str] = NO_PARAMETERS,
        body: AsyncIterator[bytes] | None = None,
    ) -> AsyncGenerator[bytes, None]:
        """See the port."""
        stream = self._parts.streams.get((resource.kind, resource.subresource))
        if stream is None:
            raise NotServed
        await self._guard.check("get" if body is None else "create", resource)
        return await stream(self._guard, resource, parameters, body)

    def _virtual(self, resource: Resource) -> Virtual:
        found = self._parts.virtual.get(resource.kind)
        if found is None:
            raise NotServed
        return found

    async def _furnished(self, answer: Answer) -> Answer:
        document = answer.document
        if answer.created and document.revision and document.kind.name in _FURNISHED:
            await self._parts.furnishing.created(document)
        return answer


def _asked_about(resource: Resource, by_fields: str) -> Resource:
    """A collection of which only one name is asked for is about that one: roles may name it.

    Errors: BadRequest.
    """
    if NAME not in by_fields or resource.name:
        return resource
    return resource.named(FieldSelector.parse(by_fields).exact(NAME) or "")
