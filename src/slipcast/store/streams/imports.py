"""ImageStreamImports: images looked up elsewhere, told, and taken into a stream where asked for.

A request that can be understood succeeds, whatever registries answer: that stands in its status.
Looking up takes long, so the stream is read afterwards, and read again when it was changed
meanwhile; only who named a revision is told of that.

Source: image-streams.md section 9, IS-91, IS-92; user-pain.md UP-22, UP-23.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec.structs import replace
from typing_extensions import override

from slipcast.api import kinds
from slipcast.api.document import JSON, Document
from slipcast.api.fullness import settled
from slipcast.api.image import (
    Image,
    ImageImportStatus,
    ImageStream,
    ImageStreamImport,
    ImageStreamImportStatus,
    RepositoryImportStatus,
)
from slipcast.api.lens import content_of, overlay
from slipcast.api.meta import ObjectMeta
from slipcast.api.status import Status
from slipcast.images import imports, repositories
from slipcast.images.defaults import defaulted_import
from slipcast.images.imports import AMD64, CHECKED, Result, Source
from slipcast.images.manifests import Platform
from slipcast.images.scheduling import Scheduling, looked
from slipcast.images.validate import image_stream_import
from slipcast.ports.api import Answer, Resource, WriteOptions
from slipcast.ports.clock import Clock
from slipcast.ports.distribution import Distribution
from slipcast.store import metadata as meta
from slipcast.store.authorize import Guard
from slipcast.store.dice import Dice
from slipcast.store.hooked.images import IMPORTS
from slipcast.store.streams import failures, pullsecrets
from slipcast.store.streams.answers import shown
from slipcast.store.streams.fetching import Asker, Fetching, repository
from slipcast.store.streams.finishing import Finishing
from slipcast.store.streams.limiting import IMAGE, STREAM
from slipcast.store.typed import seen, wrong_metadata
from slipcast.store.verbs import Verbs
from slipcast.store.virtual import Virtual
from slipcast.values import instant
from slipcast.values.actor import Actor
from slipcast.values.apifaults import (
    AlreadyExists,
    ApiFault,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Unavailable,
    qualified,
)
from slipcast.values.causes import invalid
from slipcast.values.imageref import ImageRef

IMPORT: Final = kinds.require(kinds.IMAGE, "ImageStreamImport")
TRIES: Final = 16
MOST_IMAGES: Final = 1000
"""How many images one import may name."""

_WRITE: Final = WriteOptions()


class Importing(msgspec.Struct, frozen=True, kw_only=True):
    """How images are imported.

    Shape:  at_once is how many tags of a repository one import takes, -1 for all (IS-86); platform
            is taken of images for several, unless these stay what they are. server is who asks
            when nobody does: it has no rights of its own to images of the registry here.
    """

    distribution: Distribution | None = None
    at_once: int = 5
    scheduling: Scheduling = Scheduling()
    platform: Platform = AMD64
    server: Actor | None = None


class Imports(Virtual):
    """Answers ImageStreamImports."""

    def __init__(
        self, verbs: Verbs, finishing: Finishing, clock: Clock, importing: Importing
    ) -> None:
        self._verbs = verbs
        self._finishing = finishing
        self._clock = clock
        self._importing = importing
        self._dice = Dice()

    @override
    async def create(
        self, guard: Guard, resource: Resource, content: JSON, options: WriteOptions
    ) -> Answer:
        """What was found, and what became of the stream.

        Errors: Invalid; Forbidden; NotFound and Conflict of the stream (IS-81); Unavailable where
                nothing can be looked up.
        """
        await guard.check("create", resource)
        asked = meta.begun(resource, content)
        request = _understood(asked)
        stream = Resource(STREAM, resource.namespace, request.metadata.name)
        if request.spec.import_:
            await self._check(guard, stream, request.metadata)
        request = replace(request, status=await self._status(guard, request, resource))
        kept: Document | None = None
        images: Mapping[str, JSON] = {}
        if request.spec.import_:
            request = replace(request, status=self._moved(request.status, stream))
        if request.spec.import_ and not options.dry_run:
            images, refused = await self._images(request, resource.namespace)
            kept = await self._keep(guard, stream, request, refused)
        return Answer(self._answer(asked, request, kept, images), created=True)

    async def _check(self, guard: Guard, stream: Resource, named: ObjectMeta) -> None:
        """Nothing, when the stream may be written, and is the one that is named.

        Errors: Forbidden; NotFound; Conflict.
        """
        document = await self._verbs.rows.get(STREAM, stream.namespace, stream.name)
        await guard.check("create" if document is None else "update", stream)
        _check_named(stream, named, document)

    async def _status(
        self, guard: Guard, request: ImageStreamImport, place: Resource
    ) -> ImageStreamImportStatus:
        """What was found of everything that was asked for."""
        distribution = self._importing.distribution
        if distribution is None:
            raise Unavailable("images cannot be imported here: no registries are asked")
        fetching = Fetching(
            distribution,
            lambda: pullsecrets.logins(self._verbs.reading, place.namespace),
            self._importing.platform,
            Asker(
                actor=guard.actor if guard.actor != self._importing.server else None,
                own=self._finishing.hosts,
            ),
        )
        whole = [imports.image_source(spec) for spec in request.spec.images]
        tags, left, wrong = await self._tags(request, fetching)
        found = await fetching.images([*tags, *whole])
        said: RepositoryImportStatus | None = None
        if wrong is not None:
            said = RepositoryImportStatus(status=wrong)
        elif request.spec.repository is not None:
            said = imports.told_of_all(_told(tags, found), left)
        return ImageStreamImportStatus(repository=said, images=tuple(_told(whole, found)))

    def _moved(self, status: ImageStreamImportStatus, stream: Resource) -> ImageStreamImportStatus:
        """What was found, the images of the registry here as those of the stream (IS-25)."""
        if not self._finishing.address:
            return status
        repository = f"{self._finishing.address}/{stream.namespace}/{stream.name}"
        return imports.moved(status, ImageRef.parse(repository), self._finishing.hosts)

    async def _tags(
        self, request: ImageStreamImport, fetching: Fetching
    ) -> tuple[list[Source], tuple[str, ...], Status | None]:
        """Which tags of the repository are looked up, which are left, and why none are."""
        spec = request.spec.repository
        if spec is None:
            return [], (), None
        ref = repository(spec.from_.name)
        found = await fetching.tags(ref, insecure=spec.import_policy.insecure)
        if isinstance(found, Status):
            return [], (), found
        taken, left = imports.taken(found, self._importing.at_once)
        return [imports.tag_source(spec, tag) for tag in taken], left, None

    async def _images(
        self, request: ImageStreamImport, namespace: str
    ) -> tuple[Mapping[str, JSON], Mapping[str, Status]]:
        """The images kept: as they are now, and why those are not that could not be."""
        kept: dict[str, JSON] = {}
        refused: dict[str, Status] = {}
        for image in imports.images_of(request):
            name = image.metadata.name
            try:
                await self._finishing.limiting.check_image(namespace, image)
                kept[name] = (await self._kept(image)).content
            except ApiFault as fault:
                refused[name] = failures.of_api(fault)
        return kept, refused

    async def _kept(self, image: Image) -> Document:
        try:
            content = content_of(image, IMAGE)
            return (await self._verbs.writing.create(Resource(IMAGE), content, _WRITE)).document
        except AlreadyExists:
            found = await self._verbs.rows.get(IMAGE, "", image.metadata.name)
            if found is None:
                raise
            return found

    async def _keep(
        self,
        guard: Guard,
        resource: Resource,
        request: ImageStreamImport,
        refused: Mapping[str, Status],
    ) -> Document:
        """The stream as it is afterwards.

        Errors: Conflict; NotFound; Forbidden when a limit is in the way (IS-92).
        """
        for number in range(1, TRIES + 1):
            document = await self._verbs.rows.get(STREAM, resource.namespace, resource.name)
            _check_named(resource, request.metadata, document)
            before = _stream(resource, document)
            after = self._folded(before, request, refused)
            if document is not None and after is before:
                return document
            try:
                return await self._written(guard, resource, before, after)
            except (Conflict, AlreadyExists):
                if number == TRIES or request.metadata.resource_version:
                    raise
            except Forbidden as fault:
                if document is not None:
                    await self._limited(guard, resource, before, after, failures.of_api(fault))
                raise
        raise AssertionError  # pragma: no cover -- the last try returns or raises

    def _folded(
        self, stream: ImageStream, request: ImageStreamImport, refused: Mapping[str, Status]
    ) -> ImageStream:
        """The stream with what was found; the same one when that is nothing new (IS-91)."""
        now = self._clock.now()
        tried = {
            wanted.tag: status.image is not None and status.image.metadata.name not in refused
            for wanted, status in imports.steps(request)
        }
        after = imports.folded(stream, request, instant.to_text(now), refused)
        after = looked(after, tried, self._importing.scheduling, now)
        after = repositories.noted(after, request, instant.to_text(now))
        annotations = after.metadata.annotations
        if after == stream and CHECKED in annotations:
            return stream
        annotations = {**annotations, CHECKED: instant.to_text(now)}
        return replace(after, metadata=replace(after.metadata, annotations=annotations))

    async def _written(
        self, guard: Guard, resource: Resource, before: ImageStream, after: ImageStream
    ) -> Document:
        writing = self._finishing.writing(guard)
        content = content_of(after, STREAM)
        if not before.metadata.uid:
            part = replace(resource, name="", subresource=IMPORTS)
            return (await writing.create(part, content, _WRITE)).document
        part = replace(resource, subresource=IMPORTS)
        return (await writing.update(part, content, _WRITE)).document

    async def _limited(
        self,
        guard: Guard,
        resource: Resource,
        before: ImageStream,
        after: ImageStream,
        status: Status,
    ) -> None:
        now = instant.to_text(self._clock.now())
        limited = imports.limited(before, after, status, now)
        if limited is not before:
            await self._written(guard, resource, before, limited)

    def _answer(
        self,
        asked: JSON,
        request: ImageStreamImport,
        kept: Document | None,
        images: Mapping[str, JSON],
    ) -> Document:
        """The request with its status, as clients know it (IS-85)."""
        now = instant.to_text(self._clock.now())
        given: ImageStreamImport = seen(IMPORT, asked)
        content = overlay({**asked, "status": {}}, replace(given, status=request.status), request)
        content = settled(content, request, IMPORT)
        about = {
            field: each
            for field, each in asked["metadata"].items()
            # Those of the stream, if any.
            if field not in {"resourceVersion", "uid"}
        }
        content["metadata"] = meta.created(about, now, self._dice.uid())
        content["status"] = shown(request, kept, images)
        return Document.of(IMPORT, content)


def _understood(asked: JSON) -> ImageStreamImport:
    """What is asked for, with everything filled in.

    Errors: Invalid, with all that is wrong; BadRequest.
    """
    request = defaulted_import(seen(IMPORT, asked))
    wrong = wrong_metadata(IMPORT, request, None) + image_stream_import(request)
    if len(request.spec.images) > MOST_IMAGES:
        what = f"one import may name {MOST_IMAGES} images at most"
        wrong += (invalid("spec.images", len(request.spec.images), what),)
    if wrong:
        raise Invalid(IMPORT.name, IMPORT.group, request.metadata.name, wrong)
    return replace(request, status=ImageStreamImportStatus())


def _check_named(resource: Resource, named: ObjectMeta, document: Document | None) -> None:
    """Nothing, when the stream is the one that a request names (IS-81).

    Errors: NotFound; Conflict.
    """
    if document is None:
        if named.uid or named.resource_version:
            raise NotFound(STREAM.plural, STREAM.group, resource.name)
        return
    if named.uid and named.uid != document.names.uid:
        raise NotFound(STREAM.plural, STREAM.group, resource.name)
    revision = str(document.revision)
    if named.resource_version and named.resource_version != revision:
        raise Conflict(
            f"Operation cannot be fulfilled on {qualified(STREAM.plural, STREAM.group)}"
            f' "{resource.name}": the image stream was updated from "{named.resource_version}" to'
            f' "{revision}"',
            plural=STREAM.plural,
            group=STREAM.group,
            name=resource.name,
        )


def _stream(resource: Resource, document: Document | None) -> ImageStream:
    if document is not None:
        stream: ImageStream = seen(STREAM, document)
        return stream
    metadata = ObjectMeta(name=resource.name, namespace=resource.namespace)
    return ImageStream(metadata=metadata)


def _told(sources: list[Source], found: Mapping[Source, Result]) -> list[ImageImportStatus]:
    return [imports.told(source, found[source]) for source in sources]
