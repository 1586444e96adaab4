"""Pruning: which images nobody needs any more, and why the others stay.

Decides over everything that is there, at one moment; reading it, writing it and removing content
are its caller's. An image stays when one reason holds, and takes along what it consists of and
what is about it. A reference that cannot be read could mean any image: then nothing goes.

    prune(what is left, now) has nothing that goes
    nothing goes that something that stays refers to

Source: image-streams.md IS-132 to IS-135.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from msgspec.structs import replace

from slipcast.api.image import Image, ImageStream, TagEvent
from slipcast.api.meta import ObjectReference
from slipcast.images.manifests import references
from slipcast.images.references import split_stream_image, split_stream_tag
from slipcast.images.uses import Use
from slipcast.values.faults import FieldError, InvalidFault
from slipcast.values.imageref import ImageRef
from slipcast.values.instant import to_text

MANAGED: Final = "openshift.io/image.managed"
"""The annotation of images whose content is kept in the registry here (IS-68)."""
SUBJECT: Final = "image.slipcast.io/subject"
"""The annotation of images that says what they are about, where their manifest is not held."""


class Keeping(msgspec.Struct, frozen=True, kw_only=True):
    """What stays whoever uses it (IS-132).

    Shape:  over_limit looks for images beyond the limits of their namespaces instead of revisions
            and age; mirrored says that images kept elsewhere may go too.
    """

    revisions: int = 3
    younger: timedelta = timedelta(minutes=60)
    over_limit: bool = False
    mirrored: bool = True


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that counts, at one moment.

    Shape:  limits is the most bytes that an image may have, by namespace; released are images that
            were just taken out of all histories for being larger.
    """

    images: Sequence[Image]
    streams: Sequence[ImageStream]
    uses: Sequence[Use] = ()
    limits: Mapping[str, int] = {}
    released: frozenset[str] = frozenset()


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """An image in the history of a tag."""

    namespace: str
    stream: str
    tag: str
    event: TagEvent


class Pruned(msgspec.Struct, frozen=True, kw_only=True):
    """What goes, and why the rest stays.

    Shape:  images by name; stays says for each other image the first reason found.
    Units:  space in bytes, of content that is kept here and belongs to nothing that stays.
    """

    images: tuple[Image, ...]
    items: tuple[Item, ...]
    stays: Mapping[str, str]
    space: int


def prune(known: Known, keeping: Keeping, now: datetime) -> Pruned:
    """What goes of what is known.

    Errors: InvalidFault that lists every reference that cannot be read (IS-135).
    """
    reasons = _Reasons(known)
    wrong = tuple(reasons.of_uses(_counting(known.uses, keeping, now)))
    wrong += tuple(reasons.of_streams())
    if wrong:
        raise InvalidFault(wrong)
    if keeping.over_limit:
        reasons.of_limits(known, to_text(now - keeping.younger))
    else:
        reasons.of_age(to_text(now - keeping.younger), keeping.revisions)
    if not keeping.mirrored:
        reasons.of_mirrors()
    stays = reasons.whole()
    gone = {each.metadata.name: each for each in known.images if each.metadata.name not in stays}
    return Pruned(
        images=tuple(gone[name] for name in sorted(gone)),
        items=tuple(item for item in _items(known.streams) if item.event.image in gone),
        stays={name: why for name, why in stays.items() if name in reasons.images},
        space=_space(gone, known.images),
    )


def without(stream: ImageStream, items: Iterable[Item]) -> ImageStream:
    """A stream without some of its history; a tag that had nothing else is gone from the status.

    Shape:  items that came to the stream after it was looked at stay, also of the same images.
    """
    gone = {(item.tag, item.event) for item in items}
    tags = [
        replace(tag, items=tuple(event for event in tag.items if (tag.tag, event) not in gone))
        for tag in stream.status.tags
    ]
    left = tuple(
        after
        for before, after in zip(stream.status.tags, tags, strict=True)
        if after.items or after.conditions or not before.items
    )
    return replace(stream, status=replace(stream.status, tags=left))


def size_of(image: Image) -> int:
    """How much of an image is pulled; what limits count.

    Units:  bytes.
    """
    known = image.docker_image_metadata
    size = known.get("Size") if isinstance(known, dict) else None
    return size if isinstance(size, int) else sum(_pieces(image).values())


