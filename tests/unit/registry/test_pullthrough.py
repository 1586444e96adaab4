"""What a history names and another registry keeps (IS-119)."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncGenerator, AsyncIterator, MutableMapping
from typing import Any

import httpx
import pytest
from msgspec.structs import replace
from typing_extensions import override

from slipcast.api import kinds
from slipcast.images.resolve import Found, resolved
from slipcast.ports.api import Api, Resource
from slipcast.ports.distribution import UNREACHABLE, VIA, DistributionFault, Way
from slipcast.registry import contents, pullthrough, streams
from slipcast.registry.faults import RegistryFault
from slipcast.registry.names import Repository
from slipcast.registry.parts import Manifest, Parts
from slipcast.testing.blobs import MemoryBlobs
from slipcast.testing.registries import FakeRegistries
from slipcast.values.digest import Digest
from slipcast.values.imageref import ImageRef
from unit.registry.conftest import (
    ADDRESS,
    ANNA,
    FORMER,
    SPACE,
    basic,
    bind,
    event,
    with_history,
)

pytestmark = pytest.mark.anyio

FAR = "far.test/shop/web"
LAYER = b"layer " * 1000
APP = Repository(SPACE, "app")
STREAM = Resource(kinds.require(kinds.IMAGE, "ImageStream"), SPACE, "app")
SECRETS = Resource(kinds.require("", "Secret"), SPACE)
INDEX = "application/vnd.oci.image.index.v1+json"


@pytest.fixture
async def pulling(client: httpx.AsyncClient, api: Api) -> httpx.AsyncClient:
    """Somebody who may pull, and does nothing else."""
    await bind(api, "system:image-puller", "User", "anna")
    client.headers.update(basic(*ANNA))
    return client


@pytest.fixture
async def image(api: Api, elsewhere: FakeRegistries) -> Digest:
    """An image elsewhere, which a tag of a stream means."""
    digest = elsewhere.push(f"{FAR}:1", layers=(LAYER,))
    await with_history(api, "app", far=event(f"{FAR}@{digest}", digest))
    return digest


async def shall(api: Api, tag: dict[str, Any], *before: dict[str, Any]) -> None:
    """Say what a tag of the stream shall be, and what it has meant before."""
    document = await api.get(STREAM)
    content = {**document.content, "spec": {"tags": [tag]}}
    await api.update(STREAM, content)
    content = (await api.get(STREAM)).content
    content["status"]["tags"][-1]["items"] += before
    await api.update(replace(STREAM, subresource="status"), content)


async def sent(parts: Parts, digest: Digest) -> list[bytes]:
    """What is sent to who asks for a blob."""
    answer = await pullthrough.blob(parts, APP, digest, is_head=False)
    assert answer is not None
    pieces: list[bytes] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        pieces.append(message.get("body", b""))

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.disconnect"}

    await answer({"type": "http"}, receive, send)
    return pieces


async def kept(parts: Parts, digest: Digest) -> Manifest:
    """A manifest that is here."""
    found = await contents.kept(parts, digest)
    assert found is not None
    return found


@pytest.mark.parametrize("by", ["tag", "digest"])
async def test_a_manifest_that_is_elsewhere_is_fetched_and_kept_is_119(
    pulling: httpx.AsyncClient, image: Digest, elsewhere: FakeRegistries, by: str
):
    path = f"/v2/shop/app/manifests/{'far' if by == 'tag' else image}"

    first, second = await pulling.get(path), await pulling.head(path)

    assert (first.status_code, Digest.of(first.content)) == (200, image)
    assert (second.status_code, second.headers["docker-content-digest"]) == (200, str(image))
    assert elsewhere.asked == [f"{FAR}@{image}"]


@pytest.mark.usefixtures("image")
async def test_a_blob_that_is_elsewhere_is_handed_on_and_kept_is_119(
    pulling: httpx.AsyncClient, parts: Parts, blobs: MemoryBlobs
):
    await pulling.get("/v2/shop/app/manifests/far")

    pieces = await sent(parts, Digest.of(LAYER))

    assert b"".join(pieces) == LAYER
    assert len([each for each in pieces if each]) > 1
    assert await blobs.stat(Digest.of(LAYER)) is not None
    assert await parts.links.find("blobs", "shop/app", Digest.of(LAYER)) is not None


async def test_a_blob_that_is_elsewhere_is_looked_at_without_being_fetched(
    pulling: httpx.AsyncClient, parts: Parts, image: Digest, elsewhere: FakeRegistries
):
    await pulling.get("/v2/shop/app/manifests/far")

    answer = await pullthrough.blob(parts, APP, Digest.of(LAYER), is_head=True)

    assert answer is not None
    assert answer.headers["content-length"] == str(len(LAYER))
    assert elsewhere.asked == [f"{FAR}@{image}"]


@pytest.mark.usefixtures("image")
async def test_what_no_history_names_is_not_fetched(
    pulling: httpx.AsyncClient, parts: Parts, elsewhere: FakeRegistries
):
    other = elsewhere.push(f"{FAR}:2", layers=(b"other",))
    loose = elsewhere.put_blob(f"{FAR}:1", b"of no image")
    await pulling.get("/v2/shop/app/manifests/far")
    asked = [*elsewhere.asked]

    answer = await pulling.get(f"/v2/shop/app/manifests/{other}")

    assert answer.status_code == 404
    assert await pullthrough.blob(parts, APP, loose, is_head=False) is None
    assert await pullthrough.blob(parts, APP, Digest.of(b"other"), is_head=False) is None
    assert elsewhere.asked == asked


async def test_the_parts_of_an_index_are_fetched(
    pulling: httpx.AsyncClient, api: Api, elsewhere: FakeRegistries
):
    part = elsewhere.push(f"{FAR}:part")
    index = elsewhere.push_index(f"{FAR}:all", amd64=part)
    await with_history(api, "app", all=event(f"{FAR}@{index}", index))

    whole = await pulling.get("/v2/shop/app/manifests/all")
    answer = await pulling.get(f"/v2/shop/app/manifests/{part}")

    assert (whole.headers["content-type"], Digest.of(answer.content)) == (INDEX, part)


async def test_a_tag_that_is_only_named_is_fetched_as_it_is_now(
    pulling: httpx.AsyncClient, api: Api, elsewhere: FakeRegistries
):
    elsewhere.push(f"{FAR}:1")
    await with_history(api, "app", named=event(f"{FAR}:1"))
    newer = elsewhere.push(f"{FAR}:1", layers=(b"newer",))

    answer = await pulling.get("/v2/shop/app/manifests/named")

    assert answer.headers["docker-content-digest"] == str(newer)


@pytest.mark.usefixtures("image")
async def test_logins_of_the_namespace_are_used(
    pulling: httpx.AsyncClient, api: Api, elsewhere: FakeRegistries
):
    elsewhere.passwords["far.test"] = ("us", "secret")
    config = {"auths": {"https://far.test": {"username": "us", "password": "secret"}}}
    secret = {
        "metadata": {"name": "pull"},
        "type": "kubernetes.io/dockerconfigjson",
        "data": {".dockerconfigjson": base64.b64encode(json.dumps(config).encode()).decode()},
    }
    await api.create(SECRETS, secret)

    answer = await pulling.get("/v2/shop/app/manifests/far")

    assert answer.status_code == 200


@pytest.mark.usefixtures("image")
async def test_that_another_registry_does_not_answer_is_said(
    pulling: httpx.AsyncClient, elsewhere: FakeRegistries
):
    elsewhere.broken["far.test"] = DistributionFault("far.test is gone", reason=UNREACHABLE)

    answer = await pulling.get("/v2/shop/app/manifests/far")

    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (503, "far.test is gone")


async def test_what_is_gone_elsewhere_is_not_found(pulling: httpx.AsyncClient, api: Api):
    gone = Digest.of(b"gone")
    await with_history(api, "app", far=event(f"{FAR}@{gone}", gone))

    answer = await pulling.get("/v2/shop/app/manifests/far")

    assert answer.status_code == 404


@pytest.mark.parametrize("host", [ADDRESS, FORMER])
async def test_this_registry_is_not_asked_by_itself(
    pulling: httpx.AsyncClient, api: Api, elsewhere: FakeRegistries, host: str
):
    secret = elsewhere.push(f"{host}/other/app:1")
    named = event(f"{host}/other/app:1")
    await with_history(api, "app", named=named, pinned=event(f"{host}/other/app@{secret}"))

    answers = [await pulling.get(f"/v2/shop/app/manifests/{tag}") for tag in ("named", "pinned")]

    assert [each.status_code for each in answers] == [404, 404]
    assert elsewhere.asked == []


class Connected(FakeRegistries):
    """Registries that know how many of their answers are still open."""

    open = 0

    @override
    async def blob(self, image: ImageRef, digest: Digest, way: Way) -> AsyncGenerator[bytes, None]:
        content = await super().blob(image, digest, way)

        async def pieces() -> AsyncGenerator[bytes, None]:
            self.open += 1
            try:
                yield b""
                async for piece in content:
                    yield piece
            finally:
                self.open -= 1

        answer = pieces()
        await anext(answer)
        return answer


async def test_who_goes_away_before_the_first_byte_leaves_no_connection_open(
    pulling: httpx.AsyncClient, parts: Parts, image: Digest
):
    await pulling.get("/v2/shop/app/manifests/far")
    registries = Connected()
    assert registries.push(f"{FAR}:1", layers=(LAYER,)) == image
    asking = replace(parts, distribution=registries)
    answer = await pullthrough.blob(asking, APP, Digest.of(LAYER), is_head=False)
    assert answer is not None

    async def gone(_: MutableMapping[str, Any]) -> None:
        raise asyncio.CancelledError

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.disconnect"}

    with pytest.raises(asyncio.CancelledError):
        await answer({"type": "http"}, receive, gone)

    assert registries.open == 0


class Lying(FakeRegistries):
    """Registries whose blobs are not what they are called."""

    @override
    async def blob(self, image: ImageRef, digest: Digest, way: Way) -> AsyncGenerator[bytes, None]:
        del image, digest, way

        async def pieces() -> AsyncGenerator[bytes, None]:
            yield b"x" * 3000
            yield b"y" * 3000

        return pieces()


@pytest.mark.usefixtures("image")
async def test_what_is_not_what_it_is_called_is_not_sent_to_its_end_nor_kept(
    pulling: httpx.AsyncClient, parts: Parts, blobs: MemoryBlobs
):
    await pulling.get("/v2/shop/app/manifests/far")
    lied_to = replace(parts, distribution=Lying())

    with pytest.raises(RegistryFault, match="what was fetched is not"):
        await sent(lied_to, Digest.of(LAYER))

    assert await blobs.stat(Digest.of(LAYER)) is None
    assert await parts.links.find("blobs", "shop/app", Digest.of(LAYER)) is None
    assert parts.fetching.kept == set()


@pytest.mark.usefixtures("image")
async def test_what_is_kept_by_somebody_else_now_is_handed_on_all_the_same(
    pulling: httpx.AsyncClient, parts: Parts, blobs: MemoryBlobs
):
    await pulling.get("/v2/shop/app/manifests/far")
    parts.fetching.kept.add(Digest.of(LAYER))

    assert b"".join(await sent(parts, Digest.of(LAYER))) == LAYER
    assert await blobs.stat(Digest.of(LAYER)) is None


@pytest.mark.usefixtures("image")
async def test_a_full_disk_keeps_nobody_from_pulling(pulling: httpx.AsyncClient, parts: Parts):
    await pulling.get("/v2/shop/app/manifests/far")
    full = MemoryBlobs(parts.clock, largest=2000)
    pulled = [link async for link in parts.links.links("manifests", "shop/app")]
    await contents.keep(replace(parts, blobs=full), APP, await kept(parts, pulled[0].digest))

    assert b"".join(await sent(replace(parts, blobs=full), Digest.of(LAYER))) == LAYER
    assert await full.stat(Digest.of(LAYER)) is None


OURS = {"via": VIA}


async def theirs(parts: Parts, content: bytes) -> Digest:
    """A layer that somebody else has pushed."""
    digest = Digest.of(content)
    upload = await parts.blobs.begin("other/secret")

    async def body() -> AsyncIterator[bytes]:
        yield content

    await parts.blobs.append(upload.id, 0, body())
    await parts.blobs.commit(upload.id, digest)
    await parts.links.add("blobs", "other/secret", digest)
    return digest


async def test_a_manifest_made_up_about_what_others_have_gives_nothing_of_it(
    pulling: httpx.AsyncClient, api: Api, parts: Parts, elsewhere: FakeRegistries
):
    layer = await theirs(parts, b"secret")
    made_up = elsewhere.push(f"{FAR}:1", layers=(b"secret",))
    elsewhere._repositories[FAR].blobs.pop(layer)
    await with_history(api, "app", far=event(f"{FAR}@{made_up}", made_up))

    manifest = await pulling.get("/v2/shop/app/manifests/far")
    answers = [
        await pulling.request(method, f"/v2/shop/app/blobs/{layer}") for method in ("GET", "HEAD")
    ]

    assert manifest.status_code == 200
    assert b"secret" not in answers[0].content
    assert answers[0].status_code == 404
    assert await parts.links.find("blobs", "shop/app", layer) is None


@pytest.mark.parametrize("name", ["far", "named"])
async def test_who_asks_on_behalf_of_others_is_not_sent_elsewhere(
    pulling: httpx.AsyncClient, api: Api, elsewhere: FakeRegistries, name: str
):
    digest = elsewhere.push(f"{FAR}:1", layers=(LAYER,))
    far, named = event(f"{FAR}@{digest}", digest), event(f"{FAR}:1")
    await with_history(api, "app", far=far, named=named)

    answer = await pulling.get(f"/v2/shop/app/manifests/{name}", headers=OURS)

    assert (answer.status_code, elsewhere.asked) == (404, [])


async def test_an_image_is_imported_from_here_when_all_of_it_is_here(
    pulling: httpx.AsyncClient, image: Digest
):
    path = f"/v2/shop/app/manifests/{image}"
    manifest = (await pulling.get(path)).json()
    pieces = [each["digest"] for each in (manifest["config"], *manifest["layers"])]

    before = await pulling.get(path, headers=OURS)
    [await pulling.get(f"/v2/shop/app/blobs/{each}") for each in pieces]
    after = await pulling.get(path, headers=OURS)

    assert (before.status_code, after.status_code) == (404, 200)


@pytest.mark.usefixtures("image")
async def test_a_blob_that_is_elsewhere_is_not_fetched_on_behalf_of_others(
    pulling: httpx.AsyncClient, elsewhere: FakeRegistries
):
    await pulling.get("/v2/shop/app/manifests/far")
    asked = [*elsewhere.asked]

    answer = await pulling.get(f"/v2/shop/app/blobs/{Digest.of(LAYER)}", headers=OURS)

    assert (answer.status_code, elsewhere.asked) == (404, asked)


async def test_a_blob_is_pulled_twice_and_fetched_once(
    pulling: httpx.AsyncClient, image: Digest, elsewhere: FakeRegistries
):
    await pulling.get(f"/v2/shop/app/manifests/{image}")
    path = f"/v2/shop/app/blobs/{Digest.of(LAYER)}"

    first, second = await pulling.get(path), await pulling.get(path)

    assert (first.content, second.content) == (LAYER, LAYER)
    assert elsewhere.asked == [f"{FAR}@{image}", f"{FAR} {Digest.of(LAYER)}"]


@pytest.mark.parametrize(("policy", "told"), [("Local", f"{ADDRESS}/shop/app"), ("Source", FAR)])
async def test_the_policy_says_where_others_pull_and_who_comes_here_is_served_is_41_is_119(
    pulling: httpx.AsyncClient, api: Api, parts: Parts, image: Digest, policy: str, told: str
):
    await shall(api, {"name": "far", "referencePolicy": {"type": policy}})

    stream = await streams.stream_of(parts, APP)
    found = resolved("ImageStreamTag", "app:far", stream)
    answer = await pulling.get(f"/v2/shop/app/manifests/{image}")

    assert found == Found(pull_spec=f"{told}@{image}", image=str(image))
    assert (answer.status_code, Digest.of(answer.content)) == (200, image)


async def test_what_needs_no_tls_is_asked_last_and_what_a_tag_means_now_before_the_rest(
    api: Api, parts: Parts
):
    old, new, plain = (event(f"{host}.test/web:1") for host in ("old", "new", "plain"))
    await with_history(api, "app", a=plain, b=new)
    await shall(api, {"name": "a", "importPolicy": {"insecure": True}}, old)

    stream = await streams.stream_of(parts, APP)
    assert stream is not None
    found = pullthrough.sources(parts, stream)

    assert [each.ref.registry for each in found] == ["new.test", "old.test", "plain.test"]
