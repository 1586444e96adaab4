"""The Entrance port: how somebody with a password gets a token. Asynchronous."""

from __future__ import annotations

from typing import Protocol

from slipcast.api.kubeconfig import Access
from slipcast.values.sensitive import Sensitive


class Entrance(Protocol):
    """The login of a server."""

    async def token(self, way: Access, user: str, password: Sensitive) -> str:
        """A bearer token of the user, at the server of the way; its credentials are not used.

        Errors: Unauthorized when user and password do not fit; TooManyRequests; PortFault when the
                server does not answer, or knows no such login.
        """
        ...