class _Reasons:
    """Why images stay; the first reason counts."""

    def __init__(self, known: Known) -> None:
        self.images = {image.metadata.name: image for image in known.images}
        self._streams = {_key(each): each for each in known.streams}
        self._stays: dict[str, str] = {}

    def of_uses(self, uses: Iterable[Use]) -> Iterator[FieldError]:
        """Images that somebody uses (IS-133); references that cannot be read."""
        for use in uses:
            who = f"{use.namespace}/{use.who}" if use.namespace else use.who
            for digest in use.running:
                self._keep(digest, f"used by {who}")
            for reference in use.references:
                try:
                    self._refer(reference, use.namespace, f"used by {who}")
                except InvalidFault as fault:
                    yield _unreadable(who, reference.name, fault)

    def of_streams(self) -> Iterator[FieldError]:
        """Images that tags are pinned to; references in streams that cannot be read."""
        for stream in self._streams.values():
            where = "/".join(("imagestreams", *_key(stream)))
            for tag in stream.spec.tags:
                if tag.from_ is None or tag.from_.kind == "ImageStreamTag":
                    continue
                try:
                    # A tag named by pull spec has its own image, once it is looked up.
                    if tag.from_.kind == "DockerImage":
                        ImageRef.parse(tag.from_.name)
                    else:
                        why = f"named by {where}:{tag.name}"
                        self._refer(_absolute(stream, tag.from_), stream.metadata.namespace, why)
                except InvalidFault as fault:
                    yield _unreadable(f"{where} spec.tags[{tag.name}]", tag.from_.name, fault)
            for item in _items((stream,)):
                spec = item.event.docker_image_reference
                try:
                    ImageRef.parse(spec)
                except InvalidFault as fault:
                    yield _unreadable(f"{where} status.tags[{item.tag}]", spec, fault)

    def of_age(self, limit: str, revisions: int) -> None:
        """What is young, or among the newest of a tag (IS-133)."""
        for image in self.images.values():
            if image.metadata.creation_timestamp > limit:
                self._keep(image.metadata.name, "younger than is looked at")
        for stream in self._streams.values():
            place = "/".join(_key(stream))
            is_young = stream.metadata.creation_timestamp > limit
            for tag in stream.status.tags:
                for count, event in enumerate(tag.items):
                    if count < revisions:
                        self._keep(event.image, f"among the newest of {place}:{tag.tag}")
                    elif is_young or event.created > limit:
                        self._keep(event.image, f"new in {place}:{tag.tag}")

    def of_limits(self, known: Known, limit: str) -> None:
        """What no limit forbids: an image goes that is too large wherever it is (IS-134).

        Shape:  one that is in no history may be on its way into one, while it is young.
        """
        held = defaultdict[str, set[str]](set)
        for item in _items(self._streams.values()):
            held[item.event.image].add(item.namespace)
        for name, image in self.images.items():
            size, places = size_of(image), held[name]
            is_new = image.metadata.creation_timestamp > limit and name not in known.released
            if any(size <= known.limits.get(place, size) for place in places):
                self._keep(name, "within the limits of its namespace")
            elif not places and is_new:
                self._keep(name, "younger than is looked at")

    def of_mirrors(self) -> None:
        """Images whose content is kept elsewhere."""
        for name, image in self.images.items():
            if not _is_managed(image):
                self._keep(name, "kept in another registry")

    def whole(self) -> Mapping[str, str]:
        """What stays, with what it consists of and what is about it."""
        about = defaultdict[str, list[str]](list)
        for name, image in self.images.items():
            if subject := _subject(image):
                about[subject].append(name)
        waiting = list(self._stays)
        while waiting:
            name = waiting.pop()
            kept = self.images.get(name)
            for part in kept.docker_image_manifests if kept is not None else ():
                waiting += self._keep(part.digest, f"part of {name}")
            for other in about.get(name, ()):
                waiting += self._keep(other, f"about {name}")
        return self._stays

    def _keep(self, name: str, why: str) -> tuple[str, ...]:
        """Keep an image; it, unless it stays anyway."""
        if not name or name in self._stays:
            return ()
        self._stays[name] = why
        return (name,)

    def _refer(self, reference: ObjectReference, namespace: str, why: str) -> None:
        """Keep what a reference means.

        Errors: InvalidFault.
        """
        place = reference.namespace or namespace
        match reference.kind:
            case "ImageStreamTag":
                halves = split_stream_tag(reference.name)
                if halves is None:
                    raise _misnamed("of the form stream:tag", reference.name)
                self._keep_newest((place, halves[0]), halves[1], why)
            case "ImageStreamImage":
                halves = split_stream_image(reference.name)
                if halves is None:
                    raise _misnamed("of the form stream@image", reference.name)
                self._keep_like((place, halves[0]), halves[1], why)
            case "DockerImage":
                self._keep_pulled(ImageRef.parse(reference.name), place, why)
            case _:
                raise _misnamed("an image or a tag", reference.kind)

    def _keep_pulled(self, ref: ImageRef, namespace: str, why: str) -> None:
        if ref.digest is not None:
            self._keep(str(ref.digest), why)
            return
        # Whose registry it is cannot be known for sure, for its address may have changed; and a
        # name alone may mean a stream beside who uses it.
        place = (ref.namespace or namespace, ref.name)
        self._keep_newest(place, ref.tag or "latest", why)

    def _keep_newest(self, place: tuple[str, str], tag: str, why: str) -> None:
        stream = self._streams.get(place)
        for history in stream.status.tags if stream is not None else ():
            if history.tag == tag and history.items:
                self._keep(history.items[0].image, why)

    def _keep_like(self, place: tuple[str, str], beginning: str, why: str) -> None:
        """Keep every image of a stream whose name begins so (IS-42)."""
        stream = self._streams.get(place)
        for item in _items((stream,) if stream is not None else ()):
            name = item.event.image
            if name.startswith(beginning) or name.partition(":")[2].startswith(beginning):
                self._keep(name, why)


