"""Imports: what an ImageStreamImport asks to be looked up, and what of it becomes of the stream.

Looking up is done elsewhere, in between: what is planned here as Sources comes back as Results.

Source: image-streams.md IS-80, IS-85 to IS-92, IS-520.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from slipcast.api.image import (
    Image,
    ImageImportSpec,
    ImageImportStatus,
    ImageStream,
    ImageStreamImport,
    ImageStreamImportStatus,
    NamedTagEventList,
    RepositoryImportSpec,
    RepositoryImportStatus,
    TagEvent,
    TagEventCondition,
    TagImportPolicy,
    TagReference,
    TagReferencePolicy,
)
from slipcast.api.meta import ObjectReference
from slipcast.api.status import Status
from slipcast.images.events import added, history_of, newest, spec_tag, with_history
from slipcast.images.manifests import Piece, Platform, References
from slipcast.images.tagorder import in_order
from slipcast.values.digest import Digest
from slipcast.values.imageref import ImageRef

CHECKED: Final = "openshift.io/image.dockerRepositoryCheck"
"""The annotation that says when a stream was last brought up to date from elsewhere (IS-91)."""

INSECURE: Final = "openshift.io/image.insecureRepository"
"""The annotation that lets a stream's repository be asked without trusted TLS (IS-102)."""

IMPORT_SUCCESS: Final = "ImportSuccess"
"""The condition of a tag that tells why it was not imported (IS-526)."""

PRESERVED: Final = "PreserveOriginal"
"""The import mode in which an image for several platforms stays one (IS-520)."""

SUCCESS: Final = Status(status="Success")
AMD64: Final = Platform(os="linux", architecture="amd64")

_DOCKER: Final = "DockerImage"
_UNKNOWN: Final = "unknown error prevented import"
_NO_PLATFORM: Final = "unknown"


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """An image that is looked up.

    Shape:  ref has nothing left to defaults; is_original says that an image for several platforms
            stays one.
    """

    ref: ImageRef
    insecure: bool = False
    is_original: bool = False


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """An image that was found, and those that it stands for."""

    image: Image
    manifests: tuple[Image, ...] = ()


Result = Found | Status
"""What was found, or why nothing was."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What an import makes of a tag: where it comes from, and under which policies.

    Shape:  explicit when the tag itself was asked for, and not all of a repository.
    """

    tag: str
    source: str
    explicit: bool
    import_policy: TagImportPolicy
    reference_policy: TagReferencePolicy


def image_source(spec: ImageImportSpec) -> Source:
    """What is looked up for an image that an import names.

    Errors: InvalidFault when the name is none.
    """
    return _source(ImageRef.parse(spec.from_.name), spec.import_policy)


def tag_source(spec: RepositoryImportSpec, tag: str) -> Source:
    """What is looked up for a tag of a repository that an import names.

    Errors: InvalidFault when the name or the tag is none.
    """
    return _source(ImageRef.parse(spec.from_.name).with_tag(tag), spec.import_policy)


