"""FakeEntrance: a login that knows the passwords a test tells it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from slipcast.api.kubeconfig import Access
from slipcast.values.apifaults import Unauthorized
from slipcast.values.sensitive import Sensitive


@dataclass(slots=True, kw_only=True)
class FakeEntrance:
    """A login in memory.

    Shape:  passwords are by user; ways holds the servers that were asked; at_the_browser is who
            logs in there, if anybody does.
    """

    passwords: dict[str, str] = field(default_factory=dict)
    at_the_browser: str = ""
    ways: list[Access] = field(default_factory=list)

    async def token(self, way: Access, user: str, password: Sensitive) -> str:
        """A token that says whose it is.

        Errors: Unauthorized.
        """
        self.ways.append(way)
        if self.passwords.get(user) != password.reveal():
            raise Unauthorized("Unauthorized")
        return f"token-of-{user}"

    async def browsed(self, way: Access, show: Callable[[str], None], port: int = 0) -> str:
        """A token that says whose it is.

        Errors: Unauthorized.
        """
        self.ways.append(way)
        show(f"{way.server}/oauth/authorize?port={port}")
        if not self.at_the_browser:
            raise Unauthorized("the server says 'access_denied'")
        return f"token-of-{self.at_the_browser}"
