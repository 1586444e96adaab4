"""Every adapter that reads from registries elsewhere, however those are guarded."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable

import pytest

import containers
from elsewhere import GUARDS, Place, a_fake, a_real
from slipcast.adapters.clock import SystemClock
from slipcast.adapters.remoteregistry.reaching import Trust
from slipcast.adapters.remoteregistry.registries import RemoteRegistries


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=["fake", *GUARDS])
async def place(
    request: pytest.FixtureRequest, registry: Callable[..., containers.Registry]
) -> AsyncGenerator[Place]:
    """Each registry in turn."""
    if request.param == "fake":
        yield a_fake()
        return
    started = registry(**GUARDS[request.param])
    reader = RemoteRegistries(SystemClock(), trust=Trust(ca_file=started.ca_file))
    yield a_real(started, reader)
    await reader.close()
