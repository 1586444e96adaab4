"""What an OpenID Connect provider says of itself, and its public keys: found, kept, asked for anew.

A token that names a key we do not have makes us ask again, and no more often than every few
seconds, so that nobody can make us ask by sending nonsense. While a provider does not answer, the
keys that it had are good for a while; so is where it lets people in.

Source: OpenID Connect Discovery 1.0; RFC 7517.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from slipcast.adapters.identity.providerline import ProviderLine, Strange
from slipcast.ports.clock import Clock
from slipcast.values.apifaults import Unavailable

log = logging.getLogger("slipcast.identity")

PLACE: Final = "/.well-known/openid-configuration"
AGAIN: Final = timedelta(seconds=10)
"""Until a provider is asked again."""
FRESH: Final = timedelta(hours=1)
"""For which keys are taken without asking."""
STALE: Final = timedelta(hours=12)
"""For which keys are taken of a provider that does not answer."""


class ProviderKeys:
    """The keys of one provider."""

    def __init__(self, issuer: str, line: ProviderLine, clock: Clock) -> None:
        self._issuer = issuer
        self._clock = clock
        self._line = line
        self._about: Mapping[str, Any] = {}
        self._keys: KeySet | None = None
        self._found: datetime | None = None
        self._asked: datetime | None = None
        self._turn = asyncio.Lock()

    async def about(self) -> Mapping[str, Any]:
        """What the provider says of itself.

        Errors: Unavailable.
        """
        await self.of("")
        return self._about

    async def of(self, kid: str) -> KeySet:
        """The keys, among which the named one is if the provider has it.

        Errors: Unavailable.
        """
        if not self._has(kid):
            async with self._turn:
                if not self._has(kid) and self._may_ask():
                    await self._ask()
        now = self._clock.now()
        if self._keys is None or self._found is None or now > self._found + STALE:
            raise Unavailable("the identity provider does not answer", retry_after=AGAIN.seconds)
        return self._keys

    def _has(self, kid: str) -> bool:
        if self._keys is None or self._found is None or self._clock.now() > self._found + FRESH:
            return False
        return not kid or any(key.kid == kid for key in self._keys.keys)

    def _may_ask(self) -> bool:
        return self._asked is None or self._clock.now() >= self._asked + AGAIN

    async def _ask(self) -> None:
        self._asked = self._clock.now()
        try:
            about = await self._asked_about()
            self._keys = _keys(await self._line.document(str(about.get("jwks_uri", ""))))
            self._about, self._found = about, self._clock.now()
        except Strange as wrong:
            fields = {"issuer": self._issuer, "why": str(wrong)}
            log.warning("provider.silent", extra={"fields": fields})

    async def _asked_about(self) -> Mapping[str, Any]:
        about = await self._line.document(self._issuer.rstrip("/") + PLACE)
        if about.get("issuer") != self._issuer:
            raise Strange("it says that it is another issuer")
        return about


def _keys(document: dict[str, Any]) -> KeySet:
    """The keys of a set that signatures can be checked with; others are left out."""
    found = []
    for each in document.get("keys") or ():
        if not isinstance(each, dict) or each.get("use", "sig") != "sig":
            continue
        if each.get("kty") not in {"RSA", "EC"}:
            continue
        try:
            found += KeySet.import_key_set({"keys": [each]}).keys
        except (JoseError, ValueError, TypeError):
            continue
    if not found:
        raise Strange("it has no key that we know to use")
    return KeySet(found)
