"""The Api port: the nine verbs of the API. Asynchronous.

`store` implements it over a journal, `client` over HTTP; whoever speaks to it cannot tell which.
One suite, tests/contract/api, holds both. Every method may raise any ApiFault.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from typing import Any, Literal, Protocol

import msgspec

from slipcast.api.document import JSON, Document
from slipcast.api.kinds import Kind
from slipcast.values.actor import Actor

NO_PARAMETERS: Mapping[str, str] = {}


class Resource(msgspec.Struct, frozen=True):
    """What a request is about.

    Shape:  name empty means the collection; namespace empty means all namespaces, or none where
            the kind has none; subresource empty means the object itself. `legacy` says that the
            request came by the legacy paths, where some defaults and words differ.
    """

    kind: Kind
    namespace: str = ""
    name: str = ""
    subresource: str = ""
    legacy: bool = False

    def named(self, name: str) -> Resource:
        """The same resource with another name."""
        return msgspec.structs.replace(self, name=name)


class ListOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Which objects, as of when, and how many at once.

    Shape:  selectors as written in a URL; resource_version empty means the newest; limit 0 means
            all; `from_token` is the continue token of an earlier page.
    """

    labels: str = ""
    fields: str = ""
    limit: int = 0
    from_token: str = ""
    resource_version: str = ""
    match: str = ""


class WatchOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Which changes, since when.

    Shape:  resource_version empty or "0" begins with an ADDED of everything there is, any other
            begins after it. `initial_events` asks for the same by name, and for a bookmark at its
            end.
    Units:  timeout in seconds; 0 means as long as the server likes.
    """

    labels: str = ""
    fields: str = ""
    resource_version: str = ""
    match: str = ""
    bookmarks: bool = False
    initial_events: bool = False
    timeout: float = 0


class WriteOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How to write.

    Shape:  manager names who writes, for managed fields; force takes fields from other managers
            in an apply.
    """

    dry_run: bool = False
    manager: str = ""
    validation: Literal["", "Ignore", "Warn", "Strict"] = ""
    force: bool = False


class DeleteOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How to delete.

    Shape:  uid and resource_version, when given, must be the object's; propagation empty means the
            kind's default (Background; Orphan for legacy requests).
    Units:  grace in seconds; None means the object's own.
    """

    dry_run: bool = False
    uid: str = ""
    resource_version: str = ""
    propagation: Literal["", "Orphan", "Background", "Foreground"] = ""
    grace: int | None = None


class Patch(msgspec.Struct, frozen=True, kw_only=True):
    """A change as a client sends it.

    Shape:  body is a list of operations for `json`, an object otherwise; `apply` is server-side
            apply, and creates what is not there.
    """

    type: Literal["json", "merge", "strategic", "apply"]
    body: Any


class Answer(msgspec.Struct, frozen=True):
    """The object as it now is, and what its writer should know.

    Shape:  `created` says that it was not there before; a deleted object that is gone is told by
            `gone`, one that waits for its finalizers is not gone.
    """

    document: Document
    warnings: tuple[str, ...] = ()
    created: bool = False
    gone: bool = False


class Listing(msgspec.Struct, frozen=True):
    """Objects in key order, and the revision they are true at.

    Shape:  token empty at the end; remaining None when it was not counted.
    """

    documents: tuple[Document, ...]
    revision: int
    token: str = ""
    remaining: int | None = None


class WatchEvent(msgspec.Struct, frozen=True):
    """One change. A DELETED document is as it last was, at the revision of its deletion.

    Shape:  a BOOKMARK's document has a revision and else nothing; `initial_end` marks the bookmark
            that ends the initial events.
    """

    type: Literal["ADDED", "MODIFIED", "DELETED", "BOOKMARK"]
    document: Document
    initial_end: bool = False


class Api(Protocol):
    """The verbs. An Api speaks for one actor."""

    async def get(self, resource: Resource, *, resource_version: str = "") -> Document:
        """One object."""
        ...

    async def list(self, resource: Resource, options: ListOptions = ...) -> Listing:
        """The objects of a collection."""
        ...

    async def watch(
        self, resource: Resource, options: WatchOptions = ...
    ) -> AsyncGenerator[WatchEvent, None]:
        """Changes as they come; ended by the generator's aclose().

        Errors: what is wrong with the request is raised here, before the first change; Expired
                also later, from the generator.
        """
        ...

    async def create(
        self, resource: Resource, content: JSON, options: WriteOptions = ...
    ) -> Answer:
        """A new object; the name from metadata.name, or made from metadata.generateName."""
        ...

    async def update(
        self, resource: Resource, content: JSON, options: WriteOptions = ...
    ) -> Answer:
        """The object replaced whole."""
        ...

    async def patch(self, resource: Resource, patch: Patch, options: WriteOptions = ...) -> Answer:
        """The object changed in part."""
        ...

    async def delete(self, resource: Resource, options: DeleteOptions = ...) -> Answer:
        """The object removed, or marked for removal."""
        ...

    async def delete_all(
        self, resource: Resource, which: ListOptions = ..., options: DeleteOptions = ...
    ) -> Listing:
        """The objects of a collection removed; what was removed."""
        ...

    async def act(
        self,
        resource: Resource,
        content: JSON,
        parameters: Mapping[str, str] = NO_PARAMETERS,
        options: WriteOptions = ...,
    ) -> Answer:
        """A subresource that does something, or a request that is answered and not kept."""
        ...

    async def open(
        self,
        resource: Resource,
        parameters: Mapping[str, str] = NO_PARAMETERS,
        body: AsyncIterator[bytes] | None = None,
    ) -> AsyncGenerator[bytes, None]:
        """A subresource that is a stream of bytes: a log, an upload's answer.

        Errors: as `watch`: before the first byte.
        """
        ...


class Apis(Protocol):
    """Gives everybody an Api of their own."""

    def as_(self, actor: Actor) -> Api:
        """The Api that speaks for the actor, and can speak for nobody else."""
        ...
