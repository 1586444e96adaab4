"""Sweeps beside pushes: whatever of a push was acknowledged is whole afterwards."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from msgspec.structs import replace

from slipcast.adapters.blobs import opened
from slipcast.ports.api import Api
from slipcast.registry.app import Registry
from slipcast.registry.parts import Parts
from slipcast.registry.sweeping import Options, sweep
from slipcast.values.digest import Digest
from unit.registry.conftest import ANNA, BASE, SPACE, basic, bind
from unit.registry.test_belonging import OCI, descriptor
from unit.registry.test_uploads import have
from unit.store.conftest import StandingClock

pytestmark = pytest.mark.anyio

PUSHERS = 4
LAYERS = 6
CONFIG = b"{}"


@pytest.fixture
def kept(parts: Parts, clock: StandingClock, tmp_path: Path) -> Parts:
    """The registry, with content in a directory."""
    blobs, links = opened(tmp_path / "registry", clock, reserve=0)
    return replace(parts, blobs=blobs, links=links)


@pytest.fixture
async def pushing(kept: Parts, api: Api) -> AsyncIterator[httpx.AsyncClient]:
    await bind(api, "system:image-builder", "User", "anna")
    transport = httpx.ASGITransport(app=Registry(kept))
    headers = basic(*ANNA)
    async with httpx.AsyncClient(transport=transport, base_url=BASE, headers=headers) as client:
        yield client


async def sent(client: httpx.AsyncClient, repository: str, content: bytes) -> Digest:
    """A blob that is sent unless it is there."""
    digest = Digest.of(content)
    if (await client.head(f"/v2/{repository}/blobs/{digest}")).status_code != 200:
        where = f"/v2/{repository}/blobs/uploads/"
        await client.post(where, params={"digest": str(digest)}, content=content)
    return digest


async def pushed(client: httpx.AsyncClient, repository: str, layers: list[bytes]) -> set[Digest]:
    """All that an image consists of, when its push was acknowledged."""
    config = await sent(client, repository, CONFIG)
    digests = [await sent(client, repository, layer) for layer in layers]
    body = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": f"{OCI}.manifest.v1+json",
            "config": descriptor(config, "config.v1+json", len(CONFIG)),
            "layers": [
                descriptor(digest, size=len(layer))
                for digest, layer in zip(digests, layers, strict=True)
            ],
        }
    )
    kind = {"content-type": f"{OCI}.manifest.v1+json"}
    answer = await client.put(f"/v2/{repository}/manifests/1", content=body, headers=kind)
    assert answer.status_code in {201, 404}
    return {config, *digests, Digest.of(body.encode())} if answer.status_code == 201 else set()


async def test_what_was_acknowledged_beside_sweeps_is_whole(
    kept: Parts, pushing: httpx.AsyncClient, clock: StandingClock
) -> None:
    layers = [b"layer %d" % number for number in range(LAYERS)]
    repositories = [f"{SPACE}/app{number}" for number in range(PUSHERS)]
    for repository in repositories:
        for layer in layers:
            await have(kept, repository, layer)
    # All of it is garbage by now, and some of it is relied on again.
    clock.moment += timedelta(hours=9)

    async def sweeping() -> set[Digest]:
        for _ in range(10):
            await sweep(kept, Options(keep_younger_than_seconds=3600))
        return set()

    *acknowledged, _ = await asyncio.gather(
        *(pushed(pushing, each, layers) for each in repositories), sweeping()
    )
    clock.moment += timedelta(days=9)
    await sweep(kept, Options())

    there = {info.digest async for info in kept.blobs.blobs()}
    expected: set[Digest] = set().union(*acknowledged)
    assert acknowledged != [set()] * PUSHERS
    assert there == expected
