"""The token endpoint: passes for those who say who they are (IS-111)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from slipcast.registry.faults import UNSUPPORTED, RegistryFault
from slipcast.registry.parts import Parts


async def answer(parts: Parts, request: Request) -> Response:
    """A pass."""
    del parts, request
    raise RegistryFault(UNSUPPORTED, "not there yet")
