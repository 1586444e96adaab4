"""Scheduled imports: when a tag was last looked up elsewhere, and when it is again.

A stream keeps that itself, in an annotation, so that it survives whoever does the looking, and
people can see it (UP-23). Streams are spread over the interval, each by its name, so that what was
created together is not looked up together for ever; what fails is looked up less and less often.

Source: image-streams.md IS-105; user-pain.md UP-23.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec
from msgspec.structs import replace

from slipcast.api.image import ImageStream, TagReference
from slipcast.images.imports import CHECKED
from slipcast.values import instant
from slipcast.values.apifaults import BadRequest

LOOKS: Final = "image.slipcast.io/scheduled-imports"
"""The annotation of a stream: JSON, by tag `{"last": TIME, "next": TIME, "failures": N}`."""

_SPREAD: Final = 0.1
_PARTS: Final = 2**16
_LARGEST: Final = 64 * 1024
_MOST_DOUBLINGS: Final = 16


class Scheduling(msgspec.Struct, frozen=True, kw_only=True):
    """How often scheduled tags are looked up (IS-105).

    Shape:  per_minute is how many such imports begin in a minute at most, longest how rarely a
            tag is looked up that always fails.
    """

    enabled: bool = True
    interval: timedelta = timedelta(minutes=15)
    per_minute: int = 60
    longest: timedelta = timedelta(hours=6)


class Look(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When a tag was looked up, and is again; how often in a row that failed."""

    last: str
    next: str = ""
    failures: int = 0


def is_importable(tag: TagReference) -> bool:
    """Whether a tag is looked up elsewhere (IS-100)."""
    return tag.from_ is not None and tag.from_.kind == "DockerImage" and not tag.reference


def scheduled(stream: ImageStream) -> tuple[TagReference, ...]:
    """The tags that are looked up again and again."""
    return tuple(
        tag for tag in stream.spec.tags if is_importable(tag) and tag.import_policy.scheduled
    )


def looks(annotations: Mapping[str, str]) -> Mapping[str, Look]:
    """When which tags of a stream were looked up; nothing where that cannot be read."""
    text = annotations.get(LOOKS, "")
    if not text or len(text) > _LARGEST:
        return {}
    try:
        return msgspec.json.decode(text, type=dict[str, Look])
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return {}


def due(stream: ImageStream, tag: str, scheduling: Scheduling, now: datetime) -> datetime:
    """When a scheduled tag is to be looked up again.

    Shape:  counted from when it last was, or the stream's last import, by what the interval is now.
    """
    found = looks(stream.metadata.annotations).get(tag)
    texts = (
        found.last if found is not None else "",
        stream.metadata.annotations.get(CHECKED, ""),
        stream.metadata.creation_timestamp,
    )
    last = next((moment for text in texts if (moment := _moment(text)) is not None), now)
    failures = found.failures if found is not None else 0
    # What is said to have been looked up in the future was not.
    return min(last, now) + _wait(stream, failures, scheduling)


def looked(
    stream: ImageStream, tried: Mapping[str, bool], scheduling: Scheduling, now: datetime
) -> ImageStream:
    """The stream after tags were looked up, with what is known of those that are scheduled.

    Shape:  tried tells by tag whether it was found. Tags that are scheduled no longer are dropped.
    """
    before = looks(stream.metadata.annotations)
    kept: dict[str, Look] = {}
    for name in (tag.name for tag in scheduled(stream)):
        known = before.get(name)
        if name not in tried:
            kept |= {} if known is None else {name: known}
            continue
        failures = 0 if tried[name] else 1 + (known.failures if known is not None else 0)
        again = now + _wait(stream, failures, scheduling)
        kept[name] = Look(
            last=instant.to_text(now),
            next=instant.to_text(again) if scheduling.enabled else "",
            failures=failures,
        )
    return stream if kept == before else _with_looks(stream, kept)


def _with_looks(stream: ImageStream, kept: Mapping[str, Look]) -> ImageStream:
    others = {name: each for name, each in stream.metadata.annotations.items() if name != LOOKS}
    text = msgspec.json.encode(kept, order="sorted").decode()
    annotations = {**others, LOOKS: text} if kept else others
    return replace(stream, metadata=replace(stream.metadata, annotations=annotations))


def _wait(stream: ImageStream, failures: int, scheduling: Scheduling) -> timedelta:
    doubled = scheduling.interval * (1 << min(max(failures, 0), _MOST_DOUBLINGS))
    wait = min(doubled, max(scheduling.longest, scheduling.interval))
    return wait + scheduling.interval * (_SPREAD * _share(stream))


def _share(stream: ImageStream) -> float:
    """Where a stream stands among all, from 0 to 1: always the same of one."""
    name = f"{stream.metadata.namespace}/{stream.metadata.name}"
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:2], "big")
    return number / _PARTS


def _moment(text: str) -> datetime | None:
    try:
        return instant.parse(text) if text else None
    except BadRequest:
        return None
