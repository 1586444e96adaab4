"""Virtual kinds: kinds without rows of their own, views of others or requests that are answered.

Each is one class that implements those verbs that its kind knows; what it does not, is not there.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator

from slipcast.api.document import JSON, Document
from slipcast.ports.api import (
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
from slipcast.values.apifaults import MethodNotAllowed


class Virtual:
    """A kind without rows: every verb is refused, unless a kind has it."""

    async def get(self, guard: Guard, resource: Resource) -> Document:
        """One object."""
        del guard
        raise refused(resource, "get")

    async def list(self, guard: Guard, resource: Resource, options: ListOptions) -> Listing:
        """The objects of a collection."""
        del guard, options
        raise refused(resource, "list")

    async def watch(
        self, guard: Guard, resource: Resource, options: WatchOptions
    ) -> AsyncGenerator[WatchEvent, None]:
        """Changes as they come."""
        del guard, options
        raise refused(resource, "watch")

    async def create(
        self, guard: Guard, resource: Resource, content: JSON, options: WriteOptions
    ) -> Answer:
        """A new object, or a request answered."""
        del guard, content, options
        raise refused(resource, "create")

    async def update(
        self, guard: Guard, resource: Resource, content: JSON, options: WriteOptions
    ) -> Answer:
        """The object replaced."""
        del guard, content, options
        raise refused(resource, "update")

    async def patch(
        self, guard: Guard, resource: Resource, patch: Patch, options: WriteOptions
    ) -> Answer:
        """The object changed in part."""
        del guard, patch, options
        raise refused(resource, "patch")

    async def delete(self, guard: Guard, resource: Resource, options: DeleteOptions) -> Answer:
        """The object removed."""
        del guard, options
        raise refused(resource, "delete")


def refused(resource: Resource, verb: str) -> MethodNotAllowed:
    """The fault of a verb that a kind does not know."""
    plural = resource.kind.plural
    return MethodNotAllowed(f"the server does not allow the verb {verb} on {plural}")
