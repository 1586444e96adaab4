"""The source secret of a new BuildConfig, chosen of those that who creates it may list.

Source: build-lifecycle.md BL-22 to BL-24.
"""

from __future__ import annotations

import logging
from typing import Any, Final

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.builds.sourcesecrets import ANNOTATION, source_secret
from slipcast.ports.api import ListOptions, Resource
from slipcast.store.authorize import Guard
from slipcast.store.furnishing import SECRET
from slipcast.store.reading import Reading
from slipcast.store.typed import seen
from slipcast.store.writing import Fill
from slipcast.values.faults import Fault

MARK: Final = ANNOTATION.encode()
"""What a secret must mention that matches any source: most do not, and are not read."""
CONFIG: Final = kinds.require(kinds.BUILD, "BuildConfig")
log = logging.getLogger(__name__)


def choosing(guard: Guard, reading: Reading) -> Fill:
    """What an actor's new BuildConfigs are given; whatever goes wrong, they stay as they are."""

    async def fill(resource: Resource, content: JSON) -> JSON:
        uri = _fetched(content) if resource.kind is CONFIG else ""
        if not uri:
            return content
        secrets = Resource(SECRET, resource.namespace)
        try:
            await guard.check("list", secrets)
            listing = await reading.list(secrets, ListOptions())
            name = source_secret(
                uri, [seen(SECRET, each) for each in listing.documents if MARK in each.body]
            )
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
