"""The Entrance port: how somebody gets a token, by password or by browser. Asynchronous."""

from __future__ import annotations

from collections.abc import Callable
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

    async def browsed(self, way: Access, show: Callable[[str], None], port: int = 0) -> str:
        """A bearer token of whoever logs in with a browser, which show is given the address for.

        Shape:  the browser comes back to that port of this machine; 0 takes any that is free.
        Errors: Unauthorized when it lets nobody in; PortFault when it does not answer, knows
                no such login, the port is taken, or nobody logs in for some minutes.
        """
        ...
