"""What a release offers everybody, put into the shared namespace at every start.

What was offered is remembered in a ConfigMap there, once it is there: whoever is ended in between
finds at the next start what is done already. Without the ConfigMap all that is missing is made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from slipcast.access.bootstrap import SHARED
from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.images import offering
from slipcast.ports.api import Api, Resource, WriteOptions
from slipcast.values.apifaults import ApiFault, NotFound

RECORD: Final = "slipcast-offered"
"""The ConfigMap: by names of streams, the tags that were offered last."""
FIRST: Final = "slipcast.dev/offered"
"""What servers said of the namespace that did not remember what they had put there."""
_STREAMS: Final = Resource(kinds.require(kinds.IMAGE, "ImageStream"), SHARED)
_RECORD: Final = Resource(kinds.require(kinds.CORE, "ConfigMap"), SHARED, RECORD)
_SPACE: Final = Resource(kinds.require(kinds.CORE, "Namespace"), "", SHARED)
_BY_US: Final = WriteOptions(manager="slipcast")
_Known = Mapping[str, list[JSON]]


async def offer(api: Api, shared: Sequence[JSON]) -> None:
    """Make the streams that are new, and bring to date those that nobody changed.

    Shape:  api is of an actor who may do everything.
    """
    record = await _found(api, _RECORD)
    known = _known(record)
    if record is None and await _is_of_before(api):
        # What was removed since, and what is new, cannot be told apart: all of it stays.
        known = {each["metadata"]["name"]: offering.tags_of(each) for each in shared}
        await _remember(api, known, record)
        return
    fresh: dict[str, list[JSON]] = {**known}
    for each in shared:
        name = each["metadata"]["name"]
        before = known.get(name)
        held = await _found(api, _STREAMS.named(name))
        try:
            await _put(api, offering.now(each, held, before))
        except ApiFault:
            # Somebody else is at it, or a quota refuses: the next start tries again.
            continue
        fresh[name] = offering.remembered(each, held, before)
    if fresh != known:
        await _remember(api, fresh, record)


async def _put(api: Api, stream: JSON | None) -> None:
    if stream is None:
        return
    if "uid" in stream["metadata"]:
        await api.update(_STREAMS.named(stream["metadata"]["name"]), stream, _BY_US)
    else:
        metadata = {**stream["metadata"], "namespace": SHARED}
        await api.create(_STREAMS, {**stream, "metadata": metadata}, _BY_US)


async def _remember(api: Api, known: _Known, record: JSON | None) -> None:
    """Write down what was offered; where that is refused, the next start does it again."""
    data = {name: msgspec.json.encode(tags).decode() for name, tags in known.items()}
    try:
        if record is None:
            metadata = {"name": RECORD, "namespace": SHARED}
            await api.create(_RECORD.named(""), {"metadata": metadata, "data": data}, _BY_US)
        else:
            await api.update(_RECORD, {**record, "data": data}, _BY_US)
    except ApiFault:
        return


def _known(record: JSON | None) -> _Known:
    """What a record says; what cannot be read was never offered."""
    found: dict[str, list[JSON]] = {}
    for name, text in ((record or {}).get("data") or {}).items():
        try:
            found[name] = msgspec.json.decode(text, type=list[dict[str, Any]])
        except msgspec.DecodeError:
            continue
    return found


async def _is_of_before(api: Api) -> bool:
    """Whether a server that remembered nothing has put streams there."""
    space = await _found(api, _SPACE)
    annotations = ((space or {}).get("metadata") or {}).get("annotations") or {}
    return FIRST in annotations


async def _found(api: Api, place: Resource) -> JSON | None:
    try:
        return (await api.get(place)).content
    except NotFound:
        return None
