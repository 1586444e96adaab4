"""What a stream still lacks before it is kept: what its tags mean, and where its images are.

Objects that name images as tags of streams get what these mean (`localnames`).

Done for whoever writes, and with the rights of who asked for it: an image of another namespace is
only tagged by those who may pull it there.

Source: image-streams.md IS-14, IS-20 to IS-28, IS-522; section 13.
"""

from __future__ import annotations

import msgspec

from slipcast.api.document import JSON, Document
from slipcast.api.fullness import settled
from slipcast.api.image import ImageStream, TagReference
from slipcast.api.lens import overlay
from slipcast.images import tagging
from slipcast.images.origins import ALL, Origins
from slipcast.ports.api import Resource
from slipcast.store.authorize import Guard
from slipcast.store.streams.limiting import IMAGE, STREAM, Limiting
from slipcast.store.streams.localnames import LocalNames
from slipcast.store.typed import seen
from slipcast.store.verbs import Verbs
from slipcast.store.writing import Asking, Finish, Writing
from slipcast.values.apifaults import Invalid
from slipcast.values.causes import Cause, invalid
from slipcast.values.faults import Fault, InvalidFault
from slipcast.values.imageref import ImageRef


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where the registry here is.

    Shape:  address and public are `host:port`, empty where there is none; aliases are others that
            mean it, or have meant it.
    """

    address: str = ""
    public: str = ""
    aliases: frozenset[str] = frozenset()


class Finishing:
    """Finishes streams.

    Shape:  origins are the registries that tags may name; who may make Images may name any.
    """

    def __init__(self, verbs: Verbs, place: Place, origins: Origins = ALL) -> None:
        self._rows = verbs.rows
        self._writing = verbs.writing
        self._now = verbs.writing.now
        self.address = place.address
        self._public = place.public
        self.hosts = frozenset((place.address, place.public, *place.aliases)) - {""}
        self._origins = origins
        self.limiting = Limiting(verbs.reading)
        self._names = LocalNames(verbs.rows)

    def kept_here(self, reference: str) -> ImageRef | None:
        """The name of an image, when it means the registry here."""
        try:
            ref = ImageRef.parse(reference)
        except InvalidFault:
            return None
        return ref if ref.registry_host in self.hosts else None

    def writing(self, guard: Guard) -> Writing:
        """What writes streams for an actor."""
        return self._writing.asking(Asking(finish=self.by(guard)))

    def by(self, guard: Guard) -> Finish:
        """What an actor's streams, and whatever names their images, are given."""

        async def finish(resource: Resource, content: JSON, before: Document | None) -> JSON:
            if resource.kind is not STREAM:
                return await self._names.resolve(resource, content, before)
            view: ImageStream = seen(STREAM, content)
            stored: ImageStream | None = None if before is None else seen(STREAM, before)
            ready = self.placed(view)
            if not resource.subresource:
                ready = await self._tagged(guard, ready, stored)
            await self.limiting.check_stream(ready, stored)
            if ready is view:
                return content
            return settled(overlay(content, view, ready), ready, STREAM)

        return finish

    def placed(self, stream: ImageStream) -> ImageStream:
        """The stream with where its images can be pulled."""
        return tagging.with_repository(stream, self.address, self._public)

    async def _tagged(
        self, guard: Guard, stream: ImageStream, stored: ImageStream | None
    ) -> ImageStream:
        """The stream with what its new tags mean.

        Errors: Invalid, with all that is wrong.
        """
        now = stream.metadata.creation_timestamp if stored is None else self._now()
        wrong: list[Cause] = []
        changed = tuple(tagging.changed(stream, stored))
        if self._origins.allowed and not await guard.may("create", Resource(IMAGE)):
            causes = (tagging.may_not_come(tag, self._origins) for tag in changed)
            wrong.extend(cause for cause in causes if cause is not None)
        for tag in changed:
            found = await self._with(guard, tagging.recorded(stream, tag, now), tag, now)
            if isinstance(found, Cause):
                wrong.append(found)
            else:
                stream = found
        if wrong:
            raise Invalid(STREAM.name, STREAM.group, stream.metadata.name, tuple(wrong))
        return stream

    async def _with(
        self, guard: Guard, stream: ImageStream, tag: TagReference, now: str
    ) -> ImageStream | Cause:
        source = tagging.source(stream, tag)
        if source is None:
            return stream
        if isinstance(source, Cause):
            return source
        origin = stream if source.is_of(stream) else await self._origin(guard, stream, source)
        if isinstance(origin, Cause):
            return origin
        return tagging.copied(stream, source, origin, now=now, address=self.address)

    async def _origin(
        self, guard: Guard, stream: ImageStream, source: tagging.Source
    ) -> ImageStream | Cause:
        """The stream that a tag is from, where the actor may pull from it (IS-23, IS-24)."""
        layers = Resource(STREAM, source.namespace, source.stream, "layers")
        if tagging.is_foreign(stream, source) and not await guard.may("get", layers):
            return tagging.may_not_pull(source)
        try:
            document = await self._rows.get(STREAM, source.namespace, source.stream)
            return tagging.missing(source) if document is None else seen(STREAM, document)
        except Fault as fault:
            what = f"unable to retrieve image stream: {fault.message}"
            return invalid(f"{source.path}.name", source.stream, what)
