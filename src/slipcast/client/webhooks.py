"""Webhooks over HTTP. Implements Webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from slipcast.api.kubeconfig import Access
from slipcast.client.http import HttpApi
from slipcast.client.wire import Request
from slipcast.ports.api import NO_PARAMETERS
from slipcast.ports.webhooks import Answered

MOST: Final = 1 << 20
"""Bytes of an answer that are read."""


class HttpWebhooks:
    """Calls webhooks, with certificates where they are given and with no other credentials."""

    def __init__(
        self, *, timeout: float = 60, environment: Mapping[str, str] = NO_PARAMETERS
    ) -> None:
        """Shape:  environment is that in which proxies may be named.

        Units:  timeout in seconds, for any silence.
        """
        self._timeout = timeout
        self._environment = environment

    async def call(self, url: str, body: bytes, way: Access) -> Answered:
        """See the port."""
        parts = urlsplit(url)
        bare = Access(
            context=way.context,
            server=f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}",
            server_name=way.server_name,
            authority=way.authority,
            authority_file=way.authority_file,
            insecure=way.insecure,
            certificate=way.certificate,
            certificate_file=way.certificate_file,
            key=way.key,
            key_file=way.key_file,
        )
        headers = {"content-type": "application/json"}
        api = HttpApi(bare, timeout=self._timeout, environment=self._environment)
        try:
            return await api.ask(
                Request(method="POST", path=url, body=body, headers=headers), most=MOST
            )
        finally:
            await api.close()
