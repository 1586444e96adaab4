"""Watches over HTTP: a frame for each change, until the client or the server has had enough.

Source: Kubernetes API concepts: efficient detection of changes, watch bookmarks, streaming lists.
"""

from __future__ import annotations

import random
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from typing import Any, Final

import msgspec

from slipcast.ports.api import Resource, WatchEvent
from slipcast.server import answers, faults, queries, tables
from slipcast.server.calls import Call
from slipcast.server.exchange import Exchange
from slipcast.server.handlers import Request
from slipcast.server.negotiate import Form
from slipcast.values.apifaults import ApiFault

SHORTEST: Final = 30 * 60.0
"""Seconds a watch lasts at least that does not say how long: then clients come again, spread."""
JSON_STREAM: Final = b"application/json"
END: Final = {"k8s.io/initial-events-end": "true"}
_NO_PARAMETERS: Final[Mapping[str, str]] = {}


class Watch:
    """A watch that has begun: what is kept of its request while nothing happens."""

    __slots__ = ("_events", "_frame", "began", "call", "exchange")

    def __init__(
        self, request: Request, events: AsyncGenerator[WatchEvent, None], began: float
    ) -> None:
        self.exchange: Exchange = request.exchange
        self.call: Call = request.call
        self.began = began
        self._events = events
        self._frame = _Framer(request.call.resource, request.form, request.parameters)

    async def follow(self) -> None:
        """Send changes as frames until the client goes, the time is up, or the server stops."""
        try:
            await self.exchange.tell(JSON_STREAM, self._events, self._frame)
        except ApiFault as fault:
            with suppress(TimeoutError):
                await self.exchange.piece(_error(fault, legacy=self.call.resource.legacy))
                await self.exchange.finish()


async def begun(request: Request, began: float) -> Watch:
    """A watch as it was asked for.

    Errors: what is wrong with the request.
    """
    resource = request.call.resource
    options = queries.watching(request.parameters, resource)
    if not options.timeout:
        timeout = SHORTEST * (1 + random.random())  # noqa: S311 -- spreads load, hides nothing
        options = msgspec.structs.replace(options, timeout=timeout)
    return Watch(request, await request.api.watch(resource, options), began)


class _Framer:
    """Makes frames for one watcher."""

    __slots__ = ("_form", "_parameters", "_resource", "_version")

    def __init__(self, resource: Resource, form: Form, parameters: Mapping[str, str]) -> None:
        self._resource = resource
        self._form = form
        self._parameters = parameters if form.shape == "table" else _NO_PARAMETERS
        self._version = answers.api_version(resource)

    def __call__(self, event: WatchEvent) -> bytes:
        document = event.document
        if event.type == "BOOKMARK":
            body = self._bookmark(event)
        elif self._form.shape == "table":
            body = tables.of_one(self._resource, document, self._parameters, self._form, again=True)
        elif self._form.shape == "partial":
            body = answers.partial(document, self._form.version)
        else:
            link = answers.link(self._resource, document)
            body = document.wire(self._version, link)
        return b'{"type":"%b","object":%b}\n' % (event.type.encode(), body)

    def _bookmark(self, event: WatchEvent) -> bytes:
        kind = self._resource.kind
        metadata: dict[str, Any] = {"resourceVersion": str(event.document.revision)}
        if event.initial_end:
            metadata["annotations"] = END
        name, version = kind.name, self._version or kind.api_version
        if self._form.shape == "table":
            return tables.empty(metadata, self._form)
        if self._form.shape == "partial":
            name, version = answers.PARTIAL, f"meta.k8s.io/{self._form.version}"
        return msgspec.json.encode({"kind": name, "apiVersion": version, "metadata": metadata})


def _error(fault: ApiFault, *, legacy: bool) -> bytes:
    return b'{"type":"ERROR","object":%b}\n' % faults.body_of(fault, legacy=legacy)
