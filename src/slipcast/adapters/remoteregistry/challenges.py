"""Who we are to a registry: which login fits, what it wants to hear, and tokens until they expire.

Nothing is said before it is asked for, and a login is only told to the registry it is for, and to
whoever gives out tokens in its name.

Source: RFC 7235; token authentication of registries; docker login's names of Docker Hub.
"""

from __future__ import annotations

import base64
import re
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar
from urllib.parse import urlencode, urlsplit, urlunsplit

import msgspec

from slipcast.ports.distribution import Login
from slipcast.values import registrykeys
from slipcast.values.imageref import ImageRef
from slipcast.values.sensitive import Sensitive

MOST_LOGINS: Final = 20
"""Logins for one image that are tried."""

_SCHEME: Final = re.compile(r"\b(bearer|basic)\b", re.IGNORECASE)
_PARAMETER: Final = re.compile(r'([A-Za-z_]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
_LONGEST: Final = 8192
_SHORTEST_LIFE: Final = 60
_LONGEST_LIFE: Final = 3600
_MARGIN: Final = 5
_KEPT: Final = 1000

K = TypeVar("K")


class Challenge(msgspec.Struct, frozen=True, kw_only=True):
    """What a registry wants to hear.

    Shape:  scheme is bearer or basic; realm, service and scope are those of a bearer's.
    """

    scheme: str
    realm: str = ""
    service: str = ""
    scope: str = ""


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """What is said to a registry, and until when that holds."""

    authorization: Sensitive
    until: datetime


class _Given(msgspec.Struct, frozen=True):
    """What a token server answers."""

    token: str = ""
    access_token: str = ""
    expires_in: int | float | None = None


class Tokens(Generic[K]):
    """Tokens by what they are for; the oldest are forgotten first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[K, Token] = OrderedDict()

    def get(self, key: K, now: datetime) -> str:
        """What is to be said, empty where nothing is known that still holds."""
        found = self._kept.get(key)
        if found is None or found.until <= now:
            self._kept.pop(key, None)
            return ""
        return found.authorization.reveal()

    def keep(self, key: K, token: Token) -> None:
        """Know a token."""
        self._kept[key] = token
        self._kept.move_to_end(key)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)

    def drop(self, key: K) -> None:
        """Forget a token that does not hold."""
        self._kept.pop(key, None)


def challenge_of(headers: list[str]) -> Challenge | None:
    """What a registry wants to hear: a token rather than a password; None when it does not say."""
    text = ", ".join(headers)[:_LONGEST]
    found: dict[str, Challenge] = {}
    starts = list(_SCHEME.finditer(text))
    for number, start in enumerate(starts):
        end = starts[number + 1].start() if number + 1 < len(starts) else len(text)
        parameters = {
            name.lower(): re.sub(r"\\(.)", r"\1", quoted) or bare
            for name, quoted, bare in _PARAMETER.findall(text[start.end() : end])
        }
        scheme = start[1].lower()
        found.setdefault(
            scheme,
            Challenge(
                scheme=scheme,
                realm=parameters.get("realm", ""),
                service=parameters.get("service", ""),
                scope=parameters.get("scope", ""),
            ),
        )
    return found.get("bearer") or found.get("basic")


def token_url(challenge: Challenge, image: ImageRef) -> str:
    """Where a token to pull an image is asked for; empty when that is no place on the web."""
    try:
        realm = urlsplit(challenge.realm)
        is_place = realm.scheme in {"http", "https"} and bool(realm.hostname)
    except ValueError:
        return ""
    if not is_place or "@" in realm.netloc:
        return ""
    scope = challenge.scope or f"repository:{image.repository}:pull"
    asked = {"service": challenge.service, "scope": scope}
    query = urlencode({name: value for name, value in asked.items() if value})
    query = f"{realm.query}&{query}" if realm.query else query
    return urlunsplit((realm.scheme, realm.netloc, realm.path, query, ""))


def token_of(body: bytes, now: datetime) -> Token | None:
    """The token that was given; None when there is none in the answer.

    Units:  a token that does not say how long it holds, holds a minute.
    """
    try:
        given = msgspec.json.decode(body, type=_Given)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    token = given.token or given.access_token
    if not token or not token.isascii() or not token.isprintable():
        return None
    life = min(max(given.expires_in or 0, _SHORTEST_LIFE), _LONGEST_LIFE)
    return Token(
        authorization=Sensitive(f"Bearer {token}"),
        until=now + timedelta(seconds=life - _MARGIN),
    )


def basic(login: Login) -> str:
    """A login as it is told."""
    text = f"{login.user}:{login.password.reveal()}"
    return f"Basic {base64.b64encode(text.encode()).decode()}"


def fitting(image: ImageRef, logins: tuple[Login, ...]) -> tuple[Login, ...]:
    """The logins for the repository of an image, in the order in which they are tried.

    Shape:  that for the longest path first, each once.
    """
    ours = dict.fromkeys(logins)
    places = dict.fromkeys(registrykeys.fitting({each.place: None for each in ours}, image))
    found = (each for place in places for each in ours if each.place == place)
    return tuple(found)[:MOST_LOGINS]
