"""JSON web tokens before anybody believes them: whose they claim to be, and their times.

What is read here without a signature only decides who looks at the token.

Source: RFC 7519.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from slipcast.values.apifaults import Unauthorized

SKEW: Final = 30
"""Seconds by which the clocks of two machines may differ."""
PARTS: Final = 3


class Forged(Exception):
    """A token whose signature is not the key's."""


def issuer_of(token: str) -> str:
    """Who a token claims to be from; empty when it is no token of this form."""
    return _field(token, 1, "iss")


def key_of(token: str) -> str:
    """Which key a token claims to be signed with; empty when it does not say."""
    return _field(token, 0, "kid")


def _field(token: str, part: int, name: str) -> str:
    parts = token.split(".")
    if len(parts) != PARTS:
        return ""
    try:
        content = msgspec.json.decode(_decoded(parts[part]))
    except (ValueError, binascii.Error):
        return ""
    value = content.get(name) if isinstance(content, dict) else None
    return value if isinstance(value, str) else ""


def check_times(claims: Mapping[str, Any], now: datetime, *, must_expire: bool) -> None:
    """Nothing, when a token is good at that moment.

    Errors: Unauthorized.
    """
    moment = now.timestamp()
    expires, begins = _seconds(claims, "exp"), _seconds(claims, "nbf")
    if expires is None and must_expire:
        raise Unauthorized("Unauthorized")
    if expires is not None and moment >= expires + SKEW:
        raise Unauthorized("the token has expired")
    if begins is not None and moment < begins - SKEW:
        raise Unauthorized("the token is not good yet")


def audiences_of(claims: Mapping[str, Any]) -> frozenset[str]:
    """For whom a token is."""
    given = claims.get("aud", ())
    return frozenset([given] if isinstance(given, str) else map(str, given or ()))


def seconds_of(moment: datetime) -> int:
    """A moment as tokens have it."""
    return int(moment.astimezone(UTC).timestamp())


def _seconds(claims: Mapping[str, Any], name: str) -> float | None:
    """Errors: Unauthorized for a time that is none."""
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unauthorized("Unauthorized")
    return float(value)


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
