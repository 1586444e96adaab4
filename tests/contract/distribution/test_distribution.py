"""Registries elsewhere: manifests, blobs and tags are read, by who may."""

from __future__ import annotations

import json

import pytest

from elsewhere import Place
from slipcast.images.manifests import OCI_INDEX, OCI_MANIFEST, SCHEMA_2
from slipcast.ports.distribution import UNAUTHORIZED, UNKNOWN, DistributionFault, Login, Way
from slipcast.values.digest import Digest
from slipcast.values.sensitive import Sensitive

pytestmark = pytest.mark.anyio

LAYER, CONFIG = b"a layer " * 1000, b'{"architecture": "amd64", "os": "linux"}'
SOMETHING = Digest.of(b"something else")


def a_piece(content: bytes, media_type: str) -> dict[str, object]:
    """A blob as manifests name it."""
    return {"digest": str(Digest.of(content)), "size": len(content), "mediaType": media_type}


def an_image(place: Place, name: str = "shop/web:1", media_type: str = SCHEMA_2) -> bytes:
    """An image put into the registry; its manifest."""
    body = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": media_type,
            "config": a_piece(CONFIG, "application/vnd.docker.container.image.v1+json"),
            "layers": [a_piece(LAYER, "application/vnd.docker.image.rootfs.diff.tar.gzip")],
        }
    ).encode()
    place.shelf.put_blob(f"{place.host}/{name}", LAYER)
    place.shelf.put_blob(f"{place.host}/{name}", CONFIG)
    place.shelf.put(f"{place.host}/{name}", body, media_type)
    return body


async def all_of(place: Place, name: str, digest: Digest) -> bytes:
    """A blob, whole."""
    pieces = await place.distribution.blob(place.ref(name), digest, place.way)
    return b"".join([piece async for piece in pieces])


async def fails(place: Place, name: str, way: Way) -> DistributionFault:
    """Why a manifest is not given."""
    with pytest.raises(DistributionFault) as caught:
        await place.distribution.manifest(place.ref(name), way)
    return caught.value


@pytest.mark.parametrize("media_type", [SCHEMA_2, OCI_MANIFEST])
async def test_a_manifest_is_read_by_tag(place: Place, media_type: str):
    body = an_image(place, media_type=media_type)

    found = await place.distribution.manifest(place.ref("shop/web:1"), place.way)

    assert (found.body, found.media_type, found.digest) == (body, media_type, Digest.of(body))


async def test_a_manifest_is_read_by_digest(place: Place):
    body = an_image(place)

    found = await place.distribution.manifest(place.ref(f"shop/web@{Digest.of(body)}"), place.way)

    assert (found.body, found.digest) == (body, Digest.of(body))


async def test_without_tag_and_digest_the_latest_is_read(place: Place):
    body = an_image(place, "shop/web:latest")

    found = await place.distribution.manifest(place.ref("shop/web"), place.way)

    assert found.body == body


async def test_an_index_stays_one(place: Place):
    image = an_image(place)
    entry = {"digest": str(Digest.of(image)), "size": len(image), "mediaType": SCHEMA_2}
    body = json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [entry]}).encode()
    place.shelf.put(f"{place.host}/shop/web:all", body, OCI_INDEX)

    found = await place.distribution.manifest(place.ref("shop/web:all"), place.way)

    assert (found.media_type, found.body) == (OCI_INDEX, body)


@pytest.mark.parametrize("name", ["shop/web:2", "shop/none:1", f"shop/web@{SOMETHING}"])
async def test_what_is_not_there_is_unknown(place: Place, name: str):
    an_image(place)

    fault = await fails(place, name, place.way)

    assert (fault.reason, fault.retryable) == (UNKNOWN, False)


async def test_a_blob_is_read_in_pieces(place: Place):
    an_image(place)

    assert await all_of(place, "shop/web", Digest.of(LAYER)) == LAYER


async def test_a_blob_may_be_left_unread(place: Place):
    an_image(place)

    pieces = await place.distribution.blob(place.ref("shop/web"), Digest.of(LAYER), place.way)
    await pieces.aclose()

    assert await all_of(place, "shop/web", Digest.of(CONFIG)) == CONFIG


async def test_a_blob_that_is_not_there_is_unknown_before_its_first_piece(place: Place):
    an_image(place)

    with pytest.raises(DistributionFault) as caught:
        await place.distribution.blob(place.ref("shop/web"), SOMETHING, place.way)

    assert caught.value.reason == UNKNOWN


async def test_all_tags_are_listed(place: Place):
    an_image(place, "shop/web:1")
    an_image(place, "shop/web:2.0-rc1")

    found = await place.distribution.tags(place.ref("shop/web"), place.way)

    assert sorted(found) == ["1", "2.0-rc1"]


async def test_tags_of_a_repository_that_is_not_there_are_unknown(place: Place):
    with pytest.raises(DistributionFault) as caught:
        await place.distribution.tags(place.ref("shop/none"), place.way)

    assert caught.value.reason == UNKNOWN


async def test_who_has_no_login_is_told_that_one_is_needed_up_22(place: Place):
    if place.anonymous is None:
        pytest.skip("everybody may read there")
    an_image(place)

    fault = await fails(place, "shop/web:1", place.anonymous)

    assert (fault.reason, fault.anonymous) == (UNAUTHORIZED, True)


async def test_who_has_a_wrong_login_is_told_so_without_it_up_22(place: Place):
    if place.anonymous is None:
        pytest.skip("everybody may read there")
    an_image(place)
    login = Login(place=place.host, user="tester", password=Sensitive("wrong-battery"))

    fault = await fails(place, "shop/web:1", Way(logins=(login,), insecure=place.way.insecure))

    assert (fault.reason, fault.anonymous) == (UNAUTHORIZED, False)
    assert "battery" not in fault.message
