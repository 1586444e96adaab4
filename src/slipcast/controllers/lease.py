"""Leases: by one of them, one of several servers over one database controls.

Who holds it renews it; who does not takes it when it is free, when it was not renewed for as long
as it lasts, or when it is its own from before a restart. Who cannot renew it in time stops at once.

Source: Kubernetes, leases and leader election.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from msgspec.structs import replace

from slipcast.api import kinds
from slipcast.api.coordination import Lease, LeaseSpec
from slipcast.api.document import Document
from slipcast.api.lens import content_of, overlay, read
from slipcast.api.meta import ObjectMeta
from slipcast.ports.api import Api, Resource, WriteOptions
from slipcast.ports.clock import Clock
from slipcast.values.apifaults import AlreadyExists, ApiFault, BadRequest, Conflict, NotFound
from slipcast.values.faults import PortFault
from slipcast.values.instant import parse, to_micro

log = logging.getLogger("slipcast.controllers.lease")

LEASE: Final = kinds.require(kinds.COORDINATION, "Lease")
PLACE: Final = Resource(LEASE, "kube-system", "slipcast-controllers")

LAST_WORDS: Final = 2.0
"""Seconds that giving the lease back may take."""

_AS_IS: Final = WriteOptions(validation="Ignore")


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """How long a lease lasts without being renewed, how often it is, and when its holder stops."""

    lasts: timedelta = timedelta(seconds=15)
    renewed: timedelta = timedelta(seconds=3)
    stops: timedelta = timedelta(seconds=10)


class Leadership:
    """One candidate for the lease."""

    def __init__(
        self,
        api: Api,
        clock: Clock,
        identity: str,
        terms: Terms | None = None,
        place: Resource = PLACE,
    ) -> None:
        """Be a candidate.

        Shape:  identity is the same after a restart, and nobody else's; place is the lease's.
        """
        self._place = place
        self._api = api
        self._clock = clock
        self._identity = identity
        self._terms = terms or Terms()
        self._seen: tuple[int, datetime] | None = None

    async def lead(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do work whenever the lease is ours, for ever; it is cancelled when the lease is lost."""
        while True:
            await self._acquire()
            log.info("lease.acquired", extra={"fields": {"by": self._identity}})
            try:
                await self._while_held(work)
            finally:
                log.info("lease.ended", extra={"fields": {"by": self._identity}})

    async def take(self) -> bool:
        """Take or renew the lease; whether it is ours now.

        Errors: ApiFault; PortFault.
        """
        now = self._clock.now()
        try:
            held = await self._api.get(self._place)
        except NotFound:
            return await self._create(now)
        lease = read(held, Lease)
        if not self._may_take(lease.spec, held, now):
            return False
        content = overlay(held.content, lease, replace(lease, spec=self._ours(lease.spec, now)))
        try:
            await self._api.update(self._place, content, _AS_IS)
        except (Conflict, NotFound):
            return False
        return True

    async def release(self) -> None:
        """Leave the lease to others, if it is ours."""
        try:
            held = await self._api.get(self._place)
            lease = read(held, Lease)
            if lease.spec.holder_identity == self._identity:
                free = replace(lease, spec=replace(lease.spec, holder_identity=None))
                await self._api.update(self._place, overlay(held.content, lease, free), _AS_IS)
        except (ApiFault, PortFault):
            # It ends by itself.
            return

    async def _acquire(self) -> None:
        while True:
            try:
                if await self.take():
                    return
            except (ApiFault, PortFault) as fault:
                log.warning("lease.unknown", extra={"fields": {"why": fault.message}})
            await self._clock.until(self._clock.now() + self._terms.renewed)

    async def _while_held(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                working = tasks.create_task(_done(work))
                await self._renew()
                working.cancel()
        except asyncio.CancelledError:
            # So that whoever comes next need not wait.
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_WORDS):
                    await self.release()
            raise

    async def _renew(self) -> None:
        """Renew while it can be done in time."""
        renewed = self._clock.now()
        while self._clock.now() - renewed < self._terms.stops:
            await self._clock.until(self._clock.now() + self._terms.renewed)
            now = self._clock.now()
            try:
                async with asyncio.timeout((renewed + self._terms.stops - now).total_seconds()):
                    if not await self.take():
                        log.warning("lease.lost", extra={"fields": {"by": self._identity}})
                        return
                renewed = now
            except (TimeoutError, ApiFault, PortFault) as fault:
                log.warning("lease.not_renewed", extra={"fields": {"why": str(fault)}})

    def _may_take(self, spec: LeaseSpec, held: Document, now: datetime) -> bool:
        if spec.holder_identity in {"", None, self._identity}:
            return True
        if self._seen is None or self._seen[0] != held.revision:
            self._seen = (held.revision, now)
        # Clocks of two machines differ: what counts is how long nothing was heard of the holder,
        # or, where that is not known yet, what it said itself.
        lasts = timedelta(seconds=spec.lease_duration_seconds or 0)
        silent = now - self._seen[1]
        return silent >= lasts or now - _said(spec) >= 2 * lasts

    async def _create(self, now: datetime) -> bool:
        metadata = ObjectMeta(name=self._place.name, namespace=self._place.namespace)
        lease = Lease(metadata=metadata, spec=self._ours(LeaseSpec(), now))
        try:
            await self._api.create(self._place.named(""), content_of(lease, LEASE), _AS_IS)
        except AlreadyExists:
            return False
        return True

    def _ours(self, spec: LeaseSpec, now: datetime) -> LeaseSpec:
        is_ours = spec.holder_identity == self._identity
        return replace(
            spec,
            holder_identity=self._identity,
            lease_duration_seconds=int(self._terms.lasts.total_seconds()),
            acquire_time=spec.acquire_time if is_ours else to_micro(now),
            renew_time=to_micro(now),
            lease_transitions=(spec.lease_transitions or 0) + (not is_ours),
        )


async def _done(work: Callable[[], Awaitable[None]]) -> None:
    await work()


def _said(spec: LeaseSpec) -> datetime:
    """When a holder last said that it is there."""
    try:
        return parse(spec.renew_time)
    except BadRequest:
        return datetime.min.replace(tzinfo=UTC)
