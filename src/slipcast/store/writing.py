"""Writing: create, update and patch. Nothing here is about one kind; what is, stands in `hooks`.

A write is decided on what was read, and appended only if that is still the newest; who named no
revision is tried again. Objects that are true only together are written together.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import msgspec

from slipcast.api.document import JSON, Document
from slipcast.ports.api import Answer, Patch, Resource, WriteOptions
from slipcast.ports.journal import Stale
from slipcast.store.admission import Admit, everything
from slipcast.store.drafts import Draft, Drafts, check_name
from slipcast.store.keys import key_of
from slipcast.store.namespaces import Namespaces
from slipcast.store.patching import names_revision, patched
from slipcast.store.quotas import Quotas, Wanted
from slipcast.store.rows import Put, Rows
from slipcast.values.apifaults import AlreadyExists, NotFound, changed_meanwhile

TRIES: Final = 5
"""How often a write that names no revision is decided anew when somebody else was faster."""

NAMES: Final = 8
"""How many generated names are tried."""

Fill = Callable[[Resource, JSON], Awaitable[JSON]]
"""Gives what is about to be created what it does not say; looks only where it must."""

Finish = Callable[[Resource, JSON, Document | None], Awaitable[JSON]]
"""Gives what is about to be kept what follows from other objects. Errors: Invalid; Forbidden."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """An object as it was read, and as it is to be."""

    resource: Resource
    old: Document
    content: JSON


class Whole(msgspec.Struct, frozen=True, kw_only=True):
    """An object as a part of it changes it, and what the writer of the part should know.

    Shape:  is_tracked: the managed fields are up to date already.
    """

    content: JSON
    warnings: tuple[str, ...] = ()
    is_tracked: bool = False


async def as_sent(_resource: Resource, content: JSON) -> JSON:
    """Gives nothing: for what the server writes itself."""
    return content


async def as_decided(_resource: Resource, content: JSON, _before: Document | None) -> JSON:
    """Adds nothing."""
    return content


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """Who writes, as far as it matters: what is admitted, and what is added."""

    admit: Admit = everything
    fill: Fill = as_sent
    finish: Finish = as_decided


_SERVER: Final = Asking()


class Writing:
    """create, update and patch over rows."""

    def __init__(
        self,
        rows: Rows,
        namespaces: Namespaces,
        quotas: Quotas,
        drafts: Drafts,
        asking: Asking = _SERVER,
    ) -> None:
        self._rows = rows
        self._namespaces = namespaces
        self._quotas = quotas
        self._drafts = drafts
        self._admit = asking.admit
        self._fill = asking.fill
        self._finish = asking.finish

    def now(self) -> str:
        """What time it is, as objects have it."""
        return self._drafts.now()

    def asking(self, asking: Asking) -> Writing:
        """The same, for somebody else."""
        return Writing(self._rows, self._namespaces, self._quotas, self._drafts, asking)

    async def create(
        self, resource: Resource, content: JSON, options: WriteOptions, *, form: str = ""
    ) -> Answer:
        """A new object.

        Shape:  form is "apply" when it comes of one.
        Errors: AlreadyExists; Invalid; BadRequest; NotFound and Forbidden for its namespace.
        """
        await self._namespaces.check(_called(resource, content))
        sent, content = content, await self._fill(resource, content)
        asked = None if content is sent else sent
        given = content.get("metadata")
        taken = ""
        is_named = not isinstance(given, dict) or bool(given.get("name"))
        for _ in range(1 if is_named else NAMES):
            name = "" if is_named else self._drafts.generated(content)
            draft = self._drafts.creation(
                resource, content, options, name=name, form=form, asked=asked
            )
            try:
                return await self._add(resource, draft, options)
            except Stale:
                taken = draft.place.name
        raise AlreadyExists(resource.kind.plural, resource.kind.group, taken)

    async def together(
        self, change: Change | None, new: Sequence[tuple[Resource, JSON]], options: WriteOptions
    ) -> tuple[Answer, ...]:
        """New objects with names, and the change of another: all of them or none.

        Shape:  the answers are those of the new objects, in their order.
        Errors: Conflict when what is changed was written meanwhile; AlreadyExists; Invalid;
                BadRequest; NotFound and Forbidden for their namespaces.
        """
        drafts: list[Draft] = []
        for resource, given in new:
            await self._namespaces.check(resource)
            content = await self._fill(resource, given)
            draft = self._drafts.creation(resource, content, options)
            draft = await self._finished(resource, draft, None)
            await self._admit(resource.named(draft.place.name), draft.content, None)
            drafts.append(draft)
        puts = [Put(draft.place, draft.body) for draft in drafts]
        if change is not None:
            puts = [await self._changed(change, options), *puts]
        places = [resource for resource, _ in new]
        async with self._quotas.room(*map(_wanted, places, drafts)):
            if options.dry_run:
                documents = [await self._unwritten(draft) for draft in drafts]
            else:
                # Asked again: nothing may lie between this and the append.
                for resource in places:
                    await self._namespaces.check(resource)
                documents = await self._written(puts, len(new))
        pairs = zip(documents, drafts, strict=True)
        return tuple(Answer(each, warnings=draft.warnings, created=True) for each, draft in pairs)

    async def update(self, resource: Resource, content: JSON, options: WriteOptions) -> Answer:
        """The object replaced.

        Errors: NotFound; Conflict; Invalid; BadRequest.
        """
        return await self._change(
            resource, options, lambda old: self._drafts.change(resource, content, old, options)
        )

    async def patch(self, resource: Resource, patch: Patch, options: WriteOptions) -> Answer:
        """The object changed in part; an apply makes what is not there.

        Errors: NotFound; Conflict; Invalid; BadRequest.
        """

        def decided(old: Document) -> Draft:
            content = patched(resource, patch, old.content, self._drafts.now(), options)
            draft = self._drafts.change(resource, content, old, options, form=patch.type)
            return msgspec.structs.replace(draft, is_conditional=names_revision(patch))

        if patch.type == "apply" and not resource.subresource:
            kind = resource.kind
            if await self._rows.get(kind, resource.namespace, resource.name) is None:
                content = patched(resource, patch, None, self._drafts.now(), options)
                check_name(resource, content)
                return await self.create(resource.named(""), content, options, form="apply")
        return await self._change(resource, options, decided)

    async def through(
        self, resource: Resource, options: WriteOptions, changed: Callable[[Document], Whole]
    ) -> Answer:
        """The object changed through a part of it that is sent as an object of its own.

        Shape:  changed gives the whole as the part changes it.
        Errors: NotFound; Conflict; Invalid; BadRequest.
        """

        def decided(old: Document) -> Draft:
            whole = changed(old)
            form = "apply" if whole.is_tracked else "merge"
            draft = self._drafts.change(resource, whole.content, old, options, form=form)
            return msgspec.structs.replace(draft, warnings=(*whole.warnings, *draft.warnings))

        return await self._change(resource, options, decided)

    async def _add(self, resource: Resource, draft: Draft, options: WriteOptions) -> Answer:
        place = draft.place
        draft = await self._finished(resource, draft, None)
        await self._admit(resource.named(place.name), draft.content, None)
        async with self._quotas.room(_wanted(resource, draft)):
            if options.dry_run:
                document = await self._unwritten(draft)
            else:
                # Asked again: nothing may lie between this and the append.
                await self._namespaces.check(resource)
                document = await self._rows.write(place, draft.body, None)
        return Answer(document, warnings=draft.warnings, created=True)

    async def _unwritten(self, draft: Draft) -> Document:
        """A new object that is not kept.

        Errors: AlreadyExists.
        """
        place = draft.place
        if await self._rows.get(place.kind, place.namespace, place.name) is not None:
            raise AlreadyExists(place.kind.plural, place.kind.group, place.name)
        return Document(place.kind, draft.body)

    async def _changed(self, change: Change, options: WriteOptions) -> Put:
        """What an object is to be in the place of what was read."""
        resource, old = change.resource, change.old
        unsaid = WriteOptions(dry_run=options.dry_run)
        draft = self._drafts.change(resource, change.content, old, unsaid)
        draft = await self._finished(resource, draft, old)
        await self._admit(resource, draft.content, old.content)
        return Put(draft.place, draft.body, old)

    async def _written(self, puts: Sequence[Put], new: int) -> list[Document]:
        """The new ones among objects, which are the last of them, written with all others.

        Errors: Conflict and AlreadyExists of the first that is not as it was.
        """
        try:
            documents = await self._rows.write_all(puts)
        except Stale as stale:
            for put in puts:
                kind, name = put.place.kind, put.place.name
                if key_of(kind, put.place.namespace, name) != stale.key:
                    continue
                if put.old is None:
                    raise AlreadyExists(kind.plural, kind.group, name) from stale
                raise changed_meanwhile(kind.plural, kind.group, name) from stale
            raise
        return list(documents[len(puts) - new :])

    async def _change(
        self, resource: Resource, options: WriteOptions, decided: Callable[[Document], Draft]
    ) -> Answer:
        kind = resource.kind
        for _ in range(TRIES):
            old = await self._rows.get(kind, resource.namespace, resource.name)
            if old is None:
                raise NotFound(kind.plural, kind.group, resource.name)
            draft = decided(old)
            if not draft.is_same:
                draft = await self._finished(resource, draft, old)
                await self._admit(resource, draft.content, old.content)
            try:
                async with self._quotas.room(_wanted(resource, draft, old)):
                    return await self._replace(draft, old, options)
            except Stale:
                if draft.is_conditional:
                    break
        raise changed_meanwhile(kind.plural, kind.group, resource.name)

    async def _finished(self, resource: Resource, draft: Draft, old: Document | None) -> Draft:
        """The draft with what follows from other objects."""
        content = await self._finish(resource, draft.content, old)
        if content is draft.content:
            return draft
        return self._drafts.finished(draft, content, old)

    async def _replace(self, draft: Draft, old: Document, options: WriteOptions) -> Answer:
        place = draft.place
        if draft.is_same or options.dry_run:
            document = Document(place.kind, draft.body, old.revision)
        else:
            with self._namespaces.changing(place):
                document = await self._write(draft, old)
        return Answer(document, warnings=draft.warnings)

    async def _write(self, draft: Draft, old: Document) -> Document:
        if draft.is_last:
            gone = await self._rows.remove(draft.place, old)
            return Document(draft.place.kind, draft.body, gone.revision)
        return await self._rows.write(draft.place, draft.body, old)


def _called(resource: Resource, content: JSON) -> Resource:
    """The resource by the name that its object is to have, as far as one is said."""
    metadata = content.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return resource.named(name) if isinstance(name, str) else resource


def _wanted(resource: Resource, draft: Draft, old: Document | None = None) -> Wanted:
    """What is about to be kept, under its name."""
    name = draft.place.name
    return Wanted(resource=resource, name=name, content=draft.content, before=old)
