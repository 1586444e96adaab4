"""Matches among image streams: by name, or by what their tags say they support.

Source: detection.md sections 8.1, 8.3 and 8.4, RS-10 to RS-35.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from slipcast.api.applications import GENERATED_BY
from slipcast.api.image import ImageStream, TagEvent, TagReference
from slipcast.newapp.image import ImageFacts
from slipcast.newapp.matches import NEAR, OTHER_TAG, Match, name_score, tags_of

LATEST: Final = "latest"
HIDDEN: Final = "hidden"
PORTS: Final = "slipcast.dev/ports"
"""The annotation of a spec tag that tells the ports of an image that nobody can look at."""

ImageOf = Callable[[ImageStream, str], ImageFacts | None]
"""The image that a tag means now; None when it is gone."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for: a term, and perhaps a namespace and a tag.

    Shape:  allows_missing says that a tag need not have an image yet; is_precise, that an exact
            name in one namespace makes the later ones uninteresting (RS-11).
    """

    term: str
    name: str
    namespace: str = ""
    tag: str = ""
    allows_missing: bool = False
    is_precise: bool = True


def by_name(
    wanted: Wanted, namespaces: Sequence[Sequence[ImageStream]], image_of: ImageOf
) -> tuple[Match, ...]:
    """Streams whose names are near to what is wanted; namespaces in the order they are asked."""
    found: list[Match] = []
    for streams in namespaces:
        in_one = [
            match
            for stream in streams
            if not wanted.namespace or stream.metadata.namespace == wanted.namespace
            if (score := name_score(stream.metadata.name, wanted.name)) < NEAR
            for match in _tags(wanted, stream, score, image_of)
        ]
        found += in_one
        if wanted.is_precise and any(match.score == 0 for match in in_one):
            break
    return tuple(found)


def by_support(
    wanted: Wanted, namespaces: Sequence[Sequence[ImageStream]], image_of: ImageOf
) -> tuple[Match, ...]:
    """Tags that say they support what is wanted (RS-30 to RS-34).

    Shape:  of the tags of one stream that support it exactly, the one that `latest` follows is
            taken; hidden tags are left out.
    """
    found: list[Match] = []
    for streams in namespaces:
        in_one = [match for stream in streams for match in _supporting(wanted, stream, image_of)]
        found += in_one
        if wanted.is_precise and any(match.score == 0 for match in in_one):
            break
    return tuple(found)


def _supporting(wanted: Wanted, stream: ImageStream, image_of: ImageOf) -> list[Match]:
    matches = []
    for tag in stream.spec.tags:
        score = _support(tag.annotations.get("supports", ""), wanted.term)
        if score is None or is_hidden(tag) or newest(stream, tag.name) is None:
            continue
        image = image_of(stream, tag.name)
        if image is not None:
            matches.append(_match(wanted, stream, tag.name, score, image))
    exact = [match for match in matches if match.score == 0]
    followed = followed_tag(stream, LATEST)
    preferred = [match for match in exact if match.tag == followed]
    return preferred or matches


def _support(annotation: str, term: str) -> float | None:
    items = annotation.split(",") if annotation else []
    if term in items:
        return 0.0
    names = (item.partition(":")[0] for item in items)
    return OTHER_TAG if term.partition(":")[0] in names else None


def _tags(wanted: Wanted, stream: ImageStream, score: float, image_of: ImageOf) -> Iterator[Match]:
    """What a stream of a near name offers (RS-20 to RS-29)."""
    tag = wanted.tag or followed_tag(stream, LATEST)
    spec = spec_tag(stream, tag)
    is_usable = bool(wanted.tag) or spec is None or not is_hidden(spec)
    if is_usable and newest(stream, tag) is not None:
        image = image_of(stream, tag)
        if image is not None:
            yield _match(wanted, stream, tag, score, image)
        return
    if is_usable and wanted.allows_missing:
        yield _match(wanted, stream, tag, score, None)
        return
    histories = stream.status.tags
    with_images = [each.tag for each in histories if _is_there(stream, each.tag, each.items)]
    if not with_images:
        match = _match(wanted, stream, "", score + OTHER_TAG, None)
        yield replace(match, is_tagless=True)
        return
    for other in with_images:
        its_spec = spec_tag(stream, other)
        if its_spec is not None and is_hidden(its_spec):
            continue
        image = image_of(stream, other)
        if image is not None:
            yield _match(wanted, stream, other, score + OTHER_TAG, image)


def followed_tag(stream: ImageStream, tag: str) -> str:
    """The tag that a tag stands for, one step on, where that has an image (RS-21, RS-22)."""
    spec = spec_tag(stream, tag)
    if spec is None or is_hidden(spec) or spec.from_ is None:
        return tag
    to = spec.from_.name
    target = spec_tag(stream, to)
    if spec.from_.kind != "ImageStreamTag" or ":" in to or target is None:
        return tag
    return tag if is_hidden(target) or newest(stream, to) is None else to


def spec_tag(stream: ImageStream, tag: str) -> TagReference | None:
    """What a tag of a stream shall be."""
    return next((each for each in stream.spec.tags if each.name == tag), None)


def is_output(stream: ImageStream, tag: str) -> bool:
    """Whether a tag is what new-app made for the images of a build to be pushed to."""
    return GENERATED_BY in stream.metadata.annotations and spec_tag(stream, tag) is None


def newest(stream: ImageStream, tag: str) -> TagEvent | None:
    """The image that a tag means now; also one that is only named, where that is wanted so."""
    histories = (each.items for each in stream.status.tags if each.tag == tag)
    return next((items[0] for items in histories if _is_there(stream, tag, items)), None)


def named_only(stream: ImageStream, tag: str) -> ImageFacts:
    """What is known of an image that is only named: what the annotations of its tag say."""
    spec = spec_tag(stream, tag)
    ports = spec.annotations.get(PORTS, "").split() if spec is not None else []
    return ImageFacts(ports=tuple(ports), is_known=False)


def is_hidden(tag: TagReference) -> bool:
    """Whether a tag is offered to nobody who does not name it (RS-28)."""
    return HIDDEN in tags_of(tag.annotations)


def _pull_spec(stream: ImageStream, tag: str) -> str:
    """What a container is written with until a trigger sets its image."""
    repository = stream.status.docker_image_repository
    if repository and tag:
        return f"{repository}:{tag}"
    event = newest(stream, tag)
    return event.docker_image_reference if event is not None else ""


def offered(stream: ImageStream) -> tuple[str, ...]:
    """The tags of a stream that are shown to people (NA-73)."""
    specs = {tag.name: tag for tag in stream.spec.tags}
    names = {*specs, *(each.tag for each in stream.status.tags)}
    return tuple(sorted(each for each in names if each not in specs or not is_hidden(specs[each])))


def _is_there(stream: ImageStream, tag: str, items: tuple[TagEvent, ...]) -> bool:
    """Whether a tag means an image: one that was seen, or one that shall only be named."""
    if not items or items[0].image:
        return bool(items)
    spec = spec_tag(stream, tag)
    followed = spec_tag(stream, spec.from_.name) if spec is not None and spec.from_ else None
    return any(each is not None and each.reference for each in (spec, followed))


def _match(
    wanted: Wanted, stream: ImageStream, tag: str, score: float, image: ImageFacts | None
) -> Match:
    spec = spec_tag(stream, tag)
    match = Match(
        term=wanted.term,
        origin="stream",
        name=stream.metadata.name,
        namespace=stream.metadata.namespace,
        tag=tag,
        score=score,
        annotations=spec.annotations if spec is not None else {},
        offered=offered(stream),
        pull_spec=_pull_spec(stream, tag),
    )
    return match if image is None else replace(match, image=image)
