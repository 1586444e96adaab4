"""Who asks the registry: passes, tokens and passwords, or nobody in particular (IS-111)."""

from __future__ import annotations

from starlette.requests import Request

from slipcast.registry.parts import Parts
from slipcast.values.actor import ANONYMOUS, Actor


async def identified(parts: Parts, request: Request, name: str) -> Actor:
    """Who asks.

    Errors: RegistryFault UNAUTHORIZED with a challenge.
    """
    del parts, request, name
    return ANONYMOUS
