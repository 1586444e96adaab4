"""FakeEntrance: a login that knows the passwords a test tells it."""

from __future__ import annotations

from dataclasses import dataclass, field

from slipcast.api.kubeconfig import Access
from slipcast.values.apifaults import Unauthorized
from slipcast.values.sensitive import Sensitive


@dataclass(slots=True, kw_only=True)
class FakeEntrance:
    """A login in memory.

    Shape:  passwords are by user; ways holds the servers that were asked.
    """

    passwords: dict[str, str] = field(default_factory=dict)
    ways: list[Access] = field(default_factory=list)

    async def token(self, way: Access, user: str, password: Sensitive) -> str:
        """A token that says whose it is.

        Errors: Unauthorized.
        """
        self.ways.append(way)
        if self.passwords.get(user) != password.reveal():
            raise Unauthorized("Unauthorized")
        return f"token-of-{user}"
