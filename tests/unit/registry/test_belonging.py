"""Which blobs a repository hands out."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.ports.api import Api, Resource
from slipcast.registry import belonging
from slipcast.registry.names import Repository
from slipcast.registry.parts import Parts
from slipcast.values.digest import Digest
from unit.registry.conftest import ADDRESS, SPACE, event, with_history
from unit.registry.test_uploads import CONTENT, DIGEST, have
from unit.store.conftest import StandingClock

pytestmark = pytest.mark.anyio

APP = Repository(SPACE, "app")
WEB = f"{SPACE}/web"
OCI = "application/vnd.oci.image"
NAMESPACES = Resource(kinds.require("", "Namespace"))
STREAMS = Resource(kinds.require(kinds.IMAGE, "ImageStream"), SPACE)


def descriptor(digest: Digest, what: str = "layer.v1.tar", size: int = 1) -> JSON:
    """What a manifest says of a piece."""
    return {"mediaType": f"{OCI}.{what}", "digest": str(digest), "size": size}


async def manifest(
    parts: Parts, *layers: Digest, where: str = WEB, foreign: tuple[Digest, ...] = ()
) -> Digest:
    """The manifest of an image of such layers, kept; the foreign ones may be anywhere."""
    config = await have(parts, where, b"{}")
    body = {
        "schemaVersion": 2,
        "mediaType": f"{OCI}.manifest.v1+json",
        "config": descriptor(config, "config.v1+json"),
        "layers": [
            *(descriptor(layer) for layer in layers),
            *({**descriptor(layer), "urls": ["https://far.test/x"]} for layer in foreign),
        ],
    }
    return await have(parts, where, json.dumps(body).encode())


async def index(parts: Parts, *manifests: Digest) -> Digest:
    """The index of such images, kept."""
    body = {
        "schemaVersion": 2,
        "mediaType": f"{OCI}.index.v1+json",
        "manifests": [descriptor(each, "manifest.v1+json") for each in manifests],
    }
    return await have(parts, WEB, json.dumps(body).encode())


async def test_what_was_sent_to_a_repository_is_its_own(parts: Parts, api: Api) -> None:
    del api
    await have(parts, str(APP))

    found = await belonging.blob(parts, APP, DIGEST)

    assert found is not None
    assert found.size == len(CONTENT)
    assert await belonging.blob(parts, Repository(SPACE, "web"), DIGEST) is None


async def test_what_an_image_of_the_history_consists_of_is_the_repositorys(
    parts: Parts, api: Api
) -> None:
    image = await manifest(parts, await have(parts, WEB))
    await with_history(api, "app", latest=event(f"{ADDRESS}/{WEB}@{image}", image))

    assert await belonging.blob(parts, APP, DIGEST) is not None
    assert await belonging.blob(parts, APP, image) is None


async def test_that_an_image_calls_a_layer_foreign_makes_it_nobodys(parts: Parts, api: Api) -> None:
    image = await manifest(parts, foreign=(await have(parts, "other/secret"),))
    await with_history(api, "app", latest=event(f"{ADDRESS}/{APP}@{image}", image))

    assert await belonging.blob(parts, APP, DIGEST) is None


async def test_a_foreign_layer_that_was_sent_along_is_handed_out(parts: Parts, api: Api) -> None:
    image = await manifest(parts, foreign=(await have(parts, str(APP)),))
    await with_history(api, "app", latest=event(f"{ADDRESS}/{APP}@{image}", image))

    assert await belonging.blob(parts, APP, DIGEST) is not None


async def test_what_the_images_of_an_index_consist_of_is_too(parts: Parts, api: Api) -> None:
    image = await index(parts, await manifest(parts, await have(parts, WEB)))
    await with_history(api, "app", latest=event(f"{ADDRESS}/{WEB}@{image}", image))

    assert await belonging.blob(parts, APP, DIGEST) is not None


async def test_what_an_image_elsewhere_is_said_to_consist_of_is_not(parts: Parts, api: Api) -> None:
    image = await manifest(parts, await have(parts, WEB))
    await with_history(api, "app", latest=event(f"far.test/{WEB}@{image}", image))

    assert await belonging.blob(parts, APP, DIGEST) is None


async def test_indexes_are_not_looked_into_for_ever(parts: Parts, api: Api) -> None:
    image = await manifest(parts, await have(parts, WEB))
    for _ in range(belonging.DEEPEST + 1):
        image = await index(parts, image)
    await with_history(api, "app", latest=event(f"{ADDRESS}/{WEB}@{image}", image))

    assert await belonging.blob(parts, APP, DIGEST) is None


async def test_manifests_that_were_looked_at_are_remembered_so_many_of_them(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(belonging, "MOST_PIECES", 2)
    images = [await manifest(parts, Digest.of(each)) for each in (b"1", b"2", b"3")]

    found = [await belonging.pieces(parts, image) for image in images]

    assert [
        Digest.of(each) in piece.content
        for piece, each in zip(found, (b"1", b"2", b"3"), strict=True)
    ] == [True] * 3
    assert list(parts.pieces) == images[1:]


async def test_of_a_namespace_that_is_new_nothing_old_is_handed_out(
    parts: Parts, api: Api, clock: StandingClock
) -> None:
    await have(parts, "farm/app")
    clock.moment += timedelta(hours=1)
    await api.create(NAMESPACES, {"metadata": {"name": "farm"}})

    assert await belonging.blob(parts, Repository("farm", "app"), DIGEST) is None


async def test_of_no_namespace_nothing_is_handed_out(parts: Parts, api: Api) -> None:
    del api
    await have(parts, "farm/app")

    assert await belonging.blob(parts, Repository("farm", "app"), DIGEST) is None


@pytest.mark.parametrize(("hours", "is_there"), [(23, True), (25, False)])
async def test_of_a_stream_that_is_new_nothing_old_is_handed_out(
    parts: Parts, api: Api, clock: StandingClock, hours: int, *, is_there: bool
) -> None:
    await have(parts, str(APP))
    clock.moment += timedelta(hours=hours)
    await api.create(STREAMS, {"metadata": {"name": "app"}})

    assert (await belonging.blob(parts, APP, DIGEST) is not None) is is_there


async def test_what_somebody_relies_on_is_the_repositorys_from_now_on(
    parts: Parts, api: Api, clock: StandingClock
) -> None:
    image = await manifest(parts, await have(parts, WEB))
    await with_history(api, "app", latest=event(f"{ADDRESS}/{WEB}@{image}", image))
    clock.moment += timedelta(hours=1)

    info = await belonging.relied_on(parts, APP, DIGEST)

    link = await parts.links.find("blobs", str(APP), DIGEST)
    assert info is not None
    assert link is not None
    assert info.touched == link.made == clock.now()


async def test_what_is_young_is_not_made_new(parts: Parts, api: Api, clock: StandingClock) -> None:
    del api
    await have(parts, str(APP))
    began = clock.now()
    clock.moment += timedelta(minutes=1)

    info = await belonging.relied_on(parts, APP, DIGEST)

    assert info is not None
    assert info.touched == began


async def test_nobody_relies_on_what_is_not_there(parts: Parts, api: Api) -> None:
    del api
    await parts.links.add("blobs", str(APP), DIGEST)

    assert await belonging.relied_on(parts, APP, DIGEST) is None
    assert await belonging.relied_on(parts, APP, Digest.of(b"other")) is None


@pytest.mark.parametrize("name", ["", "app:1", "sha256:short", "md5:" + "0" * 32])
async def test_a_history_may_name_images_by_anything(parts: Parts, api: Api, name: str) -> None:
    image = await manifest(parts, await have(parts, WEB))
    odd, named = event(f"{ADDRESS}/{WEB}:1", name), event(f"{ADDRESS}/{WEB}@{image}", image)
    await with_history(api, "app", a=odd, b=named)

    assert await belonging.blob(parts, APP, DIGEST) is not None
    assert await belonging.blob(parts, APP, Digest.of(b"{}")) is not None
    assert await belonging.blob(parts, APP, Digest.of(b"none")) is None
