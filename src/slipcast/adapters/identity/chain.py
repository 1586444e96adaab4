"""Several authenticators as one, and what they found remembered for a moment."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Sequence
from typing import Final

from slipcast.ports.identity import Authenticator, Credentials
from slipcast.values.actor import Actor

REMEMBERED: Final = 10.0
"""Seconds for which an answer holds: so long may a token still be taken that another process has
revoked; this process is told by `forget`."""
MOST: Final = 10_000
ACCOUNTS: Final = "system:serviceaccount:"


class Chain:
    """Asks authenticators in turn; the first who knows answers. Implements Authenticator."""

    def __init__(self, members: Sequence[Authenticator]) -> None:
        self._members = tuple(members)
        self._known: dict[bytes, tuple[float, Actor]] = {}
        self._by_name: dict[str, set[bytes]] = {}
        self._looking: list[set[str]] = []
        """For each who is being looked at, who has been forgotten meanwhile."""
        # Credentials are kept as keyed digests only: memory is read by more than us.
        self._key = secrets.token_bytes(32)

    async def authenticate(self, credentials: Credentials) -> Actor | None:
        """Who that is; None when nobody knows."""
        key = _public(credentials) or self._digest(credentials)
        now = time.monotonic()
        known = self._known.get(key)
        if known is not None and now < known[0]:
            return known[1]
        gone = set[str]()
        self._looking.append(gone)
        try:
            for member in self._members:
                actor = await member.authenticate(credentials)
                if actor is not None:
                    if gone.isdisjoint({"", _whose(actor.name)}):
                        self._remember(key, now, actor)
                    return actor
        finally:
            self._looking = [each for each in self._looking if each is not gone]
        return None

    def forget(self, name: str = "") -> None:
        """Ask anew from now on who somebody is, or everybody: they have been locked out.

        Shape:  `system:serviceaccount:NAMESPACE` means all service accounts of a namespace.
        """
        for gone in self._looking:
            gone.add(name)
        if not name:
            self._known.clear()
            self._by_name.clear()
        for key in self._by_name.pop(name, ()):
            self._known.pop(key, None)

    def _remember(self, key: bytes, now: float, actor: Actor) -> None:
        if len(self._known) >= MOST:
            self._known.clear()
            self._by_name.clear()
        self._known[key] = (now + REMEMBERED, actor)
        self._by_name.setdefault(_whose(actor.name), set()).add(key)

    def _digest(self, credentials: Credentials) -> bytes:
        bearer, password = credentials.bearer, credentials.password
        parts = (
            bearer.reveal().encode() if bearer else b"",
            credentials.user.encode(),
            password.reveal().encode() if password is not None else b"",
            credentials.certificate or b"",
            credentials.audience.encode(),
        )
        whole = b"".join([len(part).to_bytes(4, "big") + part for part in parts])
        return hashlib.blake2b(whole, key=self._key, digest_size=32).digest()


def _public(credentials: Credentials) -> bytes | None:
    """What tells credentials apart that are no secret: a certificate alone; None for others.

    Shape:  no certificate is as short as a digest.
    """
    if credentials.bearer or credentials.password or credentials.user or credentials.audience:
        return None
    return credentials.certificate


def _whose(name: str) -> str:
    """By which name somebody is forgotten: service accounts by their namespace."""
    return name.rpartition(":")[0] if name.startswith(ACCOUNTS) else name
