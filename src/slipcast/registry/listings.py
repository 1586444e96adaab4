"""Lists: the tags of a repository, all repositories, what refers to a manifest."""

from __future__ import annotations

from starlette.responses import Response

from slipcast.registry.faults import UNSUPPORTED, RegistryFault
from slipcast.registry.parts import Call, Parts


async def tags(parts: Parts, call: Call) -> Response:
    """To come."""
    del parts, call
    raise RegistryFault(UNSUPPORTED, "not there yet")


async def catalog(parts: Parts, call: Call) -> Response:
    """To come."""
    del parts, call
    raise RegistryFault(UNSUPPORTED, "not there yet")


async def referrers(parts: Parts, call: Call) -> Response:
    """To come."""
    del parts, call
    raise RegistryFault(UNSUPPORTED, "not there yet")
