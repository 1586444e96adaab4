"""What controllers keep of BuildConfigs and streams: who may want a build, and of which image.

A few words each: ten thousand BuildConfigs that want nothing are never looked at.

Source: triggers.md sections 7 and 8.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Final

import msgspec

from slipcast.api.build import BuildConfig
from slipcast.api.document import Document
from slipcast.api.image import ImageStream
from slipcast.api.lens import read
from slipcast.builds import naming
from slipcast.builds.triggers import (
    Reference,
    config_change_request,
    last_image,
    reference,
    wants_spec_noted,
    watched,
)
from slipcast.images.references import split_stream_tag
from slipcast.images.resolve import newest
from slipcast.values.apifaults import BadRequest

Tags = Mapping[str, str]
"""What is pulled for each tag of a stream, as it is now."""


class Watch(msgspec.Struct, frozen=True, gc=False):
    """A tag that a trigger watches, and the image that it last started a build with."""

    namespace: str
    stream: str
    tag: str
    image: str


class Demand(msgspec.Struct, frozen=True):
    """What a BuildConfig may want.

    Shape:  is_changed says that its first build is wanted, or another as it has changed; is_limited
            that builds which are over may have to go. output is the tag that its builds push to,
            where it watches any.
    """

    is_changed: bool
    is_limited: bool
    watches: tuple[Watch, ...]
    output: Reference | None = None


class _Trigger(msgspec.Struct, frozen=True, gc=False):
    type: str = ""


class _Spec(msgspec.Struct, frozen=True, rename="camel"):
    triggers: tuple[_Trigger, ...] = ()
    successful_builds_history_limit: int | None = None
    failed_builds_history_limit: int | None = None


class _Glance(msgspec.Struct, frozen=True):
    spec: _Spec = _Spec()


_ASKED: Final = frozenset({"GitHub", "Generic", "GitLab", "Bitbucket"})
"""Triggers that only make builds when somebody calls."""

_glance: Final = msgspec.json.Decoder(_Glance).decode


def demand(document: Document) -> Demand | None:
    """What is kept of a BuildConfig; nothing of one that only makes builds when asked to."""
    try:
        spec = _glance(document.body).spec
    except msgspec.ValidationError:
        return _demand(document)
    if not _ASKED.issuperset([trigger.type for trigger in spec.triggers]):
        return _demand(document)
    # So are most, and this is seen without reading all of it.
    limits = (spec.successful_builds_history_limit, spec.failed_builds_history_limit)
    return None if limits == (None, None) else _LIMITED


_LIMITED: Final = Demand(is_changed=False, is_limited=True, watches=())


def _demand(document: Document) -> Demand | None:
    try:
        config = read(document, BuildConfig)
    except BadRequest:
        return None
    watches = () if naming.is_paused(config.metadata.annotations) else tuple(_watches(config))
    is_changed = config_change_request(config) is not None or wants_spec_noted(config)
    is_limited = (
        config.spec.successful_builds_history_limit is not None
        or config.spec.failed_builds_history_limit is not None
    )
    if not (is_changed or is_limited or watches):
        return None
    return Demand(is_changed, is_limited, watches, output_of(config) if watches else None)


def tags(document: Document) -> Tags | None:
    """What is kept of a stream; nothing of one without images."""
    try:
        stream = read(document, ImageStream)
    except BadRequest:
        return None
    return {tag: found.pull_spec for tag, found in newest(stream).items()} or None


def output_of(config: BuildConfig) -> Reference | None:
    """The tag that a BuildConfig's builds push to; None where it is none."""
    to = config.spec.output.to
    if to is None or to.kind != "ImageStreamTag":
        return None
    return reference(to, config.metadata.namespace)


def watched_streams(kept: Demand) -> Iterator[Hashable]:
    """The streams that the triggers of a BuildConfig watch."""
    for each in kept.watches:
        yield each.namespace, each.stream


def _watches(config: BuildConfig) -> Iterator[Watch]:
    for trigger in config.spec.triggers:
        place = watched(trigger, config)
        if place is None or (trigger.image_change and trigger.image_change.paused):
            continue
        halves = halves_of(place)
        if halves is not None:
            yield Watch(place.namespace, *halves, last_image(trigger, config))


def halves_of(place: Reference) -> tuple[str, str] | None:
    """The stream and the tag of a reference to a tag; None where it is none."""
    return split_stream_tag(place.name)
