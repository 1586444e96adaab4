"""The Webhooks port: a webhook is called. Asynchronous. Adapter: `client.webhooks`."""

from __future__ import annotations

from typing import Protocol

import msgspec

from slipcast.api.kubeconfig import Access


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """What a webhook answered.

    Shape:  body is the beginning of what it said; location is where a redirect leads; warnings
            came beside it.
    """

    status: int
    body: bytes = b""
    location: str = ""
    warnings: tuple[str, ...] = ()


class Webhooks(Protocol):
    """Calls webhooks."""

    async def call(self, url: str, body: bytes, way: Access) -> Answered:
        """Post JSON to an http(s) URL, once; redirects are not followed.

        Shape:  of way only what verifies the server and the certificate that is shown to it count.
        Errors: PortFault when there is no answer, or no such URL can be. It names the host alone:
                the address of a webhook is a secret.
        """
        ...
