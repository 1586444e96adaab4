"""ImageStreamMappings: what the registry asks for when an image was pushed.

Source: image-streams.md section 8.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from msgspec.structs import replace
from typing_extensions import override

from slipcast.api import kinds
from slipcast.api.document import JSON, Document
from slipcast.api.image import Image, ImageStream, ImageStreamMapping
from slipcast.api.lens import content_of, overlay
from slipcast.images.contents import vouched
from slipcast.images.defaults import defaulted_mapping
from slipcast.images.manifests import described
from slipcast.images.mapping import event_of, is_untouched, mapped, placed, unmanaged
from slipcast.images.validate import image_stream_mapping
from slipcast.ports.api import Answer, ListOptions, Resource, WriteOptions
from slipcast.store import drafts
from slipcast.store.authorize import Guard
from slipcast.store.streams import reading
from slipcast.store.streams.finishing import Finishing
from slipcast.store.streams.reading import IMAGE, STREAM, TRIES
from slipcast.store.typed import seen
from slipcast.store.verbs import Verbs
from slipcast.store.virtual import Virtual
from slipcast.values.apifaults import AlreadyExists, Conflict, Forbidden, Invalid, NotFound
from slipcast.values.causes import required

MAPPING: Final = kinds.require(kinds.IMAGE, "ImageStreamMapping")

_SUCCESS: Final[JSON] = {"metadata": {}, "status": "Success", "code": 201}
_NAMELESS: Final = "name or generateName is required"


class Mappings(Virtual):
    """Makes an image, and has it become the newest of a tag."""

    def __init__(self, verbs: Verbs, finishing: Finishing) -> None:
        self._verbs = verbs
        self._rows = verbs.rows
        self._finishing = finishing

    @override
    async def create(
        self, guard: Guard, resource: Resource, content: JSON, options: WriteOptions
    ) -> Answer:
        """A mapping, done; told by a Status (IS-74)."""
        await guard.check("create", resource)
        asked = drafts.sent(resource, content)
        warnings = drafts.unknown(resource, asked, options, {})
        mapping = placed(defaulted_mapping(seen(MAPPING, asked)), self._finishing.address)
        _check(mapping)
        document = await self._stream(resource.namespace, mapping)
        if not await guard.may("create", Resource(IMAGE)):
            mapping = replace(mapping, image=vouched(unmanaged(mapping.image)))
            await self._check_claim(guard, mapping.image)
        image = described(mapping.image)
        await self._finishing.limiting.check_image(resource.namespace, image)
        plain = WriteOptions(dry_run=options.dry_run)
        is_known = await self._made(guard, image, plain)
        ready = replace(mapping, image=image)
        await self._mapped(guard, document, ready, plain, is_known=is_known)
        return Answer(Document.of(kinds.OUTCOME, _SUCCESS), warnings, created=True)

    async def _check_claim(self, guard: Guard, image: Image) -> None:
        """Nothing, when whoever says that the registry here keeps an image may pull it from there.

        Shape:  the registry has seen all of an image that it maps, and so may make Images; others
                may know no more than a digest, which gives no right to what it names.
        Errors: Forbidden.
        """
        ref = self._finishing.kept_here(image.docker_image_reference)
        if ref is None:
            return
        await guard.check("get", Resource(STREAM, ref.namespace, ref.name, "layers"))
        found = await self._rows.get(STREAM, ref.namespace, ref.name)
        items = (
            item
            for tag in (_seen(found).status.tags if found is not None else ())
            for item in tag.items
            if item.image == image.metadata.name
        )
        if not any(self._finishing.kept_here(item.docker_image_reference) for item in items):
            raise Forbidden(
                f"{MAPPING.plural}.{MAPPING.group} is forbidden: {ref} is not in the history of"
                " that stream, and only the registry says what else it keeps",
                plural=MAPPING.plural,
                group=MAPPING.group,
            )

    async def _made(self, guard: Guard, image: Image, options: WriteOptions) -> bool:
        """Whether the image was there before; else it is made."""
        content = content_of(image, IMAGE)
        try:
            await self._finishing.writing(guard).create(Resource(IMAGE), content, options)
        except AlreadyExists:
            await self._completed(guard, image, options)
            return True
        return False

    async def _completed(self, guard: Guard, image: Image, options: WriteOptions) -> None:
        """See that an image that was known by its name alone says what it consists of."""
        document = await self._rows.get(IMAGE, "", image.metadata.name)
        stored: Image | None = None if document is None else seen(IMAGE, document)
        if document is None or stored is None or stored.docker_image_metadata is not None:
            return
        texts = replace(
            stored,
            docker_image_manifest=image.docker_image_manifest,
            docker_image_manifest_media_type=image.docker_image_manifest_media_type,
            docker_image_config=image.docker_image_config,
        )
        if not vouched(texts).docker_image_manifest:
            return
        content = overlay(document.content, stored, texts)
        with suppress(Conflict, NotFound):
            # Whoever was faster has done the same.
            place = Resource(IMAGE, "", image.metadata.name)
            await self._finishing.writing(guard).update(place, content, options)

    async def _mapped(
        self,
        guard: Guard,
        document: Document,
        mapping: ImageStreamMapping,
        options: WriteOptions,
        *,
        is_known: bool,
    ) -> None:
        """The image as the newest of the tag.

        Errors: Conflict when somebody else gave the tag another image meanwhile (IS-73).
        """
        writing, now = self._finishing.writing(guard), self._verbs.writing.now()
        for left in reversed(range(TRIES)):
            stream = _seen(document)
            event = event_of(stream, mapping.image, now, is_known=is_known)
            ready = mapped(stream, mapping.tag, event)
            if ready is stream:
                return
            place = Resource(STREAM, stream.metadata.namespace, stream.metadata.name, "status")
            try:
                await writing.update(place, overlay(document.content, stream, ready), options)
            except Conflict:
                document = await self._stream(place.namespace, mapping)
                if not left or not is_untouched(stream, _seen(document), mapping.tag):
                    raise
            else:
                return

    async def _stream(self, namespace: str, mapping: ImageStreamMapping) -> Document:
        """The stream that a mapping is about: by its name, or by the repository it takes over.

        Errors: NotFound (IS-71).
        """
        if mapping.metadata.name:
            return await reading.document(self._rows, namespace, mapping.metadata.name)
        listing = await self._verbs.reading.list(Resource(STREAM, namespace), ListOptions())
        for document in listing.documents:
            if _seen(document).spec.docker_image_repository == mapping.docker_image_repository:
                return document
        raise NotFound(STREAM.plural, STREAM.group, mapping.docker_image_repository)


def _seen(document: Document) -> ImageStream:
    found: ImageStream = seen(STREAM, document)
    return found


def _check(mapping: ImageStreamMapping) -> None:
    """Nothing, when a mapping is as it should be.

    Errors: Invalid (IS-70).
    """
    wrong = image_stream_mapping(mapping)
    name = mapping.metadata.name
    if not name and not mapping.docker_image_repository:
        # The original asks for it twice, and so do those who compare.
        wrong = (required("metadata.name", _NAMELESS), *wrong)
    if not mapping.image.metadata.name:
        wrong = (*wrong, required("image.metadata.name", _NAMELESS))
    if wrong:
        raise Invalid(MAPPING.name, MAPPING.group, name, wrong)
