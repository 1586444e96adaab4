"""What is wrong with images, image streams and the requests about them; metadata is elsewhere.

The names of tags are not looked at, for the original takes any (IS-3); registries do.

Source: image-streams.md sections 2, 5, 7, 8 and 9.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator

from msgspec.structs import replace

from slipcast.api.image import (
    Image,
    ImageStream,
    ImageStreamImport,
    ImageStreamMapping,
    ImageStreamTag,
    ImageTag,
    TagImportPolicy,
    TagReference,
)
from slipcast.api.meta import ObjectMeta, ObjectReference
from slipcast.images.references import pull_spec, stream_name
from slipcast.values.causes import Cause, invalid, required
from slipcast.values.imageref import ImageRef
from slipcast.values.names import path_segment

LONGEST_NAME = 255
"""Units: characters of `namespace/name` (IS-2)."""

_KINDS = ("DockerImage", "ImageStreamImage", "ImageStreamTag")
_SCHEDULED_ID = "only tags can be scheduled for import"
_SCHEDULED_TAG = "only tags pointing to Docker repositories may be scheduled for background import"
_ONLY_ANNOTATIONS = "may not update fields other than metadata.annotations"
_OWN_ANNOTATIONS = (
    "tag annotations must not be provided or must be equal to the object meta annotations"
)
_ONLY_DOCKER = "only DockerImage is supported"


def image_stream(new: ImageStream, old: ImageStream | None) -> tuple[Cause, ...]:
    """What is wrong with a stream.

    Shape:  old is the stored one, None for a new one; no field is immutable.
    """
    del old
    return (
        *_stream_name(new.metadata),
        *_repository(new.spec.docker_image_repository, "spec.dockerImageRepository"),
        *(cause for tag in new.spec.tags for cause in tag_reference(tag, f"spec.tags[{tag.name}]")),
        *_history(new),
    )


def tag_reference(tag: TagReference, path: str) -> Iterator[Cause]:
    """What is wrong with a spec tag (IS-513 to IS-521)."""
    if tag.from_ is not None:
        yield from _tag_source(tag.from_, tag.import_policy, path)
    if tag.reference_policy.type not in {"Source", "Local"}:
        what = 'valid values are "Source", "Local"'
        yield invalid(f"{path}.referencePolicy.type", tag.reference_policy.type, what)


def image_stream_tag(new: ImageStreamTag, old: ImageStreamTag | None) -> tuple[Cause, ...]:
    """What is wrong with an ImageStreamTag (IS-54, IS-56).

    Shape:  old is what is there, None for a new one, of which no more is known than its name.
    """
    causes = list(_own_annotations(new)) if old is None else list(_other_changes(new, old))
    if new.tag is not None:
        causes.extend(tag_reference(new.tag, "tag"))
    elif old is None:
        causes.append(required("tag"))
    return tuple(causes)


def image_tag(new: ImageTag) -> tuple[Cause, ...]:
    """What is wrong with an ImageTag: it says what its tag shall be, and of no other."""
    if new.spec is None:
        return (required("spec"),)
    tag = new.metadata.name.partition(":")[2]
    causes = [*tag_reference(new.spec, "spec")]
    if new.spec.name and new.spec.name != tag:
        what = f"must be the tag of the name, {tag}, or empty"
        causes.append(invalid("spec.name", new.spec.name, what))
    return tuple(causes)


def image(new: Image, old: Image | None) -> tuple[Cause, ...]:
    """What is wrong with an image (IS-65)."""
    del old
    return tuple(_image(new, ""))


def image_stream_mapping(mapping: ImageStreamMapping) -> tuple[Cause, ...]:
    """What is wrong with a mapping (IS-70)."""
    causes = list(_mapped_stream(mapping))
    if not mapping.tag:
        causes.append(required("tag"))
    causes.extend(_image(mapping.image, "image."))
    return tuple(causes)


def image_stream_import(request: ImageStreamImport) -> tuple[Cause, ...]:
    """What is wrong with an import (IS-533 to IS-537, IS-81)."""
    spec = request.spec
    causes = list(_stream_name(request.metadata))
    if spec.repository is None and not spec.images:
        what = "you must specify at least one image or a repository import"
        causes.append(invalid("spec.images", "", what))
    if spec.repository is not None:
        causes.extend(_repository_source(spec.repository.from_, "spec.repository.from"))
    for number, each in enumerate(spec.images):
        path = f"spec.images[{number}]"
        causes.extend(_import_source(each.from_, each.import_policy, path))
        if each.to is not None and not each.to.name:
            what = "the name of the target tag must be specified"
            causes.append(invalid(f"{path}.to.name", each.to.name, what))
    return tuple(causes)


def _stream_name(meta: ObjectMeta) -> Iterator[Cause]:
    name, path = meta.name, "metadata.name"
    if not name or path_segment(name):
        return
    yield from (invalid(path, name, what) for what in stream_name(name))
    if len(f"{meta.namespace}/{name}") > LONGEST_NAME:
        what = f"'namespace/name' cannot be longer than {LONGEST_NAME} characters"
        yield invalid(path, name, what)


def _repository(text: str, path: str) -> Iterator[Cause]:
    if not text:
        return
    found = pull_spec(text)
    if isinstance(found, str):
        yield invalid(path, text, found)
        return
    if found.tag:
        yield invalid(path, text, "the repository name may not contain a tag")
    if found.digest is not None:
        yield invalid(path, text, "the repository name may not contain an ID")


def _history(stream: ImageStream) -> Iterator[Cause]:
    for tag in stream.status.tags:
        for number, event in enumerate(tag.items):
            if not event.docker_image_reference:
                yield required(f"status.tags[{tag.tag}].items[{number}].dockerImageReference")


def _tag_source(reference: ObjectReference, policy: TagImportPolicy, path: str) -> Iterator[Cause]:
    where = f"{path}.from"
    if reference.kind not in _KINDS:
        what = "valid values are 'DockerImage', 'ImageStreamImage', 'ImageStreamTag'"
        yield required(f"{where}.kind", what)
    if not reference.name:
        yield required(f"{where}.name")
    if reference.kind == "DockerImage":
        yield from _docker_source(reference, policy, where)
    elif policy.scheduled and reference.kind in _KINDS:
        yield invalid(f"{path}.importPolicy.scheduled", policy.scheduled, _SCHEDULED_TAG)


def _docker_source(
    reference: ObjectReference, policy: TagImportPolicy, path: str
) -> Iterator[Cause]:
    if not reference.name:
        return
    found = pull_spec(reference.name)
    if isinstance(found, str):
        yield invalid(f"{path}.name", reference.name, found)
    elif policy.scheduled and found.digest is not None:
        yield invalid(f"{path}.name", reference.name, _SCHEDULED_ID)


def _own_annotations(tag: ImageStreamTag) -> Iterator[Cause]:
    own = tag.tag.annotations if tag.tag is not None else {}
    if own and own != tag.metadata.annotations:
        yield invalid("tag.annotations", "<map>", _OWN_ANNOTATIONS)


def _other_changes(new: ImageStreamTag, old: ImageStreamTag) -> Iterator[Cause]:
    kept = replace(old.metadata, annotations=new.metadata.annotations)
    if replace(new.metadata, resource_version=kept.resource_version) != kept:
        yield invalid("metadata", "", _ONLY_ANNOTATIONS)


def _image(value: Image, path: str) -> Iterator[Cause]:
    where = f"{path}dockerImageReference"
    if not value.docker_image_reference:
        yield required(where)
        return
    found = pull_spec(value.docker_image_reference)
    if isinstance(found, str):
        yield invalid(where, value.docker_image_reference, found)


def _mapped_stream(mapping: ImageStreamMapping) -> Iterator[Cause]:
    repository = mapping.docker_image_repository
    if mapping.metadata.name:
        yield from _stream_name(mapping.metadata)
    elif not repository:
        yield required("name")
        yield required("dockerImageRepository")
    if repository:
        yield from _repository(repository, "dockerImageRepository")


def _repository_source(reference: ObjectReference, path: str) -> Iterator[Cause]:
    found = yield from _docker_name(reference, path)
    if found is not None and (found.tag or found.digest is not None):
        what = "you must specify an image repository, not a tag or ID"
        yield invalid(f"{path}.name", reference.name, what)


def _import_source(
    reference: ObjectReference, policy: TagImportPolicy, path: str
) -> Iterator[Cause]:
    found = yield from _docker_name(reference, f"{path}.from")
    if found is not None and found.digest is not None and policy.scheduled:
        yield invalid(f"{path}.from.name", reference.name, _SCHEDULED_ID)


def _docker_name(reference: ObjectReference, path: str) -> Generator[Cause, None, ImageRef | None]:
    """The image that an import names, after what is wrong with the name."""
    if reference.kind != "DockerImage":
        yield invalid(f"{path}.kind", reference.kind, _ONLY_DOCKER)
        return None
    if not reference.name:
        yield required(f"{path}.name", "Docker image references require a name")
        return None
    found = pull_spec(reference.name)
    if isinstance(found, str):
        yield invalid(f"{path}.name", reference.name, found)
        return None
    return found
