"""ImageSignatures: signatures, each kept in the image that it signs.

Source: image-streams.md IS-506; the API reference of image.openshift.io/v1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace
from typing_extensions import override

from slipcast.api import kinds
from slipcast.api.document import JSON, Document
from slipcast.api.image import Image, ImageSignature
from slipcast.api.lens import overlay
from slipcast.ports.api import Answer, DeleteOptions, Resource, WriteOptions
from slipcast.store import drafts
from slipcast.store.authorize import Guard
from slipcast.store.streams import reading
from slipcast.store.streams.reading import IMAGE
from slipcast.store.typed import seen
from slipcast.store.verbs import Verbs
from slipcast.store.virtual import Virtual
from slipcast.store.writing import TRIES
from slipcast.values.apifaults import (
    AlreadyExists,
    BadRequest,
    Conflict,
    Invalid,
    NotFound,
    changed_meanwhile,
)
from slipcast.values.causes import Cause, invalid, required

SIGNATURE: Final = kinds.require(kinds.IMAGE, "ImageSignature")

_FORM: Final = "must be of the form <imageName>@<signatureName>"


class Signatures(Virtual):
    """Signatures of images, to be added and removed."""

    def __init__(self, verbs: Verbs) -> None:
        self._verbs = verbs

    @override
    async def create(
        self, guard: Guard, resource: Resource, content: JSON, options: WriteOptions
    ) -> Answer:
        """A signature more of an image."""
        await guard.check("create", resource)
        asked = drafts.sent(resource, content)
        warnings = drafts.unknown(resource, asked, options, {})
        sent: ImageSignature = seen(SIGNATURE, asked)
        name = sent.metadata.name
        if wrong := _wrong(sent):
            raise Invalid(SIGNATURE.name, SIGNATURE.group, name, wrong)
        now = self._verbs.writing.now()
        sent = replace(sent, metadata=replace(sent.metadata, creation_timestamp=now))

        def added(image: Image) -> Image:
            if any(each.metadata.name == name for each in image.signatures):
                raise AlreadyExists(SIGNATURE.plural, SIGNATURE.group, name)
            return replace(image, signatures=(*image.signatures, sent))

        await self._change(name, added, dry_run=options.dry_run)
        return Answer(reading.shown(SIGNATURE, sent), warnings, created=True)

    @override
    async def delete(self, guard: Guard, resource: Resource, options: DeleteOptions) -> Answer:
        """A signature less of an image."""
        await guard.check("delete", resource)
        name = resource.name
        if _image_of(name) is None:
            raise BadRequest(f"ImageSignatures must be named <imageName>@<signatureName>: {name}")

        def removed(image: Image) -> Image:
            kept = tuple(each for each in image.signatures if each.metadata.name != name)
            if len(kept) == len(image.signatures):
                raise NotFound(SIGNATURE.plural, SIGNATURE.group, name)
            return replace(image, signatures=kept)

        await self._change(name, removed, dry_run=options.dry_run)
        gone = Document.of(SIGNATURE, {"metadata": {"name": name}})
        return Answer(gone, gone=True)

    async def _change(self, name: str, changed: Callable[[Image], Image], *, dry_run: bool) -> None:
        """The image that a name is about, changed.

        Errors: NotFound.
        """
        image = _image_of(name) or ""
        place = Resource(IMAGE, name=image)
        for _ in range(TRIES):
            document = await self._verbs.rows.get(IMAGE, "", image)
            if document is None:
                raise NotFound(IMAGE.plural, IMAGE.group, image)
            old: Image = seen(IMAGE, document)
            content = overlay(document.content, old, changed(old))
            try:
                await self._verbs.writing.update(place, content, WriteOptions(dry_run=dry_run))
            except Conflict:
                continue
            return
        raise changed_meanwhile(IMAGE.plural, IMAGE.group, image)


def _image_of(name: str) -> str | None:
    """The image of a signature's name; None when the name has another form."""
    image, mark, signature = name.partition("@")
    return image if mark and image and signature and "@" not in signature else None


def _wrong(sent: ImageSignature) -> tuple[Cause, ...]:
    causes = []
    if _image_of(sent.metadata.name) is None:
        causes.append(invalid("metadata.name", sent.metadata.name, _FORM))
    if not sent.type:
        causes.append(required("type"))
    if not sent.content:
        causes.append(required("content"))
    return tuple(causes)
