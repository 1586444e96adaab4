"""Real registries that cannot be trusted, or are not there: what is wrong is told apart."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable

import pytest

import containers
from slipcast.adapters.clock import SystemClock
from slipcast.adapters.remoteregistry.registries import RemoteRegistries
from slipcast.ports.distribution import (
    HTTP_ONLY,
    TLS,
    UNKNOWN,
    UNREACHABLE,
    DistributionFault,
    Way,
)
from slipcast.values.imageref import ImageRef

pytestmark = pytest.mark.anyio

Registry = Callable[..., containers.Registry]


@pytest.fixture
async def reader() -> AsyncGenerator[RemoteRegistries]:
    reader = RemoteRegistries(SystemClock())
    yield reader
    await reader.close()


async def reason(reader: RemoteRegistries, host: str, *, insecure: bool = False) -> str:
    """Why a registry does not give an image."""
    with pytest.raises(DistributionFault) as caught:
        await reader.manifest(ImageRef.parse(f"{host}/shop/web:1"), Way(insecure=insecure))
    return caught.value.reason


async def test_a_registry_without_tls_is_told_up_22(reader: RemoteRegistries, registry: Registry):
    assert await reason(reader, registry().host) == HTTP_ONLY


async def test_a_certificate_that_nobody_vouches_for_is_told_up_22(
    reader: RemoteRegistries, registry: Registry
):
    assert await reason(reader, registry(tls=True).host) == TLS


@pytest.mark.parametrize("tls", [True, False])
async def test_who_does_not_mind_gets_an_answer_is_518(
    reader: RemoteRegistries, registry: Registry, *, tls: bool
):
    assert await reason(reader, registry(tls=tls).host, insecure=True) == UNKNOWN


@pytest.mark.parametrize("insecure", [True, False])
async def test_a_registry_that_is_not_there_is_told_up_22(
    reader: RemoteRegistries, *, insecure: bool
):
    host = f"127.0.0.1:{containers.a_port()}"

    assert await reason(reader, host, insecure=insecure) == UNREACHABLE
