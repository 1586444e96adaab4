"""The doors of the server: every way to say who asks, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, Final

from slipcast.adapters.identity.chain import ACCOUNTS, Chain
from slipcast.adapters.identity.oauthtokens import AccessTokens
from slipcast.adapters.identity.openid import OpenId
from slipcast.adapters.identity.passwords import Passwords
from slipcast.adapters.identity.relying import RelyingParty, secret_of
from slipcast.adapters.identity.serviceaccounts import Issuing, ServiceAccounts
from slipcast.adapters.identity.signing import SigningKey
from slipcast.adapters.identity.x509 import ClientCertificates
from slipcast.api.document import Document
from slipcast.ports.clock import Clock
from slipcast.ports.daemon import Identification
from slipcast.ports.identity import Authenticator, Credentials, Provider
from slipcast.store.keys import Place
from slipcast.store.store import SERVER, Store
from slipcast.store.tending import tended
from slipcast.values import usernames
from slipcast.values.actor import Actor
from slipcast.values.sensitive import Sensitive

_LOCKING_OUT: Final = frozenset({"OAuthAccessToken", "Pod", "Secret", "ServiceAccount", "User"})
"""Kinds whose end may lock somebody out."""
_CHANGING: Final = frozenset({"Secret", "User"})
"""Those of them whose change may, too, or say something else of them."""


class Doors:
    """Lets in who is known."""

    def __init__(self, key: Path, authority: bytes, wanted: Identification) -> None:
        """Keep the key of service accounts' tokens in a file; authority vouches for the server.

        Errors: HostFault; InvalidFault.
        """
        self._wanted = wanted
        self._key = SigningKey.at(key)
        self._chain = Chain(())
        self._clock: Clock | None = None
        self._people: AccessTokens | None = None
        self._openid: OpenId | None = None
        self.provider: Provider | None = None
        """Where people log in with a browser, beside a password."""
        self.issuer = Issuing(self._key, authority, wanted.registries)

    def opened(self, store: Store, clock: Clock) -> Chain:
        """Everybody that can be known over a store; told of what is written to it.

        Errors: InvalidFault.
        """
        api, wanted = store.as_(SERVER), self._wanted
        self._people = AccessTokens(api, clock)
        members: list[Authenticator] = [
            ClientCertificates(),
            ServiceAccounts(self._key, api, clock),
            self._people,
        ]
        if wanted.oidc_issuer:
            self._openid = OpenId(wanted, clock)
            members.append(self._openid)
            secret = secret_of(wanted)
            if secret is not None:
                self.provider = RelyingParty(self._openid, wanted, secret)
        if wanted.htpasswd is not None:
            members.append(Passwords(wanted.htpasswd, api, clock))
        self._chain = Chain(members)
        store.tell(self._wrote)
        self._clock = clock
        return self._chain

    @property
    def has_passwords(self) -> bool:
        """Whether anybody is known by a password."""
        return self._wanted.htpasswd is not None

    def background(self) -> Sequence[Coroutine[Any, Any, None]]:
        """The work beside requests, each for ever, whatever happens to it."""
        if self._people is None or self._clock is None:
            return ()
        return (tended("tokens", self._people.sweep, self._clock),)

    async def close(self) -> None:
        """Let go of connections."""
        if self._openid is not None:
            await self._openid.close()

    async def known(self, token: str, audience: str) -> Actor | None:
        """Who a token stands for, as a review asks."""
        ours = audience == self.issuer.audience
        credentials = Credentials(bearer=Sensitive(token), audience="" if ours else audience)
        return await self._chain.authenticate(credentials)

    def _wrote(self, place: Place, document: Document | None, revision: int) -> None:
        del revision
        name = place.kind.name
        if name not in _LOCKING_OUT or (document is not None and name not in _CHANGING):
            return
        if place.namespace:
            self._chain.forget(f"{ACCOUNTS}{place.namespace}")
        else:
            self._chain.forget(usernames.read(place.name) if name == "User" else "")