def _counting(uses: Iterable[Use], keeping: Keeping, now: datetime) -> Iterator[Use]:
    """Users that count: those that are over only while they are young (IS-133)."""
    limit = to_text(now - keeping.younger)
    for use in uses:
        if not use.is_over or use.since > limit:
            yield use


def _items(streams: Iterable[ImageStream]) -> Iterator[Item]:
    for stream in streams:
        namespace, name = _key(stream)
        for tag in stream.status.tags:
            for event in tag.items:
                yield Item(namespace=namespace, stream=name, tag=tag.tag, event=event)


def _key(stream: ImageStream) -> tuple[str, str]:
    return stream.metadata.namespace, stream.metadata.name


def _absolute(stream: ImageStream, reference: ObjectReference) -> ObjectReference:
    """A reference to an image, with its stream: its own where none is named (IS-22)."""
    name = reference.name
    return reference if "@" in name else replace(reference, name=f"{stream.metadata.name}@{name}")


def _subject(image: Image) -> str:
    """What an image is about (referrers); empty for most."""
    if subject := image.metadata.annotations.get(SUBJECT):
        return subject
    # Manifests are read only where it may be there: there are many, and they are long.
    if '"subject"' not in image.docker_image_manifest:
        return ""
    try:
        manifest = image.docker_image_manifest.encode()
        found = references(image.docker_image_manifest_media_type, manifest).subject
    except InvalidFault:
        return ""
    return str(found.digest) if found is not None else ""


def _space(gone: Mapping[str, Image], images: Iterable[Image]) -> int:
    """What is won when content goes with its images."""
    left = {
        piece for image in images if image.metadata.name not in gone for piece in _pieces(image)
    }
    won: dict[str, int] = {}
    for image in gone.values():
        if _is_managed(image):
            won |= _pieces(image)
    return sum(size for piece, size in won.items() if piece not in left)


def _pieces(image: Image) -> dict[str, int]:
    """What an image consists of beside its manifest, by digest.

    Units:  bytes.
    """
    pieces = {layer.name: layer.size for layer in image.docker_image_layers}
    if image.docker_image_config:
        pieces[f"config of {image.metadata.name}"] = len(image.docker_image_config)
    return pieces


def _is_managed(image: Image) -> bool:
    return image.metadata.annotations.get(MANAGED) == "true"


def _misnamed(form: str, name: str) -> InvalidFault:
    return InvalidFault((FieldError(path="name", what=f"is not {form}", value=name),))


def _unreadable(where: str, name: str, fault: InvalidFault) -> FieldError:
    what = "; ".join(error.what for error in fault.errors)
    return FieldError(path=where, what=f"the image reference cannot be read: {what}", value=name)
