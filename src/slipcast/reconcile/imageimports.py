"""The controller of imports: what streams want looked up elsewhere, once or again and again.

What is asked for names the revision of the stream that it was decided on, so that a stream which
was changed meanwhile is decided on anew (IS-103).

Source: image-streams.md section 10.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from slipcast.api import kinds
from slipcast.api.image import (
    ImageImportSpec,
    ImageStream,
    ImageStreamImport,
    ImageStreamImportSpec,
    RepositoryImportSpec,
    TagImportPolicy,
    TagReference,
)
from slipcast.api.meta import LocalObjectReference, ObjectMeta, ObjectReference
from slipcast.images.events import history_of
from slipcast.images.imports import CHECKED, INSECURE
from slipcast.images.scheduling import Scheduling, due, is_importable, scheduled
from slipcast.reconcile.actions import WARNING, Action, Again, Create, Record

STREAM: Final = kinds.require(kinds.IMAGE, "ImageStream")
IMPORT: Final = kinds.require(kinds.IMAGE, "ImageStreamImport")


class ImportView(msgspec.Struct, frozen=True, kw_only=True):
    """A stream, and how scheduled tags are looked up.

    Shape:  turn is when a scheduled import of it may begin, among all others.
    """

    stream: ImageStream
    scheduling: Scheduling
    turn: datetime


def reconcile(view: ImportView, now: datetime) -> tuple[Action, ...]:
    """What is to be looked up now, or when something is to be (IS-101, IS-105)."""
    stream = view.stream
    if stream.metadata.deletion_timestamp:
        return ()
    request = _wanted(stream)
    if request is not None:
        return (Create(kind=IMPORT, object=request),)
    again = next_due(stream, view.scheduling, now)
    if again is None:
        return ()
    if again > now:
        return (Again(at=again),)
    if view.turn > now:
        return (Again(at=view.turn),)
    tags = tuple(
        tag for tag in scheduled(stream) if due(stream, tag.name, view.scheduling, now) <= now
    )
    return (Create(kind=IMPORT, object=_request(stream, tags)),)


def refused(view: ImportView, why: str) -> tuple[Action, ...]:
    """What is told when images could not be imported, for no reason of theirs.

    Shape:  why is the fault's message.
    """
    stream = view.stream
    told = Record(
        kind=STREAM, object=stream, type=WARNING, reason="ImportFailed",
        message=f"images of {stream.metadata.namespace}/{stream.metadata.name} could not be"
        f" imported: {why}",
    )  # fmt: skip
    return (told,)


def wants(stream: ImageStream) -> bool:
    """Whether there may be something to look up, now or later."""
    return _wanted(stream) is not None or bool(scheduled(stream))


def next_due(stream: ImageStream, scheduling: Scheduling, now: datetime) -> datetime | None:
    """When the next of the scheduled tags is to be looked up; None when none ever is."""
    if not scheduling.enabled:
        return None
    moments = (due(stream, tag.name, scheduling, now) for tag in scheduled(stream))
    return min(moments, default=None)


def _wanted(stream: ImageStream) -> ImageStreamImport | None:
    """What is to be looked up because it never was, or was asked for (IS-101)."""
    tags = tuple(tag for tag in stream.spec.tags if is_importable(tag))
    if CHECKED in stream.metadata.annotations:
        tags = tuple(tag for tag in tags if _is_newer(stream, tag))
        return _request(stream, tags) if tags else None
    if stream.spec.docker_image_repository:
        return _request(stream, tags, whole=True)
    return _request(stream, tags) if tags else None


def _is_newer(stream: ImageStream, tag: TagReference) -> bool:
    """Whether a tag was changed since it was last tried."""
    history = history_of(stream, tag.name)
    if history is None or tag.generation is None:
        return True
    tried = [each.generation for each in history.items]
    tried += [each.generation for each in history.conditions]
    return tag.generation > max(tried, default=-1)


def _request(
    stream: ImageStream, tags: tuple[TagReference, ...], *, whole: bool = False
) -> ImageStreamImport:
    about = stream.metadata
    return ImageStreamImport(
        metadata=ObjectMeta(
            name=about.name,
            namespace=about.namespace,
            uid=about.uid,
            resource_version=about.resource_version,
        ),
        spec=ImageStreamImportSpec(
            import_=True,
            repository=_repository(stream) if whole else None,
            images=tuple(_image(tag) for tag in tags),
        ),
    )


def _repository(stream: ImageStream) -> RepositoryImportSpec:
    is_insecure = stream.metadata.annotations.get(INSECURE) == "true"
    return RepositoryImportSpec(
        from_=ObjectReference(kind="DockerImage", name=stream.spec.docker_image_repository),
        import_policy=TagImportPolicy(insecure=is_insecure),
    )


def _image(tag: TagReference) -> ImageImportSpec:
    return ImageImportSpec(
        from_=ObjectReference(
            kind="DockerImage", name=tag.from_.name if tag.from_ is not None else ""
        ),
        to=LocalObjectReference(name=tag.name),
        import_policy=tag.import_policy,
        reference_policy=tag.reference_policy,
    )
