"""The Deliveries port: webhooks that are delivered to this server. Asynchronous.

Adapter: the store. Who delivers shows the secret of a webhook, and need not be known otherwise.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

import msgspec

from slipcast.api.document import Document
from slipcast.ports.api import Resource
from slipcast.values.actor import Actor
from slipcast.values.sensitive import Sensitive


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """A request to the address of a webhook.

    Shape:  place is the BuildConfig; rest is what follows `webhooks/` in the path, with the secret
            in it; names of headers in lower case. The body is read when it is asked for.
    """

    actor: Actor
    place: Resource
    method: str
    rest: Sensitive
    headers: Mapping[str, str]
    body: Callable[[], Awaitable[bytes]]


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a delivery: a Build, or the reason why there is none."""

    build: Document | None = None
    message: str = ""
    warnings: tuple[str, ...] = ()


class Deliveries(Protocol):
    """Takes what is delivered."""

    async def take(self, delivery: Delivery) -> Taken:
        """Start the build that a delivery asks for.

        Errors: any ApiFault; Unauthorized for a wrong secret, whatever there is at the place, and
                as late in any case.
        """
        ...
