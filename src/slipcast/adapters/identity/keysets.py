"""The public keys of an OpenID Connect provider: found, kept, and asked for anew.

A token that names a key we do not have makes us ask again, and no more often than every few
seconds, so that nobody can make us ask by sending nonsense. While a provider does not answer, the
keys that it had are good for a while.

Source: OpenID Connect Discovery 1.0; RFC 7517.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from slipcast.ports.clock import Clock
from slipcast.values.apifaults import Unavailable
from slipcast.values.faults import FieldError, InvalidFault

log = logging.getLogger("slipcast.identity")

PLACE: Final = "/.well-known/openid-configuration"
PATIENCE: Final = 10.0
"""Seconds a provider may take."""
LARGEST: Final = 1024 * 1024
"""Bytes of an answer."""
AGAIN: Final = timedelta(seconds=10)
"""Until a provider is asked again."""
FRESH: Final = timedelta(hours=1)
"""For which keys are taken without asking."""
STALE: Final = timedelta(hours=12)
"""For which keys are taken of a provider that does not answer."""


class _Strange(Exception):
    """A provider answers what it should not."""


class ProviderKeys:
    """The keys of one provider."""

    def __init__(self, issuer: str, authority: Path | None, clock: Clock) -> None:
        """Trust the provider by an authority of its own, or by what this host trusts.

        Errors: InvalidFault.
        """
        self._issuer = issuer
        self._clock = clock
        self._http = httpx.AsyncClient(verify=_context(authority), timeout=PATIENCE)
        self._keys: KeySet | None = None
        self._found: datetime | None = None
        self._asked: datetime | None = None
        self._turn = asyncio.Lock()

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.aclose()

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
            self._keys = _keys(await self._document(await self._place()))
            self._found = self._clock.now()
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, _Strange, ValueError) as wrong:
            fields = {"issuer": self._issuer, "why": str(wrong) or type(wrong).__name__}
            log.warning("provider.silent", extra={"fields": fields})

    async def _place(self) -> str:
        """Where the provider has its keys."""
        about = await self._document(self._issuer.rstrip("/") + PLACE)
        if about.get("issuer") != self._issuer:
            raise _Strange("it says that it is another issuer")
        return str(about.get("jwks_uri", ""))

    async def _document(self, address: str) -> dict[str, Any]:
        if not address.startswith("https://"):
            raise _Strange(f"{address!r} is no https address")
        async with self._http.stream("GET", address) as answer:
            answer.raise_for_status()
            pieces, size = [], 0
            async for piece in answer.aiter_bytes():
                size += len(piece)
                if size > LARGEST:
                    raise _Strange("its answer is too large")
                pieces.append(piece)
        found = msgspec.json.decode(b"".join(pieces))
        if not isinstance(found, dict):
            raise _Strange("its answer is no object")
        return found


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
        raise _Strange("it has no key that we know to use")
    return KeySet(found)


def _context(authority: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(authority) if authority else None)
    except (OSError, ssl.SSLError) as wrong:
        what = "holds no certificates"
        error = FieldError(path="--oidc-ca-file", what=what, value=str(authority))
        raise InvalidFault((error,)) from wrong
