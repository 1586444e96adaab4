"""The Authenticator port: from what a request carries to who asks. Asynchronous.

Adapters stand in `adapters.identity`: tokens, service accounts, client certificates, password
files, OpenID Connect. They are asked in turn; the first who knows answers.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from slipcast.values.actor import Actor
from slipcast.values.sensitive import Sensitive


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """What a request carries to say who asks.

    Shape:  at most one of bearer and password (with user); certificate is the client's, in DER,
            verified against our authorities already; audience is whom a token must be for, empty
            for this server; address is where the request comes from, where that is known.
    """

    bearer: Sensitive | None = None
    user: str = ""
    password: Sensitive | None = None
    certificate: bytes | None = None
    audience: str = ""
    address: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether the request says nothing about who asks."""
        return self.bearer is None and self.password is None and self.certificate is None


class Authenticator(Protocol):
    """Knows some of those who may ask."""

    async def authenticate(self, credentials: Credentials) -> Actor | None:
        """Who that is; None when this authenticator does not know.

        Errors: Unauthorized when the credentials are of this authenticator's and wrong: expired,
                revoked; TooManyRequests when somebody guesses; Unavailable when whom it asks does
                not answer.
        """
        ...
