"""The servers of one database: each says that it is there, and where the others reach it.

Each has a lease of its own in `kube-system`, which it renews; who was not heard of for long enough
is gone. They share a word, kept as a Secret, by which they know each other.

Source: Kubernetes, node leases.
"""

from __future__ import annotations

import base64
import logging
import secrets
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from slipcast.api import kinds
from slipcast.api.coordination import Lease, LeaseSpec
from slipcast.api.document import Document
from slipcast.api.lens import content_of, overlay, read
from slipcast.api.meta import ObjectMeta
from slipcast.ports.api import Api, DeleteOptions, ListOptions, Resource, WriteOptions
from slipcast.ports.clock import Clock
from slipcast.values.apifaults import AlreadyExists, ApiFault, Conflict, NotFound
from slipcast.values.faults import PortFault
from slipcast.values.instant import to_micro
from slipcast.values.sensitive import Sensitive

log = logging.getLogger("slipcast.controllers.servers")

LEASE: Final = kinds.require(kinds.COORDINATION, "Lease")
SECRET: Final = kinds.require(kinds.CORE, "Secret")
SPACE: Final = "kube-system"
LABEL: Final = "slipcast.io/server"
ADDRESS: Final = "slipcast.io/address"
AUTHORITY: Final = "slipcast.io/authority"
WORD: Final = Resource(SECRET, SPACE, "slipcast-peers")

RENEWED: Final = timedelta(seconds=10)
LASTS: Final = timedelta(minutes=5)
"""How long nothing may be heard of a server until others care for what it was to run."""

FORGOTTEN: Final = timedelta(days=1)
"""How long nothing may be heard of a server until its lease goes; one that comes makes it anew."""

_AS_IS: Final = WriteOptions(validation="Ignore")
_BYTES: Final = 32


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where a server is reached: its name, its URL, and the certificate that vouches for it."""

    name: str
    address: str
    authority: str


class Servers:
    """This server among the others."""

    def __init__(self, api: Api, clock: Clock, own: Address) -> None:
        self._api = api
        self._clock = clock
        self._own = own
        self._began = clock.now()
        self._heard: dict[str, tuple[str, datetime]] = {}
        self._others: dict[str, Address] = {}
        self._word: Sensitive | None = None

    async def run(self) -> None:
        """Say that we are there, and hear of the others, for ever."""
        while True:
            await self.look()
            await self._clock.until(self._clock.now() + RENEWED)

    async def look(self) -> None:
        """Say it once, and hear once."""
        try:
            await self._say()
            await self._hear()
        except (ApiFault, PortFault) as fault:
            log.warning("servers.unheard", extra={"fields": {"why": fault.message}})

    async def present(self) -> tuple[Address, ...]:
        """The others, also those that have come just now: a few rows, for who misses something."""
        try:
            await self._hear()
        except (ApiFault, PortFault) as fault:
            log.warning("servers.unheard", extra={"fields": {"why": fault.message}})
        return self.others()

    def others(self) -> tuple[Address, ...]:
        """Where the others are reached that were heard of of late, in order of their names."""
        return tuple(self._others[name] for name in sorted(self._others) if self.is_there(name))

    def is_there(self, name: str) -> bool:
        """Whether a server may still be there.

        Shape:  one that nobody has heard of may be, for as long as others are waited for.
        """
        _, moment = self._heard.get(name, ("", self._began))
        return name == self._own.name or self._clock.now() - moment < LASTS

    async def word(self) -> Sensitive:
        """What all of them know, and nobody else.

        Errors: ApiFault.
        """
        if self._word is None:
            self._word = Sensitive(await self._kept_word())
        return self._word

    async def _kept_word(self) -> str:
        try:
            return _word_of(await self._api.get(WORD))
        except NotFound:
            made = base64.b64encode(secrets.token_urlsafe(_BYTES).encode()).decode()
            content: dict[str, Any] = {
                "metadata": {"name": WORD.name, "namespace": SPACE},
                "type": "Opaque",
                "data": {"word": made},
            }
            try:
                return _word_of((await self._api.create(WORD.named(""), content)).document)
            except AlreadyExists:
                return _word_of(await self._api.get(WORD))

    async def _say(self) -> None:
        place, now = Resource(LEASE, SPACE, f"server-{self._own.name}"), self._clock.now()
        try:
            held = await self._api.get(place)
        except NotFound:
            lease = self._renewed(Lease(metadata=ObjectMeta(name=place.name, namespace=SPACE)), now)
            await self._api.create(place.named(""), content_of(lease, LEASE), _AS_IS)
            return
        was = read(held, Lease)
        try:
            content = overlay(held.content, was, self._renewed(was, now))
            await self._api.update(place, content, _AS_IS)
        except Conflict:
            # Somebody wrote it; it is said again soon.
            return

    def _renewed(self, lease: Lease, now: datetime) -> Lease:
        metadata = replace(
            lease.metadata,
            labels={**lease.metadata.labels, LABEL: self._own.name},
            annotations={
                **lease.metadata.annotations,
                ADDRESS: self._own.address,
                AUTHORITY: self._own.authority,
            },
        )
        spec = LeaseSpec(
            holder_identity=self._own.name,
            lease_duration_seconds=int(LASTS.total_seconds()),
            acquire_time=lease.spec.acquire_time or to_micro(now),
            renew_time=to_micro(now),
        )
        return replace(lease, metadata=metadata, spec=spec)

    async def _hear(self) -> None:
        now = self._clock.now()
        page = await self._api.list(Resource(LEASE, SPACE), ListOptions(labels=LABEL))
        for document in page.documents:
            lease = read(document, Lease)
            name = lease.metadata.labels.get(LABEL, "")
            if name == self._own.name:
                continue
            said, _ = self._heard.get(name, ("", now))
            if said != lease.spec.renew_time:
                # Clocks of two machines differ: what counts is when we heard of it.
                self._heard[name] = (lease.spec.renew_time, now)
            self._others[name] = _address(name, lease.metadata.annotations)
            if now - self._heard[name][1] >= FORGOTTEN:
                await self._forget(name, lease.metadata)

    async def _forget(self, name: str, lease: ObjectMeta) -> None:
        """Take away what a server that is gone has left, unless it speaks just now."""
        options = DeleteOptions(uid=lease.uid, resource_version=lease.resource_version)
        with suppress(NotFound, Conflict):
            await self._api.delete(Resource(LEASE, SPACE, lease.name), options)
            del self._heard[name], self._others[name]


def _address(name: str, said: Mapping[str, str]) -> Address:
    return Address(name=name, address=said.get(ADDRESS, ""), authority=said.get(AUTHORITY, ""))


def _word_of(document: Document) -> str:
    return base64.b64decode(document.content["data"]["word"]).decode()
