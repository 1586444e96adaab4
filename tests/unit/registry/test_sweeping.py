"""Content that nobody needs is removed, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.ports.api import Api, Resource
from slipcast.registry import sweeping
from slipcast.registry.parts import Parts
from slipcast.registry.sweeping import GRACE, LEAST, Options, Report, sweep
from slipcast.testing.blobs import MemoryBlobs
from slipcast.values.apifaults import Unavailable
from slipcast.values.digest import Digest
from unit.registry.conftest import ADDRESS, ANNA, SPACE, basic, event, with_history
from unit.registry.test_belonging import WEB, index, manifest
from unit.registry.test_uploads import CONTENT, DIGEST, code_of, have
from unit.store.conftest import StandingClock

pytestmark = pytest.mark.anyio

APP = f"{SPACE}/app"
IMAGES = Resource(kinds.require(kinds.IMAGE, "Image"))
BINDINGS = Resource(kinds.require(kinds.RBAC, "ClusterRoleBinding"))
HOUR = Options(keep_younger_than_seconds=3600)
PRUNE = "/v2/_slipcast/prune"


async def recorded(api: Api, parts: Parts, image: Digest, *, with_text: bool = True) -> None:
    """An Image of a manifest that is kept."""
    body = (await parts.blobs.path(image)).read_text()
    text = {"dockerImageManifest": body} if with_text else {}
    named = {"metadata": {"name": str(image)}, "dockerImageReference": f"{ADDRESS}/{APP}@{image}"}
    await api.create(IMAGES, {**named, **text})


async def there(blobs: MemoryBlobs) -> set[Digest]:
    return {info.digest async for info in blobs.blobs()}


async def linked(parts: Parts, repository: str) -> set[Digest]:
    both = [parts.links.links(kind, repository) for kind in ("blobs", "manifests")]
    return {link.digest for links in both for link in [each async for each in links]}


@pytest.fixture
async def admin(client: httpx.AsyncClient, api: Api) -> httpx.AsyncClient:
    """Somebody who may do anything."""
    subject = {"kind": "User", "name": "anna", "apiGroup": kinds.RBAC}
    role = {"apiGroup": kinds.RBAC, "kind": "ClusterRole", "name": "cluster-admin"}
    content: JSON = {"metadata": {"name": "anna"}, "roleRef": role, "subjects": [subject]}
    await api.create(BINDINGS, content)
    client.headers.update(basic(*ANNA))
    return client


async def test_what_no_image_needs_goes_when_it_is_old(
    parts: Parts, api: Api, blobs: MemoryBlobs, clock: StandingClock
) -> None:
    del api
    await have(parts, APP)
    clock.moment += timedelta(hours=2)
    young = await have(parts, APP, b"young")

    report = await sweep(parts, HOUR)

    assert await there(blobs) == await linked(parts, APP) == {young}
    assert report == Report(
        blobs=1,
        links=1,
        bytes_won=len(CONTENT),
        blobs_kept=1,
        bytes_kept=5,
        named=(sweeping.Swept(digest=str(DIGEST), size=len(CONTENT)),),
    )


async def test_a_dry_run_says_the_same_and_removes_nothing(
    parts: Parts, api: Api, blobs: MemoryBlobs, clock: StandingClock
) -> None:
    del api
    await have(parts, APP)
    idle = await parts.blobs.begin(APP)
    clock.moment += timedelta(days=2)

    would = await sweep(parts, Options(dry_run=True))
    still = await there(blobs), await linked(parts, APP)
    did = await sweep(parts, Options())

    assert still == ({DIGEST}, {DIGEST})
    assert (await parts.links.forget_uploads(clock.now())) == ()
    assert idle.offset == 0
    assert msgspec.structs.replace(would, dry_run=False) == did
    assert (did.blobs, did.links, did.uploads) == (1, 1, 1)


@pytest.mark.parametrize("with_text", [True, False])
async def test_what_an_image_consists_of_stays(
    parts: Parts, api: Api, blobs: MemoryBlobs, clock: StandingClock, *, with_text: bool
) -> None:
    image = await manifest(parts, await have(parts, WEB))
    await recorded(api, parts, image, with_text=with_text)
    clock.moment += timedelta(days=9)

    report = await sweep(parts, HOUR)

    assert await there(blobs) == {image, DIGEST, Digest.of(b"{}")}
    assert (report.blobs, report.blobs_kept) == (0, 3)


async def test_what_the_images_of_an_index_consist_of_stays(
    parts: Parts, api: Api, blobs: MemoryBlobs, clock: StandingClock
) -> None:
    image = await manifest(parts, await have(parts, WEB))
    both = await index(parts, image)
    await recorded(api, parts, both)
    clock.moment += timedelta(days=9)

    await sweep(parts, HOUR)

    assert await there(blobs) == {both, image, DIGEST, Digest.of(b"{}")}


async def test_what_a_history_names_stays_also_without_an_image(
    parts: Parts, api: Api, blobs: MemoryBlobs, clock: StandingClock
) -> None:
    image = await manifest(parts, await have(parts, WEB))
    await with_history(api, "app", latest=event(f"{ADDRESS}/{WEB}@{image}", image))
    clock.moment += timedelta(days=9)

    await sweep(parts, HOUR)

    assert DIGEST in await there(blobs)


async def test_links_stay_where_an_image_of_the_stream_needs_them(
    parts: Parts, api: Api, clock: StandingClock
) -> None:
    image = await manifest(parts, await have(parts, APP), where=APP)
    await recorded(api, parts, image)
    await with_history(api, "app", latest=event(f"{ADDRESS}/{APP}@{image}", image))
    await have(parts, WEB)
    clock.moment += timedelta(days=9)

    report = await sweep(parts, HOUR)

    assert await linked(parts, APP) == {DIGEST, Digest.of(b"{}"), image}
    assert await linked(parts, WEB) == set()
    assert (report.links, report.blobs) == (1, 0)


async def test_a_manifest_that_was_pushed_without_a_tag_keeps_its_links(
    parts: Parts, api: Api, clock: StandingClock
) -> None:
    await with_history(api, "app")
    image = await manifest(parts, await have(parts, APP), where=APP)
    await recorded(api, parts, image)
    await parts.links.add("manifests", APP, image)
    clock.moment += timedelta(days=9)

    await sweep(parts, HOUR)

    assert await linked(parts, APP) == {DIGEST, Digest.of(b"{}"), image}


async def test_links_of_a_stream_that_is_gone_go(
    parts: Parts, api: Api, clock: StandingClock
) -> None:
    image = await manifest(parts, await have(parts, APP), where=APP)
    await recorded(api, parts, image)
    await parts.links.add("manifests", APP, image)
    clock.moment += timedelta(days=9)

    report = await sweep(parts, HOUR)

    assert await linked(parts, APP) == set()
    assert report.blobs == 0


async def test_what_somebody_relies_on_while_we_look_stays(
    parts: Parts,
    api: Api,
    blobs: MemoryBlobs,
    clock: StandingClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    del api
    await have(parts, APP)
    clock.moment += timedelta(hours=2)
    needs = sweeping.needs

    async def meanwhile(of: Parts) -> sweeping.Needed:
        found = await needs(of)
        await parts.blobs.touch((DIGEST,))
        await parts.links.add("blobs", APP, DIGEST)
        return found

    monkeypatch.setattr(sweeping, "needs", meanwhile)
    report = await sweep(parts, HOUR)

    assert await there(blobs) == await linked(parts, APP) == {DIGEST}
    assert (report.blobs, report.links) == (0, 0)


async def test_what_was_relied_on_a_moment_ago_stays_whoever_asks(
    parts: Parts, api: Api, blobs: MemoryBlobs, clock: StandingClock
) -> None:
    del api
    await have(parts, APP)
    clock.moment += LEAST

    await sweep(parts, Options(keep_younger_than_seconds=0))
    before = await there(blobs)
    clock.moment += timedelta(seconds=1)
    await sweep(parts, Options(keep_younger_than_seconds=0))

    assert before == {DIGEST}
    assert await there(blobs) == set()


async def test_nothing_is_removed_when_images_cannot_be_listed(
    parts: Parts, api: Api, blobs: MemoryBlobs, clock: StandingClock
) -> None:
    await have(parts, APP)
    clock.moment += timedelta(days=9)
    broken = msgspec.structs.replace(parts, server=_Broken(api))

    with pytest.raises(Unavailable):
        await sweep(broken, HOUR)

    assert await there(blobs) == {DIGEST}


async def test_who_may_delete_images_prunes(
    admin: httpx.AsyncClient, parts: Parts, clock: StandingClock
) -> None:
    await have(parts, APP)
    clock.moment += timedelta(hours=2)

    answer = await admin.post(PRUNE, json={"dryRun": True, "keepYoungerThanSeconds": 3600})

    assert answer.status_code == 200
    assert answer.json() == {
        "dryRun": True,
        "blobs": 1,
        "links": 1,
        "uploads": 0,
        "bytesWon": len(CONTENT),
        "blobsKept": 0,
        "bytesKept": 0,
        "named": [{"digest": str(DIGEST), "size": len(CONTENT)}],
    }


@pytest.mark.parametrize(
    "body", [b"x", b"[]", b'{"dryRun": 1}', b'{"keepYoungerThanSeconds": -1}', b"\xff"]
)
async def test_options_that_cannot_be_read_are_refused(
    admin: httpx.AsyncClient, body: bytes
) -> None:
    answer = await admin.post(PRUNE, content=body)

    assert answer.status_code == 400


async def test_nobody_else_prunes(client: httpx.AsyncClient, api: Api) -> None:
    del api
    nobody = await client.post(PRUNE)
    somebody = await client.post(PRUNE, headers=basic(*ANNA))

    assert (nobody.status_code, code_of(nobody)) == (401, "UNAUTHORIZED")
    assert (somebody.status_code, code_of(somebody)) == (403, "DENIED")


async def test_while_the_server_runs_it_is_swept_again_and_again(
    parts: Parts, api: Api, blobs: MemoryBlobs, clock: StandingClock
) -> None:
    image = await manifest(parts)
    await recorded(api, parts, image)
    await have(parts, APP)
    clock.moment += GRACE

    await _rounds(parts, 2)

    assert await there(blobs) == {image, Digest.of(b"{}")}


async def test_without_any_image_nothing_is_swept_by_itself(
    parts: Parts, api: Api, blobs: MemoryBlobs, clock: StandingClock
) -> None:
    del api
    await have(parts, APP)
    clock.moment += GRACE

    await _rounds(parts, 2)

    assert await there(blobs) == {DIGEST}


async def test_a_sweep_that_fails_is_tried_again(
    parts: Parts, api: Api, blobs: MemoryBlobs, clock: StandingClock
) -> None:
    image = await manifest(parts)
    await recorded(api, parts, image)
    await have(parts, APP)
    clock.moment += GRACE

    await _rounds(msgspec.structs.replace(parts, server=_Broken(api, times=1)), 3)

    assert await there(blobs) == {image, Digest.of(b"{}")}


async def _rounds(
    parts: Parts, times: int, may: Callable[[], Awaitable[bool]] | None = None
) -> None:
    """Let the work beside requests go round so often."""
    clock = _Ending(parts.clock, times)
    with pytest.raises(asyncio.CancelledError):
        await sweeping.background(msgspec.structs.replace(parts, clock=clock), may)


class _Ending:
    """A clock that ends who waits for it once too often."""

    def __init__(self, clock: Any, times: int) -> None:
        self._clock = clock
        self._left = times

    def now(self) -> datetime:
        moment: datetime = self._clock.now()
        return moment

    async def until(self, moment: datetime) -> None:
        self._left -= 1
        if self._left < 0:
            raise asyncio.CancelledError
        self._clock.moment = moment


class _Broken:
    """An Api that lists nothing, so many times."""

    def __init__(self, api: Api, times: int = 99) -> None:
        self._api = api
        self._left = times

    def __getattr__(self, name: str) -> Any:
        return getattr(self._api, name)

    async def list(self, *args: Any) -> Any:
        self._left -= 1
        if self._left >= 0:
            raise Unavailable("the store does not answer")
        return await self._api.list(*args)


async def test_of_several_servers_those_sweep_whose_turn_it_is(
    parts: Parts, api: Api, blobs: MemoryBlobs, clock: StandingClock
) -> None:
    image = await manifest(parts)
    await recorded(api, parts, image)
    await have(parts, APP)
    clock.moment += GRACE

    await _rounds(parts, 2, _no)
    before = await there(blobs)
    await _rounds(parts, 2, _yes)

    assert before == {image, DIGEST, Digest.of(b"{}")}
    assert await there(blobs) == {image, Digest.of(b"{}")}


async def _yes() -> bool:
    return True


async def _no() -> bool:
    return False
