"""What is filled in of images and image streams, and what stays when they are written again.

What a tag means afterwards (its events) is decided elsewhere.

Source: image-streams.md IS-10 to IS-14, IS-80, IS-510, IS-521, IS-536.
"""

from __future__ import annotations

from msgspec.structs import replace

from slipcast.api.image import (
    Image,
    ImageImportSpec,
    ImageStream,
    ImageStreamImport,
    ImageStreamMapping,
    ImageStreamStatus,
    ImageStreamTag,
    NamedTagEventList,
    TagReference,
    TagReferencePolicy,
)
from slipcast.api.meta import LocalObjectReference, ObjectReference
from slipcast.images.references import pull_spec

METADATA_VERSION = "1.0"
"""The version of an image's metadata unless said otherwise (IS-65)."""


def defaulted_stream(stream: ImageStream) -> ImageStream:
    """The stream with everything filled in; tags by name, the last of a name counts (IS-510)."""
    tags = {tag.name: defaulted_tag(tag) for tag in stream.spec.tags}
    in_order = tuple(tags[name] for name in sorted(tags))
    return replace(stream, spec=replace(stream.spec, tags=in_order))


def defaulted_tag(tag: TagReference) -> TagReference:
    """The spec tag with everything filled in (IS-521)."""
    return replace(tag, reference_policy=_policy(tag.reference_policy))


def defaulted_stream_tag(tag: ImageStreamTag) -> ImageStreamTag:
    """The ImageStreamTag with everything filled in."""
    return replace(tag, tag=defaulted_tag(tag.tag) if tag.tag is not None else None)


def defaulted_image(image: Image) -> Image:
    """The image with everything filled in (IS-65)."""
    if image.docker_image_metadata is None or image.docker_image_metadata_version:
        return image
    return replace(image, docker_image_metadata_version=METADATA_VERSION)


def defaulted_mapping(mapping: ImageStreamMapping) -> ImageStreamMapping:
    """The mapping with everything filled in."""
    return replace(mapping, image=defaulted_image(mapping.image))


def defaulted_import(request: ImageStreamImport) -> ImageStreamImport:
    """The import with everything filled in (IS-80, IS-536)."""
    spec, repository = request.spec, request.spec.repository
    if repository is not None:
        repository = replace(repository, reference_policy=_policy(repository.reference_policy))
    images = tuple(_image_import(image) for image in spec.images)
    return replace(request, spec=replace(spec, repository=repository, images=images))


def created_stream(stream: ImageStream) -> ImageStream:
    """The stream as a new one: no history, every tag of the first generation (IS-10)."""
    tags = tuple(replace(tag, generation=1) for tag in stream.spec.tags)
    return replace(
        stream,
        metadata=replace(stream.metadata, generation=1),
        spec=replace(stream.spec, tags=tags),
        status=ImageStreamStatus(),
    )


def updated_stream(stream: ImageStream, stored: ImageStream) -> ImageStream:
    """The stream as it replaces the stored one: its history stays, generations count (IS-11)."""
    before = {tag.name: tag for tag in stored.spec.tags}
    tags = tuple(_with_generation(tag, before.get(tag.name)) for tag in stream.spec.tags)
    spec = replace(stream.spec, tags=tags)
    generation = stored.metadata.generation + (spec != stored.spec)
    namespace = stream.metadata.namespace
    tags = tuple(
        replace(tag, generation=generation)
        if not tag.generation or _is_changed(tag, before.get(tag.name), namespace)
        else tag
        for tag in tags
    )
    return replace(
        stream,
        metadata=replace(stream.metadata, generation=generation),
        spec=replace(spec, tags=tags),
        status=stored.status,
    )


def reported_stream(stream: ImageStream, stored: ImageStream) -> ImageStream:
    """The stream with a history that somebody tells: what is new in it is of today's spec (IS-14).

    Shape:  stream has the stored spec.
    """
    before = {history.tag: history.items for history in stored.status.tags}
    wanted = {tag.name: tag.generation for tag in stored.spec.tags}
    usual = stored.metadata.generation
    tags = tuple(
        _with_observed(history, wanted.get(history.tag) or usual)
        if history.items != before.get(history.tag)
        else history
        for history in stream.status.tags
    )
    return replace(stream, status=replace(stream.status, tags=tags))


def whole_stream(stream: ImageStream, stored: ImageStream) -> ImageStream:
    """The stream whose spec and history are told together: tags have the generations told."""
    generation = stored.metadata.generation + (stream.spec != stored.spec)
    return replace(stream, metadata=replace(stream.metadata, generation=generation))


def _with_observed(history: NamedTagEventList, generation: int) -> NamedTagEventList:
    """The history whose newest item has a generation."""
    if not history.items or history.items[0].generation:
        return history
    first, *rest = history.items
    return replace(history, items=(replace(first, generation=generation), *rest))


def imported_stream(stream: ImageStream, stored: ImageStream | None) -> ImageStream:
    """The stream as an import leaves it: its generations count, its history is the import's."""
    filled = defaulted_stream(stream)
    ready = created_stream(filled) if stored is None else updated_stream(filled, stored)
    return replace(ready, status=stream.status)


def _with_generation(tag: TagReference, before: TagReference | None) -> TagReference:
    """The tag with the generation it has, unless a client asks for an import with 0 (IS-517)."""
    if before is None or tag.generation == 0:
        return tag
    return replace(tag, generation=before.generation)


def _is_changed(tag: TagReference, before: TagReference | None, namespace: str) -> bool:
    """Whether a tag means another image now; the kind of its `from` alone tells nothing (IS-12)."""
    return before is None or _target(tag.from_, namespace) != _target(before.from_, namespace)


def _target(reference: ObjectReference | None, namespace: str) -> tuple[str, str] | None:
    if reference is None:
        return None
    return reference.namespace or namespace, reference.name


def _policy(policy: TagReferencePolicy) -> TagReferencePolicy:
    return policy if policy.type else replace(policy, type="Source")


def _image_import(image: ImageImportSpec) -> ImageImportSpec:
    to = image.to
    if to is None and image.from_.kind == "DockerImage":
        found = pull_spec(image.from_.name)
        if not isinstance(found, str) and found.tag:
            to = LocalObjectReference(name=found.tag)
    return replace(image, to=to, reference_policy=_policy(image.reference_policy))
