"""Blobs of a repository: looked at, read whole or in part, taken away."""

from __future__ import annotations

from starlette.responses import Response

from slipcast.registry.faults import UNSUPPORTED, RegistryFault
from slipcast.registry.parts import Call, Parts


async def read(parts: Parts, call: Call) -> Response:
    """To come."""
    del parts, call
    raise RegistryFault(UNSUPPORTED, "not there yet")


async def head(parts: Parts, call: Call) -> Response:
    """To come."""
    del parts, call
    raise RegistryFault(UNSUPPORTED, "not there yet")


async def remove(parts: Parts, call: Call) -> Response:
    """To come."""
    del parts, call
    raise RegistryFault(UNSUPPORTED, "not there yet")
