"""ImageStreamTags: the tags of streams as objects of their own.

Who may write them need not be allowed to write the stream (IS-58); what they are made of is asked
for with the rights of who writes (IS-24).

Source: image-streams.md section 5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from msgspec.structs import replace
from typing_extensions import override

from slipcast.api import kinds
from slipcast.api.document import JSON, Document
from slipcast.api.image import Image, ImageStream, ImageStreamTag, TagReference
from slipcast.api.kinds import Kind
from slipcast.api.lens import content_of, overlay
from slipcast.api.meta import Object, ObjectMeta
from slipcast.images import views
from slipcast.images.defaults import defaulted_stream_tag
from slipcast.images.events import newest, spec_tag
from slipcast.images.references import split_stream_tag
from slipcast.images.validate import image_stream_tag
from slipcast.ports.api import (
    Answer,
    DeleteOptions,
    Listing,
    ListOptions,
    Patch,
    Resource,
    WriteOptions,
)
from slipcast.store import drafts
from slipcast.store.authorize import Guard
from slipcast.store.hooked.images import WHOLE
from slipcast.store.patching import patched
from slipcast.store.selection import Look, Selection
from slipcast.store.streams import paging, reading
from slipcast.store.streams.finishing import Finishing
from slipcast.store.streams.reading import STREAM, TRIES
from slipcast.store.typed import seen
from slipcast.store.verbs import Verbs
from slipcast.store.virtual import Virtual
from slipcast.values.apifaults import (
    AlreadyExists,
    BadRequest,
    Conflict,
    Invalid,
    NotFound,
    changed_meanwhile,
    qualified,
)
from slipcast.values.causes import Cause, invalid

STREAM_TAG: Final = kinds.require(kinds.IMAGE, "ImageStreamTag")

_ALL: Final = ListOptions()


class StreamTags(Virtual):
    """Tags, each with the image that it means."""

    kind: Kind = STREAM_TAG

    def __init__(self, verbs: Verbs, finishing: Finishing) -> None:
        self._verbs = verbs
        self._rows = verbs.rows
        self._finishing = finishing

    def listed(self, stream: ImageStream) -> Iterator[str]:
        """The tags of a stream that are objects of this kind (IS-51)."""
        return (tag for tag in views.tags(stream) if views.has_image(stream, tag))

    def view(self, stream: ImageStream, tag: str, image: Image | None) -> Object:
        """A tag as an object of this kind."""
        return views.stream_tag(stream, tag, image)

    def wanted(self, stream: ImageStream, sent: Any, tag: str) -> TagReference:
        """What a tag shall be by an object of this kind."""
        return views.wanted_tag(stream, sent, tag)

    def defaulted(self, sent: Any) -> Any:
        """An object of this kind with everything filled in."""
        return defaulted_stream_tag(sent)

    def wrong(self, new: Any, old: Any) -> tuple[Cause, ...]:
        """What is wrong with an object of this kind."""
        return image_stream_tag(new if old is None else _kept(new, old), old)

    @override
    async def get(self, guard: Guard, resource: Resource) -> Document:
        """One tag, if it means an image."""
        await guard.check("get", resource)
        name, tag = self._halves(resource.name)
        stream = await reading.stream(self._rows, resource.namespace, name)
        if tag not in self.listed(stream):
            raise NotFound(self.kind.plural, self.kind.group, resource.name)
        return await self.document(stream, tag, whole=True)

    @override
    async def list(self, guard: Guard, resource: Resource, options: ListOptions) -> Listing:
        """The tags that mean an image; of the images no more than their names (IS-53)."""
        await guard.check("list", resource)
        selection = Selection.parse(self.kind, options.labels, options.fields, resource.name)

        def chosen(document: Document) -> Iterator[tuple[str, Document]]:
            stream = _stream(document)
            for tag in self.listed(stream):
                shown = reading.shown(self.kind, self.view(stream, tag, None), document.revision)
                if selection.matches(Look(shown)):
                    yield tag, shown

        return await paging.listed(self._rows, resource.namespace, options, chosen)

    @override
    async def create(
        self, guard: Guard, resource: Resource, content: JSON, options: WriteOptions
    ) -> Answer:
        """A tag that the stream shall have; the stream, too, where it is not there (IS-54)."""
        await guard.check("create", resource)
        asked = drafts.sent(resource, content)
        warnings = drafts.unknown(resource, asked, options, {})
        sent = self.defaulted(seen(self.kind, asked))
        name, tag = self._parts(sent.metadata.name)
        self._refuse(sent.metadata.name, self.wrong(sent, None))
        for _ in range(TRIES):
            document = await self._rows.get(STREAM, resource.namespace, name)
            stream = _stream(document) if document else _new(resource.namespace, name)
            if spec_tag(stream, tag) is not None:
                raise AlreadyExists(self.kind.singular, self.kind.group, sent.metadata.name)
            ready = views.with_tag(stream, self.wanted(stream, sent, tag))
            written = await self._written(guard, document, (stream, ready), options)
            if written is not None:
                return Answer(self._as_sent(sent, written), warnings, created=True)
        raise changed_meanwhile(self.kind.plural, self.kind.group, sent.metadata.name)

    @override
    async def update(
        self, guard: Guard, resource: Resource, content: JSON, options: WriteOptions
    ) -> Answer:
        """What a tag shall be; it is made where it is not there (IS-55)."""
        await guard.check("update", resource)
        asked = drafts.sent(resource, content)
        drafts.check_name(resource, asked)
        warnings = drafts.unknown(resource, asked, options, {})
        answer = await self._change(guard, resource, lambda _: asked, options)
        return replace(answer, warnings=warnings)

    @override
    async def patch(
        self, guard: Guard, resource: Resource, patch: Patch, options: WriteOptions
    ) -> Answer:
        """What a tag shall be, in part."""
        await guard.check("patch", resource)
        now = self._verbs.writing.now()

        def decided(old: Document) -> JSON:
            content = patched(resource, patch, old.content, now, options)
            asked = drafts.sent(resource, content)
            drafts.check_name(resource, asked, is_patch=True)
            return asked

        return await self._change(guard, resource, decided, options)

    @override
    async def delete(self, guard: Guard, resource: Resource, options: DeleteOptions) -> Answer:
        """A tag, with its history (IS-57)."""
        await guard.check("delete", resource)
        name, tag = self._halves(resource.name)
        place = Resource(STREAM, resource.namespace, name, WHOLE)
        for _ in range(TRIES):
            document = await reading.document(self._rows, resource.namespace, name)
            stream = _stream(document)
            self._check_preconditions(resource, options, stream)
            ready = views.without_tag(stream, tag)
            if ready is None:
                # So the original calls it: by the tag alone.
                raise NotFound(self.kind.plural, self.kind.group, tag)
            content = overlay(document.content, stream, ready)
            gone = await self.document(stream, tag, whole=False)
            try:
                dry = WriteOptions(dry_run=options.dry_run)
                await self._finishing.writing(guard).update(place, content, dry)
            except Conflict:
                continue
            return Answer(gone, gone=True)
        raise changed_meanwhile(self.kind.plural, self.kind.group, resource.name)

    async def document(self, stream: ImageStream, tag: str, *, whole: bool) -> Document:
        """A tag as it is answered.

        Errors: NotFound of its image, where it is to be there.
        """
        event = newest(stream, tag)
        name = event.image if event is not None else ""
        image = await reading.image(self._rows, name)
        if image is None and whole and name:
            raise NotFound(reading.IMAGE.plural, reading.IMAGE.group, name)
        revision = int(stream.metadata.resource_version or 0)
        return reading.shown(self.kind, self.view(stream, tag, image), revision)

    async def _change(
        self,
        guard: Guard,
        resource: Resource,
        decided: Callable[[Document], JSON],
        options: WriteOptions,
    ) -> Answer:
        name, tag = self._halves(resource.name)
        for _ in range(TRIES):
            document = await self._rows.get(STREAM, resource.namespace, name)
            stream = _stream(document) if document else _new(resource.namespace, name)
            old = self.view(stream, tag, None)
            revision = document.revision if document else 0
            sent = seen(self.kind, decided(reading.shown(self.kind, old, revision)))
            self._check_revision(resource, sent.metadata.resource_version, revision)
            sent = self.defaulted(sent)
            self._refuse(resource.name, self.wrong(sent, old if document else None))
            ready = views.with_tag(stream, self.wanted(stream, sent, tag))
            written = await self._written(guard, document, (stream, ready), options)
            if written is not None:
                found = await self.document(_stream(written), tag, whole=False)
                return Answer(found, created=spec_tag(stream, tag) is None)
        raise changed_meanwhile(self.kind.plural, self.kind.group, resource.name)

    async def _written(
        self,
        guard: Guard,
        document: Document | None,
        change: tuple[ImageStream, ImageStream],
        options: WriteOptions,
    ) -> Document | None:
        """The stream as it is kept; None when somebody else was faster."""
        old, new = change
        metadata, writing = new.metadata, self._finishing.writing(guard)
        plain = WriteOptions(dry_run=options.dry_run)
        try:
            if document is None:
                place = Resource(STREAM, metadata.namespace)
                return (await writing.create(place, content_of(new, STREAM), plain)).document
            place = Resource(STREAM, metadata.namespace, metadata.name)
            content = overlay(document.content, old, new)
            return (await writing.update(place, content, plain)).document
        except (AlreadyExists, Conflict):
            return None

    def _as_sent(self, sent: Any, written: Document) -> Document:
        """What was sent, as it is answered: it has no image yet that is shown."""
        names, now = written.names, self._verbs.writing.now()
        metadata = replace(sent.metadata, uid=names.uid, creation_timestamp=now, managed_fields=())
        return reading.shown(self.kind, replace(sent, metadata=metadata))

    def _refuse(self, name: str, wrong: tuple[Cause, ...]) -> None:
        if wrong:
            raise Invalid(self.kind.name, self.kind.group, name, wrong)

    def _halves(self, name: str) -> tuple[str, str]:
        """Stream and tag of a name in an address (IS-50)."""
        halves = None if "@" in name else split_stream_tag(name)
        if halves is None:
            raise BadRequest(f"{self.kind.name}s must be retrieved with <name>:<tag>")
        return halves

    def _parts(self, name: str) -> tuple[str, str]:
        """Stream and tag of a name in an object."""
        halves = None if "@" in name else split_stream_tag(name)
        if halves is None:
            cause = invalid("metadata.name", name, "must be of the form <stream_name>:<tag>")
            raise Invalid(self.kind.name, self.kind.group, name, (cause,))
        return halves

    def _check_revision(self, resource: Resource, named: str, revision: int) -> None:
        """Nothing, when the client means the stream as it is, or any (IS-55)."""
        if not named or named == str(revision):
            return
        if not revision:
            raise NotFound(self.kind.plural, self.kind.group, resource.name)
        raise self._conflict(
            resource, f"another caller has updated the resource version to {revision}"
        )

    def _check_preconditions(
        self, resource: Resource, options: DeleteOptions, stream: ImageStream
    ) -> None:
        own = stream.metadata
        for asked, real in (
            (options.uid, own.uid),
            (options.resource_version, own.resource_version),
        ):
            if asked and asked != real:
                raise self._conflict(resource, f"Precondition failed: {asked}, in object: {real}")

    def _conflict(self, resource: Resource, what: str) -> Conflict:
        kind = self.kind
        return Conflict(
            f"Operation cannot be fulfilled on {qualified(kind.plural, kind.group)}"
            f' "{resource.name}": {what}',
            plural=kind.plural,
            group=kind.group,
            name=resource.name,
        )


def _stream(document: Document) -> ImageStream:
    found: ImageStream = seen(STREAM, document)
    return found


def _new(namespace: str, name: str) -> ImageStream:
    return ImageStream(metadata=ObjectMeta(name=name, namespace=namespace))


def _kept(new: ImageStreamTag, old: ImageStreamTag) -> ImageStreamTag:
    """An ImageStreamTag as it replaces the old one: what only the server says is as it was."""
    own, said = old.metadata, new.metadata
    metadata = replace(
        said,
        uid=said.uid or own.uid,
        creation_timestamp=said.creation_timestamp or own.creation_timestamp,
        labels=said.labels or own.labels,
        generation=own.generation,
        self_link=own.self_link,
        managed_fields=own.managed_fields,
    )
    tag = new.tag
    if tag is not None:
        tag = replace(tag, annotations=said.annotations)
    return replace(new, metadata=metadata, tag=tag)
