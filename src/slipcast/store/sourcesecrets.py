"""The source secret of a new BuildConfig, chosen of those that who creates it may list.

Which secrets of a namespace there are to choose from is remembered for a second, as every create
asks; what this process writes is seen at once.

Source: build-lifecycle.md BL-22 to BL-24.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from slipcast.api import kinds
from slipcast.api.core import Secret
from slipcast.api.document import JSON, Document
from slipcast.builds.sourcesecrets import ANNOTATION, source_secret
from slipcast.ports.api import ListOptions, Resource
from slipcast.store.authorize import Guard
from slipcast.store.furnishing import SECRET
from slipcast.store.keys import Place
from slipcast.store.reading import Reading
from slipcast.store.rows import Rows
from slipcast.store.typed import seen
from slipcast.store.writing import Fill
from slipcast.values.faults import Fault

MARK: Final = ANNOTATION.encode()
"""What a secret must mention that matches any source: most do not, and are not read."""
REMEMBERED: Final = 1.0
"""Seconds; another process may have written a secret meanwhile."""
MOST: Final = 1000
"""Namespaces of which secrets are remembered at a time."""
CONFIG: Final = kinds.require(kinds.BUILD, "BuildConfig")
log = logging.getLogger(__name__)


class _Remembered(msgspec.Struct, frozen=True):
    """Secrets without what is secret, and until when they count."""

    secrets: tuple[Secret, ...]
    until: float


class SourceSecrets:
    """The secrets that are for sources, by namespace."""

    def __init__(self, rows: Rows, reading: Reading) -> None:
        self._reading = reading
        self._remembered: dict[str, _Remembered] = {}
        self._writes = 0
        rows.told.append(self._wrote)

    async def of(self, namespace: str) -> tuple[Secret, ...]:
        """Those of a namespace."""
        now = asyncio.get_running_loop().time()
        known = self._remembered.get(namespace)
        if known is not None and now < known.until:
            return known.secrets
        writes = self._writes
        listing = await self._reading.list(Resource(SECRET, namespace), ListOptions())
        read = (seen(SECRET, each) for each in listing.documents if MARK in each.body)
        found = tuple(replace(each, data={}, string_data={}) for each in read)
        if writes == self._writes:
            if len(self._remembered) >= MOST:
                self._remembered.clear()
            self._remembered[namespace] = _Remembered(found, now + REMEMBERED)
        return found

    def _wrote(self, place: Place, _document: Document | None, _revision: int) -> None:
        if place.kind is SECRET:
            self._writes += 1
            self._remembered.pop(place.namespace, None)


def choosing(guard: Guard, sources: SourceSecrets) -> Fill:
    """What an actor's new BuildConfigs are given; whatever goes wrong, they stay as they are."""

    async def fill(resource: Resource, content: JSON) -> JSON:
        uri = _fetched(content) if resource.kind is CONFIG else ""
        if not uri:
            return content
        try:
            await guard.check("list", Resource(SECRET, resource.namespace))
            secrets = await sources.of(resource.namespace)
            name = source_secret(uri, secrets) if secrets else ""
        except Fault as trouble:
            fields = {"namespace": resource.namespace, "why": trouble.message}
            log.info("sourcesecret.unknown", extra={"fields": fields})
            return content
        return _with_secret(content, name) if name else content

    return fill


def _fetched(content: JSON) -> str:
    """The repository of a BuildConfig that names no secret for it; empty otherwise."""
    source = _at(_at(content, "spec"), "source")
    if source.get("sourceSecret") is not None:
        return ""
    uri = _at(source, "git").get("uri")
    return uri if isinstance(uri, str) else ""


def _with_secret(content: JSON, name: str) -> JSON:
    source = {**content["spec"]["source"], "sourceSecret": {"name": name}}
    return {**content, "spec": {**content["spec"], "source": source}}


def _at(content: Any, field: str) -> JSON:
    found = content.get(field)
    return found if isinstance(found, dict) else {}
