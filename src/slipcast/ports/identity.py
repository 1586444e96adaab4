"""Who asks: the Authenticator port knows it from a request, the Provider port from a login that
somebody else has done. Asynchronous.

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


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who has logged in.

    Shape:  groups are those that whoever vouches for them names, none of the server's own;
            provider is who vouches, and known_as what they call the person: their name unless said.
    """

    name: str
    groups: tuple[str, ...] = ()
    provider: str = "htpasswd"
    known_as: str = ""


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """A login that a browser is sent to a provider for.

    Shape:  redirect is where it comes back to; state comes back with it; nonce comes back in what
            the provider says; who has the verifier that the challenge is of is who began (PKCE).
    """

    redirect: str
    state: str
    nonce: str
    challenge: str
    verifier: Sensitive


class Provider(Protocol):
    """Logs people in with a browser, elsewhere."""

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    async def place(self, errand: Errand) -> str:
        """The address that the browser is sent to.

        Errors: Unavailable when the provider does not answer, or says what it should not.
        """
        ...

    async def vouched(self, errand: Errand, code: Sensitive) -> Person:
        """Who has logged in, by the code that the browser brought back.

        Errors: Unauthorized when the code, or what it is good for, is not of that errand;
                Unavailable.
        """
        ...


class Authenticator(Protocol):
    """Knows some of those who may ask."""

    async def authenticate(self, credentials: Credentials) -> Actor | None:
        """Who that is; None when this authenticator does not know.

        Errors: Unauthorized when the credentials are of this authenticator's and wrong: expired,
                revoked; TooManyRequests when somebody guesses; Unavailable when whom it asks does
                not answer.
        """
        ...
