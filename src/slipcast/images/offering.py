"""Streams that a release offers, beside what is there and what was offered before.

The rule: what is new is made; what is still as it was offered is brought to what is offered now;
what an administrator changed, or removed, stays so, and so does what no release offers any more.

Source: OpenShift's samples operator, for the purpose; the three-way merge of kubectl apply, for
the means.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from slipcast.api.document import JSON

Tags = Sequence[JSON]
"""Tags of a stream as its spec has them."""


def tags_of(stream: JSON) -> list[JSON]:
    """The tags that a stream is to have."""
    return (stream.get("spec") or {}).get("tags") or []


def now(wanted: JSON, held: JSON | None, before: Tags | None) -> JSON | None:
    """The stream as it is to be written; None where nothing is to be done.

    Shape:  held is the stream that is there; before are the tags that were offered last, None for
            a stream that never was, and none for one that somebody else had made.
    """
    if held is None:
        return wanted if before is None else None
    if not before:
        return None
    tags = [*_kept(wanted, held, before)]
    if tags == tags_of(held):
        return None
    return {**held, "spec": {**held["spec"], "tags": tags}}


def remembered(wanted: JSON, held: JSON | None, before: Tags | None) -> list[JSON]:
    """The tags that have been offered, once the stream is as it is to be; none of somebody else's.

    Shape:  what was offered once and is no more is remembered as it was last offered.
    """
    if before is None:
        return tags_of(wanted) if held is None or _is_ours(wanted, held) else []
    if not before:
        return []
    names = {each["name"] for each in tags_of(wanted)}
    return [*tags_of(wanted), *(each for each in before if each["name"] not in names)]


def _is_ours(wanted: JSON, held: JSON) -> bool:
    """Whether a stream of which nothing is remembered is one that was offered all the same."""
    tags = {each["name"]: each for each in tags_of(held)}
    return all(each["name"] in tags and _says(tags[each["name"]], each) for each in tags_of(wanted))


def _kept(wanted: JSON, held: JSON, before: Tags) -> Iterator[JSON]:
    """The tags of a stream as they are to be, in their order; new ones are the last."""
    fresh = {each["name"]: each for each in tags_of(wanted)}
    offered = {each["name"]: each for each in before}
    for tag in tags_of(held):
        name = tag["name"]
        is_as_offered = name in offered and _says(tag, offered[name])
        yield _renewed(tag, offered[name], fresh[name]) if is_as_offered and name in fresh else tag
    there = {each["name"] for each in tags_of(held)}
    yield from (each for name, each in fresh.items() if name not in offered and name not in there)


def _renewed(tag: JSON, before: JSON, wanted: JSON) -> JSON:
    """A tag as it is offered now, with whatever else was said of it."""
    rest = {name: value for name, value in tag.items() if name not in before}
    offered = before.get("annotations") or {}
    added = {
        name: value for name, value in (tag.get("annotations") or {}).items() if name not in offered
    }
    return {**rest, **wanted, "annotations": {**added, **(wanted.get("annotations") or {})}}


def _says(tag: Any, offered: Any) -> bool:
    """Whether a tag says all that was offered; what it says besides does not matter."""
    if isinstance(offered, Mapping) and isinstance(tag, Mapping):
        return all(name in tag and _says(tag[name], value) for name, value in offered.items())
    return bool(tag == offered)
