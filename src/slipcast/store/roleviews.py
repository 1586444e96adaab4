"""Roles and bindings of authorization.openshift.io: those of rbac.authorization.k8s.io, translated.

Nothing is kept under these kinds, and no right is asked for them: who may do something with the
object that is kept may do it here, and gives away no more than there.

Source: OpenShift 3.7, which passes requests for the one on to the other.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from msgspec.structs import replace
from typing_extensions import override

from slipcast.access import roleforms
from slipcast.api import kinds
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
from slipcast.store import metadata as meta
from slipcast.store.admission import by
from slipcast.store.authorize import Guard, Right
from slipcast.store.drafts import unknown
from slipcast.store.patching import names_revision, patched
from slipcast.store.typed import seen
from slipcast.store.verbs import Verbs
from slipcast.store.virtual import Virtual
from slipcast.store.writing import Asking, Whole, Writing
from slipcast.values.apifaults import BadRequest, Invalid

KINDS: Final = tuple(
    kinds.require(kinds.AUTHORIZATION_OPENSHIFT, name)
    for name in ("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding")
)


class RoleViews(Virtual):
    """Roles and bindings in OpenShift's form."""

    def __init__(self, verbs: Verbs) -> None:
        self._verbs = verbs

    @override
    async def get(self, guard: Guard, resource: Resource) -> Document:
        """One of them."""
        twin = _twin(resource)
        await guard.check("get", twin)
        return _shown(resource, await self._verbs.reading.get(twin, ""))

    @override
    async def list(self, guard: Guard, resource: Resource, options: ListOptions) -> Listing:
        """Those of a namespace, or all."""
        twin = _twin(resource)
        await guard.check("list", twin)
        listing = await self._verbs.reading.list(twin, options)
        documents = tuple(_shown(resource, each) for each in listing.documents)
        return replace(listing, documents=documents)

    @override
    async def watch(
        self, guard: Guard, resource: Resource, options: WatchOptions
    ) -> AsyncGenerator[WatchEvent, None]:
        """Changes as they come, for as long as there is the right."""
        twin = _twin(resource)
        right = Right(guard, "watch", twin)
        await right.check()
        return _changes(resource, await self._verbs.watching.watch(twin, options, right))

    @override
    async def create(
        self, guard: Guard, resource: Resource, content: JSON, options: WriteOptions
    ) -> Answer:
        """A new one."""
        twin = _twin(resource)
        await guard.check("create", twin)
        asked = meta.begun(resource, content)
        warnings = unknown(resource, asked, options, {})
        answer = await self._writing(guard).create(twin, _kept(resource, asked), options)
        return _answer(resource, answer, warnings)

    @override
    async def update(
        self, guard: Guard, resource: Resource, content: JSON, options: WriteOptions
    ) -> Answer:
        """One replaced."""
        twin = _twin(resource)
        await guard.check("update", twin)
        asked = meta.begun(resource, content)
        warnings = unknown(resource, asked, options, {})

        def changed(old: Document) -> Whole:
            return Whole(content=_kept(resource, asked, _shown(resource, old).content))

        answer = await self._writing(guard).through(twin, options, changed)
        return _answer(resource, answer, warnings)

    @override
    async def patch(
        self, guard: Guard, resource: Resource, patch: Patch, options: WriteOptions
    ) -> Answer:
        """One changed in part.

        Errors: BadRequest for an apply: it would say who looks after fields that are not kept.
        """
        twin = _twin(resource)
        await guard.check("patch", twin)
        if patch.type == "apply":
            asked, instead = resource.kind, twin.kind
            raise BadRequest(
                f"{asked.plural} of {asked.group} cannot be applied; apply those of {instead.group}"
            )

        def changed(old: Document) -> Whole:
            live = _shown(resource, old).content
            asked = meta.begun(resource, patched(resource, patch, live, "", options))
            if not names_revision(patch):
                asked["metadata"].pop("resourceVersion", None)
            return Whole(content=_kept(resource, asked, live))

        return _answer(resource, await self._writing(guard).through(twin, options, changed))

    @override
    async def delete(self, guard: Guard, resource: Resource, options: DeleteOptions) -> Answer:
        """One removed."""
        twin = _twin(resource)
        await guard.check("delete", twin)
        return _answer(resource, await self._verbs.deleting.delete(twin, options))

    def _writing(self, guard: Guard) -> Writing:
        return self._verbs.writing.asking(Asking(admit=by(guard)))


def _twin(resource: Resource) -> Resource:
    """What is kept instead."""
    return replace(resource, kind=kinds.require(kinds.RBAC, resource.kind.name))


def _kept(resource: Resource, asked: JSON, before: JSON | None = None) -> JSON:
    """What somebody sent, as it is to be kept.

    Errors: BadRequest; Invalid.
    """
    kind = resource.kind
    seen(kind, asked)
    if wrong := roleforms.wrong(kind.name, asked):
        raise Invalid(kind.name, kind.group, asked["metadata"].get("name", ""), wrong)
    return roleforms.kept(kind.name, asked, before)


def _shown(resource: Resource, document: Document) -> Document:
    content = roleforms.shown(resource.kind.name, document.content)
    return Document.of(resource.kind, content, document.revision)


def _answer(resource: Resource, answer: Answer, warnings: tuple[str, ...] = ()) -> Answer:
    document = _shown(resource, answer.document)
    return replace(answer, document=document, warnings=(*warnings, *answer.warnings))


async def _changes(
    resource: Resource, events: AsyncGenerator[WatchEvent, None]
) -> AsyncGenerator[WatchEvent, None]:
    async with aclosing(events):
        async for event in events:
            document = event.document
            if event.type == "BOOKMARK":
                yield replace(event, document=replace(document, kind=resource.kind))
            else:
                yield replace(event, document=_shown(resource, document))
