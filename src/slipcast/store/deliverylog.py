"""The log of deliveries: what came of the webhooks of each BuildConfig, the newest of them.

A delivery that started a build has a name that follows from what it is, so that it is there once,
however often it is sent; all others are named by chance.

Source: user-pain.md UP-15.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

from slipcast.api import kinds
from slipcast.api.build import BuildConfig
from slipcast.api.document import JSON, Document
from slipcast.api.lens import content_of
from slipcast.api.meta import ObjectMeta, OwnerReference
from slipcast.api.webhookdelivery import WebhookDelivery
from slipcast.ports.api import Resource, WriteOptions
from slipcast.ports.journal import Stale
from slipcast.store.dice import Dice
from slipcast.store.keys import Place, prefix_of
from slipcast.store.typed import seen
from slipcast.store.verbs import Verbs
from slipcast.values.apifaults import ApiFault
from slipcast.values.names import LONGEST_SUBDOMAIN, composed

DELIVERY: Final = kinds.require(kinds.SLIPCAST, "WebhookDelivery")
CONFIG: Final = kinds.require(kinds.BUILD, "BuildConfig")
STARTED: Final = "Started"
KEPT: Final = 50
"""Deliveries of one BuildConfig that are kept."""
LONGEST: Final = 1000
"""Characters of anything that others said and that is kept."""
_DIGITS: Final = 16
_WRITE: Final = WriteOptions()


class DeliveryLog:
    """Keeps what came of deliveries."""

    def __init__(self, verbs: Verbs) -> None:
        self._rows = verbs.rows
        self._writing = verbs.writing
        self._dice = Dice()

    async def find(self, config: BuildConfig, told: WebhookDelivery) -> WebhookDelivery | None:
        """The same delivery, if it has started a build before."""
        if not told.delivery_id:
            return None
        name = name_of(config, told)
        document = await self._rows.get(DELIVERY, config.metadata.namespace, name)
        found: WebhookDelivery | None = None if document is None else seen(DELIVERY, document)
        if found is None or identity(found) != identity(told):
            return None
        return found if _is_of(found, config) else None

    def content(self, config: BuildConfig, told: WebhookDelivery) -> JSON:
        """A delivery as it is to be created: named, owned, and cut to what may be kept."""
        is_once = told.outcome == STARTED and bool(told.delivery_id)
        owner = OwnerReference(
            api_version=CONFIG.api_version,
            kind=CONFIG.name,
            name=config.metadata.name,
            uid=config.metadata.uid,
        )
        metadata = ObjectMeta(
            name=name_of(config, told) if is_once else self._by_chance(config),
            namespace=config.metadata.namespace,
            owner_references=(owner,),
        )
        content = content_of(told, DELIVERY)
        cut = {
            name: value[:LONGEST] if isinstance(value, str) else value
            for name, value in content.items()
        }
        return cut | {
            "metadata": content_of(WebhookDelivery(metadata=metadata), DELIVERY)["metadata"]
        }

    async def keep(self, config: BuildConfig, told: WebhookDelivery) -> None:
        """Write a delivery down, and forget the oldest; what fails here costs nobody a build."""
        place = Resource(DELIVERY, config.metadata.namespace)
        try:
            await self._writing.create(place, self.content(config, told), _WRITE)
        except ApiFault:
            return
        await self.trim(config)

    async def trim(self, config: BuildConfig) -> None:
        """Forget all but the newest deliveries of a BuildConfig."""
        namespace = config.metadata.namespace
        prefix = prefix_of(DELIVERY, namespace) + f"{_stem(config)}-"
        page = await self._rows.page(prefix)
        found = [
            Document(DELIVERY, each.value, each.revision) for each in page.entries if each.value
        ]
        if len(found) <= KEPT:
            return
        for old in _beyond(found, config):
            try:
                await self._rows.remove(Place(DELIVERY, namespace, old.names.name), old)
            except (Stale, ApiFault):
                continue

    def _by_chance(self, config: BuildConfig) -> str:
        return _named(config, self._dice.uid().replace("-", "")[:_DIGITS])


def identity(told: WebhookDelivery) -> tuple[str, ...]:
    """What makes two deliveries the same one: forges that call each other repeat the id alone."""
    return tuple(text[:LONGEST] for text in (told.type, told.delivery_id, told.ref, told.commit))


def name_of(config: BuildConfig, told: WebhookDelivery) -> str:
    """The name of a delivery that started a build."""
    said = "\0".join((config.metadata.uid, *identity(told)))
    return _named(config, hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:_DIGITS])


def _named(config: BuildConfig, suffix: str) -> str:
    return f"{_stem(config)}-{suffix}"


def _stem(config: BuildConfig) -> str:
    """What the names of all deliveries of a BuildConfig begin with."""
    room = LONGEST_SUBDOMAIN - _DIGITS - 1
    name = config.metadata.name
    return name if len(name) <= room else composed(name, "w", room)


def _is_of(told: WebhookDelivery, config: BuildConfig) -> bool:
    return any(each.uid == config.metadata.uid for each in told.metadata.owner_references)


def _beyond(found: Iterable[Document], config: BuildConfig) -> list[Document]:
    """The deliveries of a BuildConfig that are too many, those of others of like names left out."""
    own = [each for each in found if _is_of(seen(DELIVERY, each), config)]
    return sorted(own, key=lambda each: each.revision, reverse=True)[KEPT:]
