"""The Issuer port: what service accounts prove themselves with. Synchronous: it only signs.

`adapters.identity.serviceaccounts` stands behind it; the store asks it whenever an account, or a
secret for one, is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from slipcast.api.document import JSON


class Account(msgspec.Struct, frozen=True):
    """A service account: its place and its uid."""

    namespace: str
    name: str
    uid: str


class Bound(msgspec.Struct, frozen=True):
    """An object without which a token is no longer good: a Pod or a Secret of the namespace."""

    kind: str
    name: str
    uid: str


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A token that is asked for.

    Shape:  audiences empty means this server.
    """

    account: Account
    audiences: tuple[str, ...]
    begins: datetime
    expires: datetime
    bound: Bound | None = None


class Issuer(Protocol):
    """Makes what service accounts prove themselves with."""

    @property
    def audience(self) -> str:
        """The audience of tokens for this server."""
        ...

    def credentials(self, account: Account) -> Sequence[JSON]:
        """The Secrets of a new service account, as objects with a name.

        Shape:  those of a registry type become its imagePullSecrets too.
        """
        ...

    def completed(self, secret: JSON, account: Account) -> JSON:
        """A token secret that somebody made by hand, with the token of the account in it."""
        ...

    def readdressed(self, secret: JSON) -> JSON:
        """A registry secret with the addresses that the registry has now.

        Shape:  the same when it has them, or was not made by us.
        """
        ...

    def token(self, wanted: Wanted) -> str:
        """A token that is good for a while."""
        ...
