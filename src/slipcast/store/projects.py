"""Projects: namespaces as those see them who work in them, and requests for new ones.

A project is its namespace under another kind; everybody sees those in which they may see the
namespace. Of a project only annotations can be changed.

Source: the project API of OpenShift 3.5.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from typing import Final

from msgspec.structs import replace
from typing_extensions import override

from slipcast.access.bootstrap import binding, user_subject
from slipcast.api import kinds
from slipcast.api.document import JSON, Document
from slipcast.api.kinds import Kind
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
from slipcast.store import metadata as meta
from slipcast.store.authorize import Guard
from slipcast.store.drafts import check_name
from slipcast.store.furnishing import BINDING, Furnishing
from slipcast.store.namespaces import NAMESPACE
from slipcast.store.patching import patched
from slipcast.store.typed import seen
from slipcast.store.verbs import Verbs
from slipcast.store.virtual import Virtual
from slipcast.values.apifaults import AlreadyExists, BadRequest, Invalid, NotFound
from slipcast.values.causes import Cause, invalid

PROJECT: Final = kinds.require(kinds.PROJECT, "Project")
REQUEST: Final = kinds.require(kinds.PROJECT, "ProjectRequest")

DISPLAY_NAME: Final = "openshift.io/display-name"
DESCRIPTION: Final = "openshift.io/description"
REQUESTER: Final = "openshift.io/requester"

_SHORTEST: Final = 2
_WRITE: Final = WriteOptions()


class Projects(Virtual):
    """Namespaces under another kind."""

    def __init__(self, verbs: Verbs) -> None:
        self._verbs = verbs

    @override
    async def get(self, guard: Guard, resource: Resource) -> Document:
        """One project."""
        await guard.check("get", resource)
        return _project(await self._namespace(resource))

    @override
    async def list(self, guard: Guard, resource: Resource, options: ListOptions) -> Listing:
        """The projects that the actor may see, on one page: tokens of pages name what is there."""
        await guard.check("list", resource)
        whole = replace(options, limit=0, from_token="")
        listing = await self._verbs.reading.list(Resource(NAMESPACE), whole)
        theirs = [each for each in listing.documents if await _may_see(guard, each)]
        return replace(listing, documents=tuple(map(_project, theirs)))

    @override
    async def watch(
        self, guard: Guard, resource: Resource, options: WatchOptions
    ) -> AsyncGenerator[WatchEvent, None]:
        """Changes of the projects that the actor may see."""
        await guard.check("watch", resource)
        named = Resource(NAMESPACE, name=resource.name)
        return _of_theirs(guard, await self._verbs.watching.watch(named, options))

    @override
    async def create(
        self, guard: Guard, resource: Resource, content: JSON, options: WriteOptions
    ) -> Answer:
        """A namespace, by somebody who may create projects for others."""
        await guard.check("create", resource)
        asked = meta.begun(resource, content)
        seen(resource.kind, asked)
        _check_length(resource, asked)
        answer = await self._create(asked, options)
        return replace(answer, document=_project(answer.document))

    @override
    async def update(
        self, guard: Guard, resource: Resource, content: JSON, options: WriteOptions
    ) -> Answer:
        """The annotations replaced."""
        await guard.check("update", resource)
        asked = meta.begun(resource, content)
        seen(resource.kind, asked)
        check_name(resource, asked)
        return await self._change(resource, asked, options)

    @override
    async def patch(
        self, guard: Guard, resource: Resource, patch: Patch, options: WriteOptions
    ) -> Answer:
        """The annotations changed."""
        await guard.check("patch", resource)
        if patch.type == "apply":
            raise BadRequest("projects cannot be applied; apply the namespace")
        live = _project(await self._namespace(resource)).content
        asked = meta.begun(resource, patched(resource, patch, live, "", options))
        seen(resource.kind, asked)
        return await self._change(resource, asked, options)

    @override
    async def delete(self, guard: Guard, resource: Resource, options: DeleteOptions) -> Answer:
        """The namespace deleted."""
        await guard.check("delete", resource)
        named = Resource(NAMESPACE, name=resource.name)
        try:
            answer = await self._verbs.deleting.delete(named, options)
        except NotFound as missing:
            raise NotFound(PROJECT.plural, PROJECT.group, resource.name) from missing
        return replace(answer, document=_project(answer.document))

    async def _namespace(self, resource: Resource) -> Document:
        found = await self._verbs.rows.get(NAMESPACE, "", resource.name)
        if found is None:
            raise NotFound(PROJECT.plural, PROJECT.group, resource.name)
        return found

    async def _create(self, asked: JSON, options: WriteOptions) -> Answer:
        content = {"metadata": asked["metadata"]}
        with _as_told_of(PROJECT, asked):
            return await self._verbs.writing.create(Resource(NAMESPACE), content, options)

    async def _change(self, resource: Resource, asked: JSON, options: WriteOptions) -> Answer:
        namespace = (await self._namespace(resource)).content
        metadata = asked["metadata"]
        if wrong := _wrong_change(metadata, namespace["metadata"]):
            raise Invalid(PROJECT.name, PROJECT.group, resource.name, wrong)
        changed = {
            **namespace["metadata"],
            "annotations": metadata.get("annotations") or {},
            "resourceVersion": metadata.get("resourceVersion") or "",
        }
        named = Resource(NAMESPACE, name=resource.name)
        content = {**namespace, "metadata": changed}
        answer = await self._verbs.writing.update(named, content, options)
        return replace(answer, document=_project(answer.document))


class ProjectRequests(Virtual):
    """Requests for projects: a namespace whose requester is its admin."""

    def __init__(self, verbs: Verbs, furnishing: Furnishing) -> None:
        self._verbs = verbs
        self._furnishing = furnishing

    @override
    async def list(self, guard: Guard, resource: Resource, options: ListOptions) -> Listing:
        """Nothing; that it can be asked says that projects can be requested."""
        del options
        await guard.check("create", resource)
        return Listing((), await self._verbs.rows.head())

    @override
    async def create(
        self, guard: Guard, resource: Resource, content: JSON, options: WriteOptions
    ) -> Answer:
        """A project of the actor's own."""
        await guard.check("create", resource)
        asked = meta.begun(resource, content)
        seen(resource.kind, asked)
        _check_length(resource, asked)
        metadata = asked["metadata"]
        annotations = {
            **(metadata.get("annotations") or {}),
            DESCRIPTION: str(asked.get("description") or ""),
            DISPLAY_NAME: str(asked.get("displayName") or ""),
            REQUESTER: guard.actor.name,
        }
        namespace = {"metadata": {**metadata, "annotations": annotations}}
        with _as_told_of(REQUEST, asked):
            answer = await self._verbs.writing.create(Resource(NAMESPACE), namespace, options)
        if not options.dry_run:
            await self._hand_over(guard, answer.document)
        return replace(answer, document=_project(answer.document))

    async def _hand_over(self, guard: Guard, namespace: Document) -> None:
        name = namespace.names.name
        admin = binding(name, "admin", "admin", [user_subject(guard.actor.name)])
        await self._verbs.writing.create(Resource(BINDING, name), admin, _WRITE)
        await self._furnishing.namespace(name)


