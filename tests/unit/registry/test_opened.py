"""How many uploads one user may have open at once."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from msgspec.structs import replace
from typing_extensions import override

from slipcast.ports.api import Api
from slipcast.ports.blobs import UploadState
from slipcast.registry.app import Registry
from slipcast.registry.faults import RegistryFault
from slipcast.registry.opened import Opened
from slipcast.registry.parts import Parts
from slipcast.testing.blobs import MemoryBlobs
from slipcast.values.digest import Digest
from unit.registry.conftest import ANNA, BASE, SPACE, basic, bind
from unit.store.conftest import StandingClock

pytestmark = pytest.mark.anyio

UPLOADS = f"/v2/{SPACE}/app/blobs/uploads/"
REPOSITORY = f"{SPACE}/app"
EMPTY = Digest.of(b"")


@pytest.fixture
async def pushing(parts: Parts, api: Api) -> httpx.AsyncClient:
    """Somebody who may push, and have one upload open."""
    await bind(api, "system:image-builder", "User", "anna")
    app = Registry(replace(parts, opened=Opened(most=1)))
    transport = httpx.ASGITransport(app=app)
    return httpx.AsyncClient(transport=transport, base_url=BASE, headers=basic(*ANNA))


async def test_who_has_too_many_open_is_to_come_again(pushing: httpx.AsyncClient) -> None:
    await pushing.post(UPLOADS)

    answer = await pushing.post(UPLOADS)

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")


async def test_what_is_ended_counts_no_longer(pushing: httpx.AsyncClient) -> None:
    begun = await pushing.post(UPLOADS)
    await pushing.put(begun.headers["location"], params={"digest": str(EMPTY)})

    assert (await pushing.post(UPLOADS)).status_code == 202


async def test_what_is_cancelled_counts_no_longer(pushing: httpx.AsyncClient) -> None:
    begun = await pushing.post(UPLOADS)
    await pushing.delete(begun.headers["location"])

    assert (await pushing.post(UPLOADS)).status_code == 202


@pytest.mark.parametrize("digest", [Digest.of(b"x"), EMPTY])
async def test_what_is_sent_at_once_counts_no_longer_right_or_wrong(
    pushing: httpx.AsyncClient, digest: Digest
) -> None:
    await pushing.post(UPLOADS, params={"digest": str(digest)}, content=b"x")

    assert (await pushing.post(UPLOADS)).status_code == 202


async def test_what_is_not_what_its_digest_names_is_over(pushing: httpx.AsyncClient) -> None:
    begun = await pushing.post(UPLOADS)
    await pushing.put(begun.headers["location"], params={"digest": str(EMPTY)}, content=b"x")

    assert (await pushing.post(UPLOADS)).status_code == 202


async def test_what_others_have_ended_is_found_out(blobs: MemoryBlobs) -> None:
    opened = Opened(most=1)
    upload = await opened.begin(blobs, "anna", REPOSITORY)
    await blobs.abort(upload.id)

    again = await opened.begin(blobs, "anna", REPOSITORY)

    assert again.id != upload.id


async def test_each_user_has_as_many(blobs: MemoryBlobs) -> None:
    opened = Opened(most=1)
    await opened.begin(blobs, "anna", REPOSITORY)

    await opened.begin(blobs, "ben", REPOSITORY)

    assert set(opened.known) == {"anna", "ben"}


class Slow(MemoryBlobs):
    """Blobs whose uploads begin when they are let."""

    def __init__(self, clock: StandingClock) -> None:
        super().__init__(clock)
        self.let = asyncio.Event()

    @override
    async def begin(self, repository: str) -> UploadState:
        await self.let.wait()
        return await super().begin(repository)


async def test_those_that_begin_at_the_same_time_are_counted(clock: StandingClock) -> None:
    opened, blobs = Opened(most=1), Slow(clock)
    first = asyncio.create_task(opened.begin(blobs, "anna", REPOSITORY))
    await asyncio.sleep(0)

    with pytest.raises(RegistryFault):
        await opened.begin(blobs, "anna", REPOSITORY)

    blobs.let.set()
    assert (await first).repository == REPOSITORY


async def test_what_begins_for_somebody_who_is_gone_is_counted(clock: StandingClock) -> None:
    opened, blobs = Opened(most=1), Slow(clock)
    gone = asyncio.create_task(opened.begin(blobs, "anna", REPOSITORY))
    await asyncio.sleep(0)
    gone.cancel()
    blobs.let.set()
    await asyncio.wait([gone])

    with pytest.raises(RegistryFault):
        await opened.begin(blobs, "anna", REPOSITORY)
