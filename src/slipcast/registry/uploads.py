"""Uploads: whole, in pieces, gone on with, and blobs mounted from other repositories."""

from __future__ import annotations

from starlette.responses import Response

from slipcast.registry.faults import UNSUPPORTED, RegistryFault
from slipcast.registry.parts import Call, Parts


async def begin(parts: Parts, call: Call) -> Response:
    """To come."""
    del parts, call
    raise RegistryFault(UNSUPPORTED, "not there yet")


async def state(parts: Parts, call: Call) -> Response:
    """To come."""
    del parts, call
    raise RegistryFault(UNSUPPORTED, "not there yet")


async def append(parts: Parts, call: Call) -> Response:
    """To come."""
    del parts, call
    raise RegistryFault(UNSUPPORTED, "not there yet")


async def finish(parts: Parts, call: Call) -> Response:
    """To come."""
    del parts, call
    raise RegistryFault(UNSUPPORTED, "not there yet")


async def abort(parts: Parts, call: Call) -> Response:
    """To come."""
    del parts, call
    raise RegistryFault(UNSUPPORTED, "not there yet")