def taken(tags: Iterable[str], most: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Which tags of a repository are imported, and which are left (IS-86).

    Shape:  most is -1 for all. Both in their order: latest, versions of two numbers and then of
            three, the highest first, and what is no version by name.
    """
    ordered = in_order(set(tags))
    return (ordered, ()) if most < 0 else (ordered[:most], ordered[most:])


def chosen(index: References, platform: Platform) -> Piece | None:
    """The image that an index stands for on a platform; None when it stands for none.

    Shape:  that for the platform, else the first. What runs nowhere (attestations) is no image.
    """
    images = [each for each in index.manifests if each.platform.os != _NO_PLATFORM]
    fitting = [each for each in images if _fits(each.platform, platform)]
    exact = [each for each in fitting if each.platform.variant == platform.variant]
    return next(iter(exact or fitting or images), None)


def as_found(image: Image, source: Source) -> Image:
    """The image as it was found in a place, where it can be pulled by its digest."""
    ref = source.ref.with_digest(Digest.parse(image.metadata.name))
    return replace(image, docker_image_reference=str(ref))


def told(source: Source, result: Result) -> ImageImportStatus:
    """What is said of an image that was looked up (IS-85)."""
    tag = "" if source.ref.digest is not None else source.ref.tag
    if isinstance(result, Status):
        return ImageImportStatus(status=result, tag=tag)
    return ImageImportStatus(
        status=SUCCESS, image=result.image, tag=tag, manifests=result.manifests
    )


def told_of_all(
    images: Sequence[ImageImportStatus], left: tuple[str, ...]
) -> RepositoryImportStatus:
    """What is said of a repository whose tags were looked up (IS-85, IS-87)."""
    failed = sum(each.image is None for each in images)
    status = SUCCESS
    if failed:
        message = "one of the images from this repository failed to import"
        if failed > 1:
            message = f"{failed} of the images from this repository failed to import"
        status = Status(status="Failure", reason="ImportFailed", message=message)
    return RepositoryImportStatus(status=status, images=tuple(images), additional_tags=left)


def moved(
    status: ImageStreamImportStatus, repository: ImageRef, hosts: Collection[str]
) -> ImageStreamImportStatus:
    """What was found, with images of the registry at some hosts named as a repository's.

    Shape:  as a tag of another stream is: who may pull from the stream pulls them (IS-25).
    """

    def here(image: Image) -> Image:
        ref = ImageRef.parse(image.docker_image_reference)
        if ref.registry_host not in hosts or ref.digest is None:
            return image
        return replace(image, docker_image_reference=str(repository.with_digest(ref.digest)))

    def each(said: ImageImportStatus) -> ImageImportStatus:
        if said.image is None:
            return said
        return replace(said, image=here(said.image), manifests=tuple(map(here, said.manifests)))

    whole = status.repository
    if whole is not None:
        whole = replace(whole, images=tuple(map(each, whole.images)))
    return replace(status, repository=whole, images=tuple(map(each, status.images)))


def blank(status: ImageImportStatus, *, whole: bool) -> ImageImportStatus:
    """What is said of an image, with manifests only where they were asked for (IS-85)."""
    if whole:
        return status
    image = _without_manifest(status.image) if status.image is not None else None
    manifests = tuple(map(_without_manifest, status.manifests))
    return replace(status, image=image, manifests=manifests)


def images_of(request: ImageStreamImport) -> tuple[Image, ...]:
    """The images that an import brings, each once, those that others consist of first."""
    kept: dict[str, Image] = {}
    for _, status in steps(request):
        if status.image is not None:
            for image in (*status.manifests, status.image):
                kept.setdefault(image.metadata.name, image)
    return tuple(kept.values())


def steps(request: ImageStreamImport) -> Iterator[tuple[Wanted, ImageImportStatus]]:
    """What an import makes of which tag, in order.

    Shape:  what was found without becoming a tag is left out (IS-80), and so are tags of a
            repository that are asked for by themselves (IS-102).
    """
    repository, said = request.spec.repository, request.status.repository
    explicit = {spec.to.name for spec in request.spec.images if spec.to is not None}
    for status in said.images if said is not None else ():
        if repository is None or not status.tag or status.tag in explicit:
            continue
        source = replace(ImageRef.parse(repository.from_.name), tag=status.tag)
        yield (
            Wanted(
                tag=status.tag,
                source=str(_full(source)),
                explicit=False,
                import_policy=repository.import_policy,
                reference_policy=repository.reference_policy,
            ),
            status,
        )
    for spec, status in zip(request.spec.images, request.status.images, strict=True):
        if spec.to is not None:
            yield (
                Wanted(
                    tag=spec.to.name,
                    source=spec.from_.name,
                    explicit=True,
                    import_policy=spec.import_policy,
                    reference_policy=spec.reference_policy,
                ),
                status,
            )


def folded(
    stream: ImageStream,
    request: ImageStreamImport,
    now: str,
    refused: Mapping[str, Status] | None = None,
) -> ImageStream:
    """The stream with what an import found (IS-89, IS-90).

    Shape:  request has its status; refused says of images by name why they could not be kept. The
            same stream when nothing is new. Spec tags that changed have generation 0: they get
            their number when the stream is written, which is that of the events.
    """
    generation = stream.metadata.generation + 1
    for wanted, status in steps(request):
        image = status.image
        wrong = (refused or {}).get(image.metadata.name) if image is not None else status.status
        if image is not None and wrong is None:
            stream = _succeeded(stream, wanted, image, generation, now)
        else:
            stream = _failed(stream, wanted, wrong or status.status, generation, now)
            if wanted.explicit:
                stream = _with_source(stream, wanted)
    return stream


def limited(stream: ImageStream, wanted: ImageStream, status: Status, now: str) -> ImageStream:
    """The stream when what an import would make of it goes beyond a limit (IS-92).

    Shape:  the tags that it would have got say why they are not there.
    """
    generation = stream.metadata.generation + 1
    for history in wanted.status.tags:
        if history_of(stream, history.tag) is None:
            condition = _condition(status, generation, now)
            stream = _with_conditions(stream, history.tag, (condition,))
    return stream


def _succeeded(
    stream: ImageStream, wanted: Wanted, image: Image, generation: int, now: str
) -> ImageStream:
    event = TagEvent(
        created=now,
        docker_image_reference=image.docker_image_reference,
        image=image.metadata.name,
        generation=generation,
    )
    tag, last = spec_tag(stream, wanted.tag), newest(stream, wanted.tag)
    if tag is None or last is None or _is_other_event(last, event) or _is_newer(tag, last):
        stream = _with_source(stream, wanted)
        tag = spec_tag(stream, wanted.tag)
        stream = added(stream, wanted.tag, event)
        stream = _with_tag(stream, replace(tag, generation=0)) if tag is not None else stream
        tag = spec_tag(stream, wanted.tag)
    if tag is not None and tag.import_policy != wanted.import_policy:
        stream = _with_tag(stream, replace(tag, import_policy=wanted.import_policy))
    return _with_conditions(stream, wanted.tag, ())


def _failed(
    stream: ImageStream, wanted: Wanted, status: Status, generation: int, now: str
) -> ImageStream:
    condition = _condition(status, generation, now)
    history, tag = history_of(stream, wanted.tag), spec_tag(stream, wanted.tag)
    for known in history.conditions if history is not None else ():
        if _says(known) == _says(condition) and _is_tried(tag, known.generation):
            return stream
    if tag is not None:
        stream = _with_tag(stream, replace(tag, generation=0))
    return _with_conditions(stream, wanted.tag, (condition,))


def _condition(status: Status, generation: int, now: str) -> TagEventCondition:
    return TagEventCondition(
        type=IMPORT_SUCCESS,
        status="False",
        reason=status.reason,
        message=status.message or _UNKNOWN,
        last_transition_time=now,
        generation=generation,
    )


def _with_source(stream: ImageStream, wanted: Wanted) -> ImageStream:
    """The stream with a spec tag that comes from there, whatever else it says (IS-89, IS-90)."""
    tag = spec_tag(stream, wanted.tag) or TagReference(
        name=wanted.tag,
        generation=0,
        import_policy=wanted.import_policy,
        reference_policy=wanted.reference_policy,
    )
    source = ObjectReference(kind=_DOCKER, name=wanted.source)
    return stream if tag.from_ == source else _with_tag(stream, replace(tag, from_=source))


def _with_tag(stream: ImageStream, tag: TagReference) -> ImageStream:
    others = (each for each in stream.spec.tags if each.name != tag.name)
    tags = tuple(sorted((*others, tag), key=lambda each: each.name))
    return replace(stream, spec=replace(stream.spec, tags=tags))


def _with_conditions(
    stream: ImageStream, tag: str, conditions: tuple[TagEventCondition, ...]
) -> ImageStream:
    history = history_of(stream, tag) or NamedTagEventList(tag=tag)
    if history.conditions == conditions:
        return stream
    return with_history(stream, replace(history, conditions=conditions))


def _is_other_event(last: TagEvent, event: TagEvent) -> bool:
    same_reference = last.docker_image_reference == event.docker_image_reference
    return not same_reference or last.image != event.image


def _is_newer(tag: TagReference, last: TagEvent) -> bool:
    """Whether a tag was changed since it was imported: then it is seen as imported again."""
    return tag.generation is None or tag.generation > last.generation


def _is_tried(tag: TagReference | None, generation: int) -> bool:
    """Whether a condition is of the tag as it now is, so that it need not be told again."""
    return tag is None or (tag.generation is not None and tag.generation <= generation)


def _says(condition: TagEventCondition) -> tuple[str, ...]:
    return condition.type, condition.status, condition.reason, condition.message


def _source(ref: ImageRef, policy: TagImportPolicy) -> Source:
    return Source(
        ref=_full(ref), insecure=policy.insecure, is_original=policy.import_mode == PRESERVED
    )


def _full(ref: ImageRef) -> ImageRef:
    """The reference with nothing left to defaults; a tag beside a digest means nothing."""
    full = ImageRef.parse(ref.exact)
    return full.with_digest(full.digest) if full.digest is not None else full


def _without_manifest(image: Image) -> Image:
    return replace(image, docker_image_manifest="", docker_image_config="")


def _fits(one: Platform, other: Platform) -> bool:
    return (one.os, one.architecture) == (other.os, other.architecture)
