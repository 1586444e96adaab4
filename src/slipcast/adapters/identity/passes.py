"""Passes: what registry clients get for their credentials, as signed JSON web tokens.

A pass is nobody's token but the registry's: issuer and audience are its own, so that the API takes
none, and no token of the API is a pass.

Source: RFC 7519; token authentication of the distribution project.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from slipcast.adapters.identity import tokens
from slipcast.adapters.identity.signing import SigningKey
from slipcast.adapters.identity.tokens import Forged
from slipcast.values.actor import Actor
from slipcast.values.apifaults import Unauthorized

ISSUER: Final = "https://slipcast/registry-passes"
AUDIENCE: Final = "slipcast-registry"
WHO: Final = "slipcast/actor"


class SignedPasses:
    """Makes passes of a key, and knows its own again. Implements Passes."""

    def __init__(self, key: SigningKey) -> None:
        self._key = key

    def issued(self, actor: Actor, expires: datetime) -> str:
        """A pass of an actor."""
        return self._key.signed(
            {
                "iss": ISSUER,
                "aud": AUDIENCE,
                "sub": actor.name,
                "exp": tokens.seconds_of(expires),
                "jti": str(uuid.uuid4()),
                WHO: msgspec.to_builtins(actor),
            }
        )

    def read(self, text: str, now: datetime) -> Actor | None:
        """Whose pass that is; None for what is none of ours, or is over."""
        if tokens.issuer_of(text) != ISSUER:
            return None
        try:
            claims = self._key.read(text)
            tokens.check_times(claims, now, must_expire=True)
        except (Forged, Unauthorized):
            return None
        if claims.get("iss") != ISSUER or tokens.audiences_of(claims) != {AUDIENCE}:
            return None
        return _actor(claims)


def _actor(claims: Mapping[str, Any]) -> Actor | None:
    try:
        actor = msgspec.convert(claims.get(WHO), Actor)
    except msgspec.ValidationError:
        return None
    return actor if actor.name and actor.name == claims.get("sub") else None
