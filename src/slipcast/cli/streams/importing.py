"""What is imported: the words of `slipcast import-image`, as an ImageStreamImport.

Source: cli.md II-1 to II-18; `oc import-image`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any, Final

import msgspec

from slipcast.api.document import JSON
from slipcast.api.image import ImageStream, TagReference
from slipcast.values.faults import Fault, InvalidFault, UsageFault
from slipcast.values.imageref import DEFAULT_TAG, ImageRef

INSECURE: Final = "openshift.io/image.insecureRepository"
"""The annotation of streams whose registries may use http (II-18)."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be imported into which stream, and how.

    Shape:  target is what the user called it, tag is empty with everything; insecure and scheduled
            are None where nothing was said.
    """

    target: str
    name: str
    tag: str = ""
    source: str = ""
    everything: bool = False
    confirmed: bool = False
    insecure: bool | None = None
    scheduled: bool | None = None
    policy: str = "Source"
    mode: str = ""
    dry: bool = False


def target_of(words: tuple[str, ...], *, everything: bool) -> ImageRef:
    """The stream and tag that a command line names (II-1 to II-5).

    Errors: UsageFault.
    """
    if len(words) != 1:
        raise UsageFault("you must specify the name of an image stream")
    try:
        ref = ImageRef.parse(words[0])
    except InvalidFault as fault:
        raise UsageFault(
            "the image name must be a valid Docker image pull spec or reference to an image "
            "stream (e.g. myregistry/myteam/image:tag)"
        ) from fault
    if ref.digest is not None:
        raise UsageFault("to import images by ID, use the 'tag' command")
    if ref.tag and everything:
        raise UsageFault(f'cannot specify a tag "{words[0]}" as well as --all')
    return ref if everything else ref.with_default_tag


def request(wish: Wish, stream: ImageStream | None) -> JSON:
    """The ImageStreamImport, for the stream as it is, or for one that is not there yet.

    Errors: Fault when the stream does not allow it.
    """
    if stream is None:
        if not wish.confirmed:
            raise Fault(
                f'no image stream named "{wish.name}" exists, pass --confirm to create and import'
            )
        source = wish.source or wish.target
        if wish.everything:
            return _asked(wish, ImageStream(), {"repository": _one(wish, ImageStream(), source)})
        return _asked(
            wish, ImageStream(), {"images": [_one(wish, ImageStream(), source, wish.tag)]}
        )
    if wish.everything:
        return _asked(wish, stream, _everything(wish, stream))
    tag, source = _tag(wish, stream)
    return _asked(wish, stream, {"images": [_one(wish, stream, source, tag)]})


def failures(answer: JSON) -> Iterator[str]:
    """What could not be imported, a line for each tag."""
    status = answer.get("status") or {}
    repository = status.get("repository") or {}
    if _failed(repository) and not repository.get("images"):
        yield str(repository["status"].get("message") or "the repository could not be read")
    for tag, found in looked_up(answer):
        if _failed(found):
            yield f"tag {tag} failed: {found['status'].get('message') or ''}"


def looked_up(answer: JSON) -> Iterator[tuple[str, JSON]]:
    """What was looked up, by the tags that it is for; elsewhere they may be called otherwise."""
    status = answer.get("status") or {}
    wanted = [(each.get("to") or {}).get("name") for each in _images(answer.get("spec"))]
    images = (*_images(status), *_images(status.get("repository")))
    for found, tag in zip_longest(images, wanted):
        if found is not None:
            yield tag or found.get("tag") or "", found


def _images(asked: JSON | None) -> Sequence[JSON]:
    return (asked or {}).get("images") or ()


def left_out(answer: JSON) -> tuple[str, ...]:
    """Tags of the repository that were not looked at."""
    repository = (answer.get("status") or {}).get("repository") or {}
    return tuple(repository.get("additionalTags") or ())


def _everything(wish: Wish, stream: ImageStream) -> JSON:
    """A whole repository, or all tags that are looked up elsewhere (II-9, II-10).

    Errors: Fault.
    """
    stored = stream.spec.docker_image_repository
    source = wish.source or stored
    if not source:
        tags = [
            _one(wish, stream, tag.from_.name, tag.name)
            for tag in stream.spec.tags
            if tag.from_ is not None and tag.from_.kind == "DockerImage"
        ]
        if not tags:
            raise Fault("image stream does not have tags pointing to external docker images")
        return {"images": tags}
    if source != stored and not wish.confirmed:
        if not stored:
            raise Fault(
                "the image stream does not currently import an entire Docker repository, pass "
                "--confirm to update"
            )
        raise Fault(
            f'the image stream has a different import spec "{stored}", pass --confirm to update'
        )
    return {"repository": _one(wish, stream, source)}


def _tag(wish: Wish, stream: ImageStream) -> tuple[str, str]:
    """The tag that is imported, and from where (II-11 to II-17).

    Errors: Fault.
    """
    final, existing = _followed(stream, wish.tag)
    if existing is None:
        if final != wish.tag:
            raise Fault(
                f'tag "{wish.tag}" on the image stream is a reference to "{final}", which does '
                "not exist"
            )
        source = wish.source
        if not source and wish.tag == DEFAULT_TAG:
            source = stream.spec.docker_image_repository
        if not source:
            raise Fault(
                f'the tag "{wish.tag}" does not exist on the image stream - choose an existing '
                "tag to import or use the 'tag' command to create a new tag"
            )
        return wish.tag, source
    return final, _existing(wish, final, existing)


def _existing(wish: Wish, final: str, existing: TagReference) -> str:
    """Where a tag that is there is imported from (II-12 to II-14).

    Errors: Fault.
    """
    followed = existing.from_
    if followed is None:
        if not wish.source:
            raise Fault(
                f"the tag \"{wish.tag}\" is filled by pushes and has no source - use the 'tag' "
                "command to give it one"
            )
        raise Fault(
            f"the tag \"{wish.tag}\" already exists - you must use the 'tag' command if you want "
            f'to change the source to "{wish.source}"'
        )
    if followed.kind != "DockerImage":
        raise Fault(
            f'tag "{wish.tag}" points to existing {followed.kind} "{followed.name}", it cannot be '
            "re-imported"
        )
    if wish.source and wish.source != followed.name:
        by = f'the tag "{final}" which points to ' if final != wish.tag else ""
        raise Fault(
            f'the tag "{wish.tag}" points to {by}"{followed.name}" - use the \'tag\' command if '
            f'you want to change the source to "{wish.source}"'
        )
    return followed.name


def _followed(stream: ImageStream, tag: str) -> tuple[str, TagReference | None]:
    """The tag at the end of those that follow one another inside the stream (IS-43).

    Errors: Fault when they go round in a circle.
    """
    tags = {each.name: each for each in stream.spec.tags}
    name, seen = tag, set[str]()
    while name in tags and name not in seen:
        seen.add(name)
        followed = _own_tag(stream, tags[name])
        if not followed:
            return name, tags[name]
        name = followed
    if name in seen:
        raise Fault(f'tag "{tag}" on the image stream follows itself')
    return name, None


def _own_tag(stream: ImageStream, tag: TagReference) -> str:
    """The tag of the same stream that a tag follows; empty when it follows none."""
    followed = tag.from_
    if followed is None or followed.kind != "ImageStreamTag":
        return ""
    if followed.namespace not in {"", stream.metadata.namespace}:
        return ""
    name, colon, other = followed.name.partition(":")
    if not colon:
        return name
    return other if name == stream.metadata.name else ""


def _asked(wish: Wish, stream: ImageStream, spec: JSON) -> JSON:
    metadata = {"name": wish.name}
    if stream.metadata.resource_version:
        metadata["resourceVersion"] = stream.metadata.resource_version
    return {"metadata": metadata, "spec": {"import": not wish.dry, **spec}}


def _one(wish: Wish, stream: ImageStream, source: str, tag: str = "") -> JSON:
    """An image or a repository that is looked up, and how (II-18)."""
    known = next((each for each in stream.spec.tags if each.name == tag), TagReference())
    marked = stream.metadata.annotations.get(INSECURE) == "true"
    insecure = marked or known.import_policy.insecure
    scheduled = known.import_policy.scheduled if wish.scheduled is None else wish.scheduled
    policy: dict[str, Any] = {
        "insecure": insecure if wish.insecure is None else wish.insecure,
        # Looking once more ends neither looking from time to time nor how it is looked.
        "scheduled": scheduled,
        "importMode": wish.mode or known.import_policy.import_mode,
    }
    asked: JSON = {
        "from": {"kind": "DockerImage", "name": source},
        "importPolicy": {name: value for name, value in policy.items() if value},
        "referencePolicy": {"type": wish.policy},
    }
    return {**asked, "to": {"name": tag}} if tag else asked


def _failed(found: Mapping[str, Any]) -> bool:
    return (found.get("status") or {}).get("status") == "Failure"