@contextmanager
def _as_told_of(kind: Kind, asked: JSON) -> Iterator[None]:
    """What is wrong with the namespace is wrong with the project that was asked for.

    Errors: AlreadyExists; Invalid.
    """
    try:
        yield
    except AlreadyExists as taken:
        raise AlreadyExists(PROJECT.plural, PROJECT.group, taken.name) from taken
    except Invalid as wrong:
        name = asked["metadata"].get("name", "")
        raise Invalid(kind.name, kind.group, name, wrong.causes) from wrong


async def _of_theirs(
    guard: Guard, events: AsyncGenerator[WatchEvent, None]
) -> AsyncGenerator[WatchEvent, None]:
    async with aclosing(events):
        async for event in events:
            if event.type == "BOOKMARK" or await _may_see(guard, event.document):
                yield replace(event, document=_project(event.document))


async def _may_see(guard: Guard, namespace: Document) -> bool:
    return await guard.may("get", Resource(PROJECT, name=namespace.names.name))


def _project(namespace: Document) -> Document:
    """A namespace as a project: the same document."""
    return Document(PROJECT, namespace.body, namespace.revision)


def _check_length(resource: Resource, content: JSON) -> None:
    name = content["metadata"].get("name") or ""
    if isinstance(name, str) and 0 < len(name) < _SHORTEST:
        cause = invalid("metadata.name", name, f"must be at least {_SHORTEST} characters long")
        raise Invalid(resource.kind.name, resource.kind.group, name, (cause,))


def _wrong_change(metadata: JSON, old: JSON) -> tuple[Cause, ...]:
    labels, was = metadata.get("labels") or {}, old.get("labels") or {}
    if metadata.get("name") != old["name"]:
        return (invalid("metadata.name", metadata.get("name", ""), "field is immutable"),)
    if labels != was:
        why = "field is immutable, , try updating the namespace"
        return (invalid("metadata.labels", labels, why),)
    return ()
