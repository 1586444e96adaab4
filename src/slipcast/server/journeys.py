"""Journeys: logins for which a browser is elsewhere, and comes back.

What a journey is for stands in a cookie, signed and good for a moment; nothing is kept here but
which journeys have ended. Its state, nonce and verifier follow from its name and a key of this
process: a restart ends logins in progress.

Source: OpenID Connect Core 1.0, sections 3.1.2.1 and 15.5.2; RFC 6749 section 10.12.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final

import msgspec

from slipcast.ports.clock import Clock
from slipcast.ports.identity import Errand
from slipcast.server.oauthcodes import challenge_of
from slipcast.values.sensitive import Sensitive

COOKIE: Final = "__Host-login-"
LASTS: Final = timedelta(minutes=10)
LARGEST: Final = 3800
"""Bytes of a cookie, of which browsers keep 4096 with its name."""
OPEN: Final = 5
"""Journeys that one browser is on at most; the cookies of more would fill its requests."""
MOST: Final = 10_000
"""Journeys that have ended and are remembered."""
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{22}")


class Journey(msgspec.Struct, frozen=True, kw_only=True):
    """A login on its way; query is that of the request that it is for."""

    name: str
    query: str

    @property
    def cookie(self) -> str:
        """The name of the cookie that it stands in."""
        return COOKIE + self.name


class Journeys:
    """Begins journeys and knows them again."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._ended: dict[str, float] = {}

    def begin(self, query: str) -> Journey:
        """A new journey."""
        return Journey(name=secrets.token_urlsafe(16), query=query)

    def cookie_of(self, journey: Journey) -> str:
        """What the browser keeps of a journey; empty when it is too much to be kept."""
        ends = (self._clock.now() + LASTS).timestamp()
        held = _encoded(msgspec.json.encode((ends, journey.query)))
        signed = f"{held}.{self._derived('cookie', journey.name, held)}"
        return signed if len(signed) <= LARGEST else ""

    def errand(self, journey: Journey, redirect: str) -> Errand:
        """What a provider is told of a journey, and what is kept from it until the end."""
        verifier = self._derived("verifier", journey.name)
        return Errand(
            redirect=redirect,
            state=f"{journey.name}.{self._derived('state', journey.name)}",
            nonce=self._derived("nonce", journey.name),
            challenge=challenge_of(verifier),
            verifier=Sensitive(verifier),
        )

    def ended(self, state: str, cookies: Mapping[str, str]) -> Journey | None:
        """The journey of this browser that a state is of, which is over by that.

        Shape:  None when it is none of this browser's, when it has taken too long, or when it had
                ended already.
        """
        name, _, proof = state.partition(".")
        held, _, seal = cookies.get(COOKIE + name, "").partition(".")
        if not _NAME.fullmatch(name):
            return None
        is_ours = _same(seal, self._derived("cookie", name, held))
        if not _same(proof, self._derived("state", name)) or not is_ours:
            return None
        ends, query = msgspec.json.decode(_decoded(held), type=tuple[float, str])
        now = self._clock.now().timestamp()
        if ends <= now or name in self._ended:
            return None
        self._remember(name, ends, now)
        return Journey(name=name, query=query)

    def _remember(self, name: str, ends: float, now: float) -> None:
        if len(self._ended) >= MOST:
            self._ended = {each: until for each, until in self._ended.items() if until > now}
        if len(self._ended) >= MOST:
            del self._ended[next(iter(self._ended))]
        self._ended[name] = ends

    def _derived(self, *words: str) -> str:
        """What only this process can say of some words; as good as random to everybody else."""
        said = "\0".join(words).encode()
        return _encoded(hmac.new(self._key, said, hashlib.sha256).digest())


def too_many(cookies: Iterable[str]) -> tuple[str, ...]:
    """The cookies that have to go before another journey begins: none, or those of all others."""
    others = tuple(each for each in cookies if each.startswith(COOKIE))
    return others if len(others) >= OPEN else ()


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
