"""Blobs looked at, read whole or in part, taken away."""

from __future__ import annotations

from collections.abc import MutableMapping
from datetime import timedelta
from typing import Any

import httpx
import pytest

from slipcast.ports.api import Api
from slipcast.registry.app import Registry
from slipcast.registry.blobs import SENDFILE
from slipcast.registry.parts import Parts
from slipcast.testing.blobs import MemoryBlobs
from slipcast.values.digest import Digest
from unit.registry.conftest import ANNA, SPACE, basic, bind
from unit.registry.test_uploads import CONTENT, DIGEST, code_of, have
from unit.store.conftest import StandingClock

pytestmark = pytest.mark.anyio

APP = f"{SPACE}/app"
WHERE = f"/v2/{APP}/blobs/{DIGEST}"


@pytest.fixture
async def pulling(client: httpx.AsyncClient, api: Api, parts: Parts) -> httpx.AsyncClient:
    """Somebody who may pull, where there is something."""
    await bind(api, "system:image-puller", "User", "anna")
    await have(parts, APP)
    client.headers.update(basic(*ANNA))
    return client


@pytest.fixture
async def deleting(pulling: httpx.AsyncClient, api: Api) -> httpx.AsyncClient:
    """Somebody who may delete, too."""
    await bind(api, "admin", "User", "anna")
    return pulling


async def test_a_blob_is_handed_out(pulling: httpx.AsyncClient) -> None:
    answer = await pulling.get(WHERE)

    assert answer.status_code == 200
    assert answer.content == CONTENT
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["docker-content-digest"] == str(DIGEST)
    assert answer.headers["etag"] == f'"{DIGEST}"'
    assert answer.headers["accept-ranges"] == "bytes"


async def test_a_blob_can_be_looked_at(pulling: httpx.AsyncClient) -> None:
    answer = await pulling.head(WHERE)

    assert answer.status_code == 200
    assert answer.content == b""
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.headers["docker-content-digest"] == str(DIGEST)


async def test_a_blob_of_no_bytes_is_handed_out(pulling: httpx.AsyncClient, parts: Parts) -> None:
    empty = await have(parts, APP, b"")

    answer = await pulling.get(f"/v2/{APP}/blobs/{empty}")

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == "0"


@pytest.mark.parametrize(
    ("asked", "expected", "told"),
    [
        ("bytes=0-9", CONTENT[:10], "bytes 0-9/500"),
        ("bytes=490-", CONTENT[490:], "bytes 490-499/500"),
        ("bytes=-5", CONTENT[-5:], "bytes 495-499/500"),
    ],
)
async def test_a_part_of_a_blob_is_handed_out(
    pulling: httpx.AsyncClient, asked: str, expected: bytes, told: str
) -> None:
    answer = await pulling.get(WHERE, headers={"range": asked})

    assert (answer.status_code, answer.content) == (206, expected)
    assert answer.headers["content-range"] == told
    assert answer.headers["content-length"] == str(len(expected))


async def test_a_part_that_is_not_there_is_refused(pulling: httpx.AsyncClient) -> None:
    answer = await pulling.get(WHERE, headers={"range": "bytes=500-"})

    assert (answer.status_code, code_of(answer)) == (416, "RANGE_INVALID")
    assert answer.headers["content-range"] == "bytes */500"


@pytest.mark.parametrize(
    ("condition", "status"), [(f'"{DIGEST}"', 206), ('"x"', 200), ("Mon, 23 Nov 2026", 200)]
)
async def test_a_part_is_of_the_content_that_was_meant(
    pulling: httpx.AsyncClient, condition: str, status: int
) -> None:
    answer = await pulling.get(WHERE, headers={"range": "bytes=0-9", "if-range": condition})

    assert answer.status_code == status


async def test_what_is_known_is_not_sent_again(pulling: httpx.AsyncClient) -> None:
    answer = await pulling.get(WHERE, headers={"if-none-match": f'"x", W/"{DIGEST}"'})

    assert (answer.status_code, answer.content) == (304, b"")


async def test_what_the_repository_does_not_have_is_unknown(
    pulling: httpx.AsyncClient, parts: Parts
) -> None:
    theirs = await have(parts, "farm/web", b"theirs")
    gone = Digest.of(b"gone")
    await parts.links.add("blobs", APP, gone)

    answers = [await pulling.get(f"/v2/{APP}/blobs/{digest}") for digest in (theirs, gone)]
    looked = await pulling.head(f"/v2/{APP}/blobs/{theirs}")

    assert [(each.status_code, code_of(each)) for each in answers] == [(404, "BLOB_UNKNOWN")] * 2
    assert looked.status_code == 404


@pytest.mark.parametrize("digest", ["sha256:abc", "md5:" + "a" * 32, "x", "sha256:" + "A" * 64])
async def test_what_is_no_digest_is_refused(pulling: httpx.AsyncClient, digest: str) -> None:
    answer = await pulling.get(f"/v2/{APP}/blobs/{digest}")

    assert (answer.status_code, code_of(answer)) == (400, "DIGEST_INVALID")


async def test_who_may_not_pull_is_told_nothing(client: httpx.AsyncClient, parts: Parts) -> None:
    await have(parts, APP)
    missing = f"/v2/{APP}/blobs/{Digest.of(b'gone')}"

    there = await client.get(WHERE, headers=basic(*ANNA))
    not_there = await client.get(missing, headers=basic(*ANNA))

    assert there.status_code == not_there.status_code == 403
    assert there.content == not_there.content


async def test_a_server_that_can_sends_the_file_itself(
    pulling: httpx.AsyncClient, parts: Parts
) -> None:
    sent: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(dict(message, content=message["file"].read() if "file" in message else b""))

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b""}

    headers = [(b"authorization", pulling.headers["authorization"].encode())]
    scope = {"type": "http", "method": "GET", "path": WHERE, "headers": headers}
    extended = {**scope, "query_string": b"", "extensions": {SENDFILE: {}}}
    await Registry(parts)(extended, receive, send)

    last = sent[-1]
    assert (last["type"], last["offset"], last["count"]) == (SENDFILE, 0, len(CONTENT))
    assert last["content"] == CONTENT
    assert last["file"].closed


async def test_what_was_looked_at_is_relied_on(
    pulling: httpx.AsyncClient, clock: StandingClock, parts: Parts
) -> None:
    clock.moment += timedelta(hours=1)

    await pulling.head(WHERE)

    info = await parts.blobs.stat(DIGEST)
    link = await parts.links.find("blobs", APP, DIGEST)
    assert info is not None
    assert link is not None
    assert info.touched == link.made == clock.now()


async def test_a_blob_that_is_taken_away_is_the_repositorys_no_more(
    deleting: httpx.AsyncClient, blobs: MemoryBlobs
) -> None:
    answer = await deleting.delete(WHERE)
    found = await deleting.get(WHERE)
    again = await deleting.delete(WHERE)

    assert answer.status_code == 202
    assert found.status_code == again.status_code == 404
    assert await blobs.stat(DIGEST) is not None


async def test_who_may_only_pull_takes_nothing_away(pulling: httpx.AsyncClient) -> None:
    answer = await pulling.delete(WHERE)

    assert answer.status_code == 403
    assert (await pulling.get(WHERE)).status_code == 200
