"""A world with controllers in it."""

from __future__ import annotations

import pytest

from slipcast.testing.world import World


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def world() -> World:
    return await World().begin()
