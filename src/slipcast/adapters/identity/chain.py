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


class Chain:
    """Asks authenticators in turn; the first who knows answers. Implements Authenticator."""

    def __init__(self, members: Sequence[Authenticator]) -> None:
        self._members = tuple(members)
        self._known: dict[bytes, tuple[float, Actor]] = {}
        self._forgotten = 0
        # Credentials are kept as keyed digests only: memory is read by more than us.
        self._key = secrets.token_bytes(32)

    async def authenticate(self, credentials: Credentials) -> Actor | None:
        """Who that is; None when nobody knows."""
        key = self._digest(credentials)
        now = time.monotonic()
        known = self._known.get(key)
        if known is not None and now < known[0]:
            return known[1]
        before = self._forgotten
        for member in self._members:
            actor = await member.authenticate(credentials)
            if actor is not None:
                self._remember(key, now, actor, before)
                return actor
        return None

    def forget(self, beginning: str = "") -> None:
        """Ask anew from now on who they are whose name begins so: somebody has been locked out."""
        gone = [key for key, (_, actor) in self._known.items() if actor.name.startswith(beginning)]
        for key in gone:
            del self._known[key]
        self._forgotten += 1

    def _remember(self, key: bytes, now: float, actor: Actor, before: int) -> None:
        if self._forgotten != before:
            # Somebody was locked out while this one was looked at: it may be the one.
            return
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[key] = (now + REMEMBERED, actor)

    def _digest(self, credentials: Credentials) -> bytes:
        digest = hashlib.blake2b(key=self._key, digest_size=32)
        bearer, password = credentials.bearer, credentials.password
        parts = (
            bearer.reveal().encode() if bearer else b"",
            credentials.user.encode(),
            password.reveal().encode() if password is not None else b"",
            credentials.certificate or b"",
            credentials.audience.encode(),
        )
        for part in parts:
            digest.update(len(part).to_bytes(4, "big") + part)
        return digest.digest()
