"""What Images hold of manifests, of those that are too large for the store, too."""

from __future__ import annotations

import json
from datetime import timedelta

import httpx
import pytest

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.api.image import Image
from slipcast.api.lens import read
from slipcast.images.manifests import SCHEMA_1
from slipcast.images.prune import Keeping, Known, prune
from slipcast.ports.api import Api, Resource
from slipcast.registry.names import Repository
from slipcast.registry.parts import Parts
from slipcast.registry.streams import stream_of
from slipcast.registry.sweeping import Options, sweep
from slipcast.registry.texts import LARGEST
from slipcast.testing.blobs import MemoryBlobs
from slipcast.values.digest import Digest
from unit.images.test_manifests import an_old_body
from unit.registry.conftest import ANNA, SPACE, basic, bind
from unit.registry.test_belonging import OCI, descriptor
from unit.registry.test_uploads import CONTENT, DIGEST, have
from unit.store.conftest import StandingClock

pytestmark = pytest.mark.anyio

APP = f"{SPACE}/app"
MANIFEST, INDEX = f"{OCI}.manifest.v1+json", f"{OCI}.index.v1+json"
NINE_DAYS = timedelta(days=9)
LONG = {"annotations": {"long": "x" * LARGEST}}


@pytest.fixture
async def pushing(client: httpx.AsyncClient, api: Api, parts: Parts) -> httpx.AsyncClient:
    """Somebody who may push, and has sent a configuration and a layer."""
    await bind(api, "system:image-builder", "User", "anna")
    client.headers.update(basic(*ANNA))
    await have(parts, APP, b"{}")
    await have(parts, APP)
    return client


def an_image(**more: object) -> JSON:
    config = descriptor(Digest.of(b"{}"), "config.v1+json", len(b"{}"))
    layers = [descriptor(DIGEST, size=len(CONTENT))]
    return {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers, **more}


async def put(client: httpx.AsyncClient, reference: str, content: JSON) -> Digest:
    """Put a manifest."""
    body = json.dumps(content).encode()
    named = reference or str(Digest.of(body))
    headers = {"content-type": content["mediaType"]}
    answer = await client.put(f"/v2/{APP}/manifests/{named}", content=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return Digest.of(body)


async def size_of(parts: Parts, digest: Digest) -> int:
    """How large a blob is."""
    info = await parts.blobs.stat(digest)
    assert info is not None
    return info.size


async def image_of(api: Api, digest: Digest) -> Image:
    resource = Resource(kinds.require(kinds.IMAGE, "Image"), "", str(digest))
    return read(await api.get(resource), Image)


async def test_an_image_without_its_manifest_says_what_that_says(
    pushing: httpx.AsyncClient, api: Api
) -> None:
    image = await image_of(api, await put(pushing, "latest", an_image(**LONG)))

    assert image.docker_image_manifest == ""
    assert [(each.name, each.size) for each in image.docker_image_layers] == [(str(DIGEST), 500)]
    assert isinstance(image.docker_image_metadata, dict)
    assert image.docker_image_metadata["Size"] == len(CONTENT) + len(b"{}")


async def test_what_such_an_image_consists_of_is_not_swept(
    pushing: httpx.AsyncClient, parts: Parts, blobs: MemoryBlobs, clock: StandingClock
) -> None:
    image = await put(pushing, "", an_image(**LONG))
    index = await put(pushing, "latest", _index(image, await size_of(parts, image)))
    await have(parts, APP, b"garbage")
    clock.moment += NINE_DAYS

    await sweep(parts, Options())

    kept = {info.digest async for info in blobs.blobs()}
    assert kept == {image, index, DIGEST, Digest.of(b"{}")}


async def test_what_such_an_image_stands_for_and_what_is_about_it_is_not_pruned(
    pushing: httpx.AsyncClient, api: Api, parts: Parts, clock: StandingClock
) -> None:
    other, part = (
        await put(pushing, "", an_image(annotations={})),
        await put(pushing, "", an_image()),
    )
    index = await put(pushing, "latest", _index(part, await size_of(parts, part)))
    about = {"subject": descriptor(index, "index.v1+json")}
    referrer = await put(pushing, "", an_image(**LONG, **about))
    images = [await image_of(api, each) for each in (other, part, index, referrer)]
    stream = await stream_of(parts, Repository.parse(APP))
    assert stream is not None

    found = prune(Known(images=images, streams=[stream]), Keeping(), clock.now() + NINE_DAYS)

    assert [each.metadata.name for each in found.images] == [str(other)]


async def test_layers_of_schema_1_are_as_large_as_what_was_sent(
    pushing: httpx.AsyncClient, api: Api
) -> None:
    body = an_old_body(str(DIGEST))
    where = f"/v2/{APP}/manifests/old"

    await pushing.put(where, content=body, headers={"content-type": SCHEMA_1})

    image = await image_of(api, Digest.of(body))
    assert [(each.name, each.size) for each in image.docker_image_layers] == [(str(DIGEST), 500)]
    assert isinstance(image.docker_image_metadata, dict)
    assert image.docker_image_metadata["Size"] == len(CONTENT)


async def test_a_manifest_that_lies_about_sizes_is_refused(pushing: httpx.AsyncClient) -> None:
    content = an_image(layers=[descriptor(DIGEST, size=1)])
    headers = {"content-type": MANIFEST}

    answer = await pushing.put(f"/v2/{APP}/manifests/1", json=content, headers=headers)

    assert answer.status_code == 400
    assert "500 bytes, and not 1 as the manifest says" in answer.json()["errors"][0]["message"]


def _index(part: Digest, size: int) -> JSON:
    manifests = [descriptor(part, "manifest.v1+json", size)]
    return {"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests, **LONG}
