"""Authorization codes: what a program gets by way of the browser, and trades in for a token.

A code is good once, for a moment, for the program that asked. One that gave a challenge proves with
its verifier that it is the same (PKCE); who may do without is decided in `oauthrequest`. Codes are
kept by their hash, in memory: a restart ends logins in progress.

Source: RFC 6749 section 4.1, RFC 7636.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta
from typing import Final

import msgspec

from slipcast.ports.clock import Clock
from slipcast.ports.identity import Person

LASTS: Final = timedelta(minutes=2)
MOST: Final = 10_000
VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")
CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a program has asked for, with its challenge."""

    client: str
    redirect: str
    scopes: tuple[str, ...]
    challenge: str = ""


class _Kept(msgspec.Struct, frozen=True):
    asked: Asked
    person: Person
    ends: datetime


class Codes:
    """Gives codes out and takes them back."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[bytes, _Kept] = {}

    def give(self, asked: Asked, person: Person) -> str:
        """A code for somebody who has logged in."""
        now = self._clock.now()
        if len(self._kept) >= MOST:
            self._kept = {key: each for key, each in self._kept.items() if each.ends > now}
        if len(self._kept) >= MOST:
            del self._kept[next(iter(self._kept))]
        code = secrets.token_urlsafe(32)
        self._kept[_hash(code)] = _Kept(asked, person, now + LASTS)
        return code

    def take(
        self, code: str, client: str, redirect: str, verifier: str
    ) -> tuple[Asked, Person] | None:
        """What was asked with a code, and who has logged in; None when the code is not good.

        Shape:  a code that was tried is gone, whatever came of it.
        """
        kept = self._kept.pop(_hash(code), None)
        if kept is None or kept.ends <= self._clock.now():
            return None
        asked = kept.asked
        if (asked.client, asked.redirect) != (client, redirect):
            return None
        return (asked, kept.person) if _is_proven(asked.challenge, verifier) else None


def _is_proven(challenge: str, verifier: str) -> bool:
    if not challenge:
        return not verifier
    if not VERIFIER.fullmatch(verifier):
        return False
    return hmac.compare_digest(challenge, challenge_of(verifier))


def challenge_of(verifier: str) -> str:
    """The challenge that a verifier answers (S256)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()
