"""Events: what people are told of an object, said once and counted when it happens again.

The name of an Event is made of what it says, so that whoever says it again, be it after a restart,
finds it and counts.

Source: Kubernetes, aggregation of events; build-lifecycle.md section 12.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from slipcast.api import kinds
from slipcast.api.core import Event, EventSource
from slipcast.api.document import Document
from slipcast.api.lens import overlay, read
from slipcast.api.meta import ObjectMeta, ObjectReference
from slipcast.reconcile.actions import Record
from slipcast.values.instant import to_text
from slipcast.values.names import LONGEST_SUBDOMAIN

EVENT: Final = kinds.require(kinds.CORE, "Event")

_DIGEST: Final = 8


def first(record: Record, component: str, now: datetime) -> Event:
    """The Event when it is said for the first time."""
    about, when = record.object.metadata, to_text(now)
    return Event(
        metadata=ObjectMeta(name=name_of(record), namespace=about.namespace),
        involved_object=ObjectReference(
            kind=record.kind.name,
            namespace=about.namespace,
            name=about.name,
            uid=about.uid,
            api_version=record.kind.api_version,
            resource_version=about.resource_version,
        ),
        reason=record.reason,
        message=record.message,
        source=EventSource(component=component),
        first_timestamp=when,
        last_timestamp=when,
        count=1,
        type=record.type,
        reporting_component=component,
    )


def again(held: Document, now: datetime) -> dict[str, object]:
    """The content of the Event when it is said once more."""
    was = read(held, Event)
    return overlay(
        held.content, was, replace(was, count=was.count + 1, last_timestamp=to_text(now))
    )


def name_of(record: Record) -> str:
    """The name of the Event that says this of this object."""
    about = record.object.metadata
    said = f"{about.uid}\0{record.type}\0{record.reason}\0{record.message}"
    digest = hashlib.blake2b(said.encode(), digest_size=_DIGEST).hexdigest()
    return f"{about.name[: LONGEST_SUBDOMAIN - len(digest) - 1].rstrip('.-')}.{digest}"
