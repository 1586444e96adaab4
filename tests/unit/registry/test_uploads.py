"""Uploads: whole, in pieces, gone on with, and mounted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from slipcast.api import kinds
from slipcast.ports.api import Api, Resource
from slipcast.registry import uploads
from slipcast.registry.parts import Parts
from slipcast.testing.blobs import MemoryBlobs
from slipcast.values.digest import Digest
from unit.registry.conftest import ANNA, SPACE, basic, bind

pytestmark = pytest.mark.anyio

CONTENT = b"layer" * 100
DIGEST = Digest.of(CONTENT)
UPLOADS = f"/v2/{SPACE}/app/blobs/uploads/"
OTHER = "farm"


@pytest.fixture
async def pushing(client: httpx.AsyncClient, api: Api) -> httpx.AsyncClient:
    """Somebody who may push."""
    await bind(api, "system:image-builder", "User", "anna")
    client.headers.update(basic(*ANNA))
    return client


@pytest.fixture
async def other(api: Api) -> str:
    """Another namespace."""
    await api.create(Resource(kinds.require("", "Namespace")), {"metadata": {"name": OTHER}})
    return OTHER


async def pieces(*content: bytes) -> AsyncIterator[bytes]:
    for each in content:
        yield each


async def begun(client: httpx.AsyncClient) -> str:
    answer = await client.post(UPLOADS)
    return str(answer.headers["location"])


async def have(parts: Parts, repository: str, content: bytes = CONTENT) -> Digest:
    """See that a repository has a blob."""
    upload = await parts.blobs.begin(repository)
    await parts.blobs.append(upload.id, 0, pieces(content))
    await parts.blobs.commit(upload.id, Digest.of(content))
    await parts.links.add("blobs", repository, Digest.of(content))
    return Digest.of(content)


def code_of(answer: httpx.Response) -> str:
    return str(answer.json()["errors"][0]["code"])


async def test_an_upload_begins_with_its_location(pushing: httpx.AsyncClient) -> None:
    answer = await pushing.post(UPLOADS)

    upload = answer.headers["docker-upload-uuid"]
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/v2/{SPACE}/app/blobs/uploads/{upload}"
    assert answer.headers["range"] == "0-0"
    assert answer.content == b""


async def test_a_blob_is_sent_at_once(pushing: httpx.AsyncClient) -> None:
    answer = await pushing.post(UPLOADS, params={"digest": str(DIGEST)}, content=CONTENT)
    found = await pushing.get(answer.headers["location"])

    assert answer.status_code == 201
    assert answer.headers["docker-content-digest"] == str(DIGEST)
    assert found.content == CONTENT


async def test_a_blob_is_sent_with_the_end_of_its_upload(pushing: httpx.AsyncClient) -> None:
    where = await begun(pushing)

    answer = await pushing.put(where, params={"digest": str(DIGEST)}, content=CONTENT)

    assert answer.status_code == 201
    assert answer.headers["location"] == f"/v2/{SPACE}/app/blobs/{DIGEST}"
    assert (await pushing.get(where)).status_code == 404


async def test_a_blob_is_sent_in_pieces_that_say_where_they_go(pushing: httpx.AsyncClient) -> None:
    where = await begun(pushing)
    first = await pushing.patch(where, content=CONTENT[:200], headers={"content-range": "0-199"})
    state = await pushing.get(where)
    second = await pushing.patch(
        where, content=CONTENT[200:400], headers={"content-range": "200-399"}
    )

    answer = await pushing.put(
        where,
        params={"digest": str(DIGEST)},
        content=CONTENT[400:],
        headers={"content-range": "400-499"},
    )

    assert [each.status_code for each in (first, state, second, answer)] == [202, 204, 202, 201]
    assert [each.headers["range"] for each in (first, state, second)] == [
        "0-199",
        "0-199",
        "0-399",
    ]


async def test_a_blob_is_streamed_without_saying_how_long_it_is(
    pushing: httpx.AsyncClient,
) -> None:
    where = await begun(pushing)
    await pushing.patch(where, content=pieces(CONTENT[:3], CONTENT[3:]))

    answer = await pushing.put(where, params={"digest": str(DIGEST)})

    assert answer.status_code == 201


@pytest.mark.parametrize("place", ["0-99", "201-300"])
async def test_a_piece_that_does_not_go_on_is_refused(
    pushing: httpx.AsyncClient, place: str
) -> None:
    where = await begun(pushing)
    await pushing.patch(where, content=CONTENT[:200])

    answer = await pushing.patch(where, content=b"x" * 100, headers={"content-range": place})

    assert (answer.status_code, code_of(answer)) == (416, "RANGE_INVALID")
    assert answer.headers["range"] == "0-199"
    assert answer.headers["location"] == where


@pytest.mark.parametrize("length", [99, 101])
async def test_a_piece_is_as_long_as_it_says(pushing: httpx.AsyncClient, length: int) -> None:
    where = await begun(pushing)

    answer = await pushing.patch(
        where, content=pieces(b"x" * length), headers={"content-range": "0-99"}
    )

    assert (answer.status_code, code_of(answer)) == (400, "SIZE_INVALID")


async def test_lengths_that_contradict_each_other_are_refused(pushing: httpx.AsyncClient) -> None:
    where = await begun(pushing)

    answer = await pushing.patch(where, content=b"abc", headers={"content-range": "0-99"})

    assert (answer.status_code, code_of(answer)) == (400, "SIZE_INVALID")


@pytest.mark.parametrize("digest", ["", "sha256", "sha256:abc", "md5:" + "a" * 32, "../x", "a:b:c"])
async def test_what_is_no_digest_is_refused_and_the_upload_stays(
    pushing: httpx.AsyncClient, digest: str
) -> None:
    where = await begun(pushing)

    answer = await pushing.put(where, params={"digest": digest}, content=CONTENT)

    assert (answer.status_code, code_of(answer)) == (400, "DIGEST_INVALID")
    assert (await pushing.get(where)).status_code == 204


async def test_what_is_not_what_its_digest_names_is_refused_and_gone(
    pushing: httpx.AsyncClient,
) -> None:
    where = await begun(pushing)

    answer = await pushing.put(where, params={"digest": str(DIGEST)}, content=b"other")

    assert (answer.status_code, code_of(answer)) == (400, "DIGEST_INVALID")
    assert (await pushing.get(where)).status_code == 404
    assert (await pushing.get(f"/v2/{SPACE}/app/blobs/{DIGEST}")).status_code == 404


async def test_of_a_whole_that_is_wrong_nothing_is_left(
    pushing: httpx.AsyncClient, blobs: MemoryBlobs, parts: Parts
) -> None:
    answer = await pushing.post(UPLOADS, params={"digest": str(DIGEST)}, content=b"other")

    assert code_of(answer) == "DIGEST_INVALID"
    assert [info async for info in blobs.blobs()] == []
    assert await parts.links.find("blobs", f"{SPACE}/app", DIGEST) is None


async def test_an_aborted_upload_is_gone(pushing: httpx.AsyncClient) -> None:
    where = await begun(pushing)

    answer = await pushing.delete(where)
    again = await pushing.delete(where)

    assert answer.status_code == 204
    assert (again.status_code, code_of(again)) == (404, "BLOB_UPLOAD_UNKNOWN")


async def test_an_upload_is_found_in_its_repository_only(pushing: httpx.AsyncClient) -> None:
    where = (await begun(pushing)).replace("/app/", "/web/")
    asked = {"digest": str(DIGEST)}

    answers = [
        await pushing.get(where),
        await pushing.patch(where, content=CONTENT),
        await pushing.put(where, params=asked, content=CONTENT),
        await pushing.delete(where),
    ]

    assert {code_of(each) for each in answers} == {"BLOB_UPLOAD_UNKNOWN"}


@pytest.mark.parametrize("upload", ["x", "0" * 32, "..", "%2e%2e%2fx"])
async def test_what_is_no_upload_is_not_found(pushing: httpx.AsyncClient, upload: str) -> None:
    answer = await pushing.patch(f"{UPLOADS}{upload}", content=CONTENT)

    assert answer.status_code == 404


async def test_who_may_not_push_begins_no_upload(client: httpx.AsyncClient, api: Api) -> None:
    await bind(api, "system:image-puller", "User", "anna")

    denied = await client.post(UPLOADS, headers=basic(*ANNA))
    nobody = await client.post(UPLOADS)

    assert (denied.status_code, code_of(denied)) == (403, "DENIED")
    assert (nobody.status_code, code_of(nobody)) == (401, "UNAUTHORIZED")


async def test_a_blob_of_a_repository_that_one_may_pull_from_is_mounted_is_112(
    pushing: httpx.AsyncClient, parts: Parts
) -> None:
    await have(parts, f"{SPACE}/web")

    answer = await pushing.post(UPLOADS, params={"mount": str(DIGEST), "from": f"{SPACE}/web"})
    found = await pushing.get(answer.headers["location"])

    assert answer.status_code == 201
    assert answer.headers["docker-content-digest"] == str(DIGEST)
    assert found.content == CONTENT


@pytest.mark.parametrize(
    "source", [f"{OTHER}/web", f"{SPACE}/none", "", "library/a/b", "../x", "Web"]
)
async def test_what_cannot_be_mounted_is_sent_instead_is_112(
    pushing: httpx.AsyncClient, parts: Parts, other: str, source: str
) -> None:
    await have(parts, f"{other}/web")

    answer = await pushing.post(UPLOADS, params={"mount": str(DIGEST), "from": source})
    found = await pushing.get(f"/v2/{SPACE}/app/blobs/{DIGEST}")

    assert answer.status_code == 202
    assert "docker-upload-uuid" in answer.headers
    assert found.status_code == 404


async def test_nothing_is_mounted_from_anywhere(pushing: httpx.AsyncClient, parts: Parts) -> None:
    await have(parts, f"{SPACE}/web")

    answer = await pushing.post(UPLOADS, params={"mount": str(DIGEST)})

    assert answer.status_code == 202


async def test_what_is_no_digest_is_not_mounted(pushing: httpx.AsyncClient) -> None:
    answer = await pushing.post(UPLOADS, params={"mount": "x", "from": f"{SPACE}/web"})

    assert code_of(answer) == "DIGEST_INVALID"


async def test_who_sends_nothing_for_long_is_told(
    pushing: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = await begun(pushing)

    async def stalling() -> AsyncIterator[bytes]:
        yield CONTENT[:100]
        monkeypatch.setattr(uploads, "PATIENCE", 0.0)
        yield CONTENT[100:200]
        await asyncio.Event().wait()

    answer = await pushing.patch(where, content=stalling())

    assert answer.status_code == 408
    assert (await pushing.get(where)).headers["range"] == "0-199"


async def test_more_than_a_blob_may_have_is_refused(
    pushing: httpx.AsyncClient, blobs: MemoryBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blobs, "_largest", 100)

    answer = await pushing.post(UPLOADS, params={"digest": str(DIGEST)}, content=CONTENT)

    assert answer.status_code == 413


async def test_who_sends_too_much_at_once_is_asked_to_wait(
    pushing: httpx.AsyncClient, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts.receiving, "each", 1)
    path = await begun(pushing)

    with parts.receiving.seat("anna"):
        refused = await pushing.patch(path, content=CONTENT)
    taken = await pushing.patch(path, content=CONTENT)

    assert (refused.status_code, code_of(refused)) == (429, "TOOMANYREQUESTS")
    assert refused.headers["retry-after"] == "1"
    assert taken.status_code == 202
    assert parts.receiving.taken == {}


async def test_manifests_are_bodies_too(
    pushing: httpx.AsyncClient, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts.receiving, "each", 1)

    with parts.receiving.seat("anna"):
        refused = await pushing.put(f"/v2/{SPACE}/app/manifests/one", content=CONTENT)

    assert (refused.status_code, code_of(refused)) == (429, "TOOMANYREQUESTS")
