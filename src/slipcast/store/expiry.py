"""Expiry: Events go when nobody has said them for an hour.

Follows the journal, so that each Event is looked into once, when this process first meets it; what
is due lies in front of a queue.

Source: Kubernetes, the event-ttl of its API server.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Final

import msgspec

from slipcast.api import kinds
from slipcast.ports.api import Api, DeleteOptions, Resource
from slipcast.ports.clock import Clock
from slipcast.ports.journal import Compacted, Entry, Journal
from slipcast.store import keys
from slipcast.values import instant
from slipcast.values.apifaults import ApiFault, BadRequest, Conflict, NotFound

log = logging.getLogger("slipcast.store.expiry")

EVENT: Final = kinds.require(kinds.CORE, "Event")
PREFIX: Final = keys.prefix_of(EVENT)

KEPT: Final = timedelta(hours=1)
"""How long an Event is of use: it tells people what happens, its object's status what became."""
EVERY: Final = timedelta(minutes=1)
PAGE: Final = 1000
"""Events read at once at the beginning."""


class _Metadata(msgspec.Struct, frozen=True, rename="camel"):
    creation_timestamp: str | None = None


class _Series(msgspec.Struct, frozen=True, rename="camel"):
    last_observed_time: str | None = None


class _Said(msgspec.Struct, frozen=True, rename="camel"):
    """What an Event tells of when it was said, and nothing else of it."""

    metadata: _Metadata = _Metadata()
    last_timestamp: str | None = None
    event_time: str | None = None
    series: _Series | None = None


class _Seen(msgspec.Struct, frozen=True, gc=False):
    revision: int
    moment: datetime


_decode = msgspec.json.Decoder(_Said).decode


class Expiry:
    """Removes old Events over an Api that may do everything."""

    def __init__(self, api: Api, journal: Journal, clock: Clock) -> None:
        self._api = api
        self._journal = journal
        self._clock = clock
        self._seen: dict[str, _Seen] = {}
        """What there is, the longest unsaid first."""
        self._revision = 0

    async def run(self) -> None:
        """Remove what is old, for ever."""
        await self.load()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow())
            tasks.create_task(self._expire())

    async def load(self) -> None:
        """Take in every Event there is."""
        known, self._seen = self._seen, {}
        after, at, found = "", None, dict[str, _Seen]()
        while True:
            page = await self._journal.list(PREFIX, at=at, after=after, limit=PAGE)
            for entry in page.entries:
                was = known.get(entry.key)
                if was is None or was.revision != entry.revision:
                    was = self._met(entry)
                found[entry.key] = was
            if not page.remaining:
                break
            after, at = page.entries[-1].key, page.revision
        self._seen = dict(sorted(found.items(), key=lambda each: each[1].moment))
        self._revision = page.revision

    async def step(self) -> int:
        """Remove what is too old by now; how many Events that were."""
        limit = self._clock.now() - KEPT
        due = list(takewhile(lambda each: each[1].moment <= limit, self._seen.items()))
        removed = 0
        for key, seen in due:
            removed += await self._remove(key, seen)
        return removed

    async def _expire(self) -> None:
        while True:
            try:
                await self.step()
            except ApiFault as fault:
                log.warning("events.kept", extra={"fields": {"fault": fault.message}})
            await self._clock.until(self._clock.now() + EVERY)

    async def _follow(self) -> None:
        while True:
            try:
                async with aclosing(self._journal.since(self._revision, PREFIX)) as batches:  # type: ignore[type-var]
                    async for batch in batches:
                        for entry in batch.entries:
                            self._take(entry)
                        self._revision = batch.revision
            except Compacted:
                await self.load()
            else:
                return

    def _take(self, entry: Entry) -> None:
        """What is written now is said now, whatever it says itself."""
        self._seen.pop(entry.key, None)
        if entry.value is not None:
            self._seen[entry.key] = _Seen(entry.revision, self._clock.now())

    def _met(self, entry: Entry) -> _Seen:
        """An Event that was written some time ago: when that was, it tells itself."""
        now = self._clock.now()
        return _Seen(entry.revision, min(now, _last(entry.value or b"", default=now)))

    async def _remove(self, key: str, seen: _Seen) -> bool:
        """Whether the Event was removed; it is not when it was said again meanwhile.

        Errors: ApiFault.
        """
        place = keys.place_of(key)
        assert place is not None  # noqa: S101 -- the kind is in the table
        options = DeleteOptions(resource_version=str(seen.revision))
        try:
            await self._api.delete(Resource(place.kind, place.namespace, place.name), options)
        except (Conflict, NotFound):
            return False
        return True


def _last(value: bytes, *, default: datetime) -> datetime:
    """When an Event was last said, by its own words."""
    try:
        said = _decode(value)
        observed = said.series.last_observed_time if said.series else None
        times = (said.metadata.creation_timestamp, said.last_timestamp, said.event_time, observed)
        return max((instant.parse(each) for each in times if each), default=default)
    except (msgspec.DecodeError, BadRequest):
        return default
