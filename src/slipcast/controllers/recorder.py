"""Events written: said for the first time, or counted.

What an Event is, and what it is called, is decided in `recording`.
"""

from __future__ import annotations

import logging
from typing import Final

import msgspec

from slipcast.api.lens import content_of
from slipcast.controllers import recording
from slipcast.controllers.recording import EVENT
from slipcast.ports.api import Api, Resource, WriteOptions
from slipcast.ports.clock import Clock
from slipcast.reconcile.actions import Record
from slipcast.values.apifaults import AlreadyExists, ApiFault

log = logging.getLogger("slipcast.controllers.recorder")

_AS_IS: Final = WriteOptions(validation="Ignore")


class Recorder(msgspec.Struct, frozen=True, kw_only=True):
    """Tells people, in the name of a component; that nobody could be told stops nobody."""

    api: Api
    clock: Clock
    component: str

    async def record(self, record: Record) -> None:
        """Say it; once more, if it was said before."""
        now, namespace = self.clock.now(), record.object.metadata.namespace
        event = recording.first(record, self.component, now)
        try:
            await self.api.create(Resource(EVENT, namespace), content_of(event, EVENT), _AS_IS)
        except AlreadyExists:
            await self._count(Resource(EVENT, namespace, event.metadata.name))
        except ApiFault as fault:
            log.warning("event.lost", extra={"fields": {"of": record.reason, "why": fault.message}})

    async def _count(self, place: Resource) -> None:
        try:
            held = await self.api.get(place)
            await self.api.update(place, recording.again(held, self.clock.now()), _AS_IS)
        except ApiFault as fault:
            log.warning("event.lost", extra={"fields": {"name": place.name, "why": fault.message}})
