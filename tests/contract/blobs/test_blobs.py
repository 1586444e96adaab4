"""Blobs are there whole and verified, or they are not there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from slipcast.ports.blobs import (
    BlobInfo,
    Blobs,
    NoRoom,
    NoUpload,
    UploadState,
    WrongDigest,
    WrongOffset,
)
from slipcast.testing.api import NOON, StandingClock
from slipcast.values.digest import Digest
from slipcast.values.faults import NotFound

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
REPOSITORY = "shop/web"
CONTENT = b"layer" * 1000
DIGEST = Digest.of(CONTENT)
NOBODY = "0" * 32


async def sending(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def breaking_off(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
    raise ConnectionResetError


async def pushed(blobs: Blobs, content: bytes = CONTENT, algorithm: str = "sha256") -> BlobInfo:
    upload = await blobs.begin(REPOSITORY)
    await blobs.append(upload.id, 0, sending(content))
    return await blobs.commit(upload.id, Digest.of(content, algorithm))


async def content_of(blobs: Blobs, digest: Digest) -> bytes:
    return (await blobs.path(digest)).read_bytes()


async def digests(blobs: Blobs) -> list[Digest]:
    return sorted([info.digest async for info in blobs.blobs()])


async def test_what_was_sent_in_pieces_is_a_blob(blobs: Blobs) -> None:
    upload = await blobs.begin(REPOSITORY)
    await blobs.append(upload.id, 0, sending(b"la", b"", b"yer"))
    now = await blobs.append(upload.id, None, sending(CONTENT[5:]))

    info = await blobs.commit(upload.id, DIGEST)

    assert now.offset == info.size == len(CONTENT)
    assert await content_of(blobs, DIGEST) == CONTENT
    assert await blobs.stat(DIGEST) == info


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
async def test_digests_of_every_algorithm_are_verified(blobs: Blobs, algorithm: str) -> None:
    info = await pushed(blobs, algorithm=algorithm)

    assert await content_of(blobs, info.digest) == CONTENT
    assert await digests(blobs) == [Digest.of(CONTENT, algorithm)]


async def test_what_is_not_what_the_digest_names_is_gone(blobs: Blobs) -> None:
    upload = await blobs.begin(REPOSITORY)
    await blobs.append(upload.id, 0, sending(b"something else"))

    with pytest.raises(WrongDigest):
        await blobs.commit(upload.id, DIGEST)

    assert await blobs.stat(DIGEST) is None
    with pytest.raises(NoUpload):
        await blobs.upload(upload.id)


async def test_nothing_of_an_upload_is_a_blob_before_its_end(blobs: Blobs) -> None:
    upload = await blobs.begin(REPOSITORY)
    await blobs.append(upload.id, 0, sending(CONTENT))

    assert await digests(blobs) == []
    with pytest.raises(NotFound):
        await blobs.path(DIGEST)


async def test_what_came_before_it_broke_off_stays(blobs: Blobs) -> None:
    upload = await blobs.begin(REPOSITORY)
    with pytest.raises(ConnectionResetError):
        await blobs.append(upload.id, 0, breaking_off(CONTENT[:10], CONTENT[10:100]))

    now = await blobs.append(upload.id, 100, sending(CONTENT[100:]))

    assert now.offset == len(CONTENT)
    assert (await blobs.commit(upload.id, DIGEST)).size == len(CONTENT)


@pytest.mark.parametrize("offset", [0, 9, 11])
async def test_a_piece_goes_on_where_the_upload_is(blobs: Blobs, offset: int) -> None:
    upload = await blobs.begin(REPOSITORY)
    await blobs.append(upload.id, 0, sending(b"x" * 10))

    with pytest.raises(WrongOffset):
        await blobs.append(upload.id, offset, sending(b"y"))

    assert (await blobs.upload(upload.id)).offset == 10


async def test_an_upload_is_of_its_repository(blobs: Blobs, clock: StandingClock) -> None:
    upload = await blobs.begin(REPOSITORY)
    clock.moment += HOUR
    await blobs.append(upload.id, None, sending(b"abc"))

    state = await blobs.upload(upload.id)

    assert state == UploadState(id=upload.id, repository=REPOSITORY, offset=3, touched=NOON + HOUR)
    assert upload.touched == NOON


async def test_two_do_not_go_on_with_one_upload_at_once(blobs: Blobs) -> None:
    upload = await blobs.begin(REPOSITORY)
    began, may_end = asyncio.Event(), asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        began.set()
        yield b"abc"
        await may_end.wait()

    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(blobs.append(upload.id, 0, slowly()))
        await began.wait()
        with pytest.raises(WrongOffset):
            await blobs.append(upload.id, None, sending(b"def"))
        with pytest.raises(WrongOffset):
            await blobs.commit(upload.id, Digest.of(b"abc"))
        may_end.set()

    assert first.result().offset == 3


async def test_an_upload_whose_sender_was_cancelled_goes_on(blobs: Blobs) -> None:
    upload = await blobs.begin(REPOSITORY)
    began = asyncio.Event()

    async def never_ending() -> AsyncIterator[bytes]:
        yield CONTENT
        began.set()
        await asyncio.Event().wait()

    async with asyncio.TaskGroup() as tasks:
        sender = tasks.create_task(blobs.append(upload.id, 0, never_ending()))
        await began.wait()
        sender.cancel()

    state = await blobs.upload(upload.id)
    assert state.offset == len(CONTENT)
    assert (await blobs.commit(upload.id, DIGEST)).size == len(CONTENT)


async def test_two_pushes_of_one_blob_at_once_are_one_blob(blobs: Blobs) -> None:
    infos = await asyncio.gather(*(pushed(blobs) for _ in range(8)))

    assert {info.digest for info in infos} == {DIGEST}
    assert await digests(blobs) == [DIGEST]
    assert await content_of(blobs, DIGEST) == CONTENT


async def test_a_blob_may_be_empty(blobs: Blobs) -> None:
    upload = await blobs.begin(REPOSITORY)

    info = await blobs.commit(upload.id, Digest.of(b""))

    assert info.size == 0
    assert await content_of(blobs, Digest.of(b"")) == b""


async def test_more_than_may_be_is_refused(blobs: Blobs) -> None:
    upload = await blobs.begin(REPOSITORY)

    with pytest.raises(NoRoom, match="4000000 bytes") as raised:
        await blobs.append(upload.id, 0, sending(b"x" * 3_000_000, b"x" * 1_000_001))

    assert not raised.value.retryable


async def test_an_aborted_upload_is_gone(blobs: Blobs) -> None:
    upload = await blobs.begin(REPOSITORY)
    await blobs.abort(upload.id)

    with pytest.raises(NoUpload):
        await blobs.append(upload.id, None, sending(b"abc"))
    with pytest.raises(NoUpload):
        await blobs.commit(upload.id, DIGEST)
    with pytest.raises(NoUpload):
        await blobs.abort(upload.id)


@pytest.mark.parametrize("name", ["", ".", "..", "../../secret", "a/b", "a\0b", NOBODY])
async def test_what_is_no_upload_is_none(blobs: Blobs, name: str) -> None:
    with pytest.raises(NoUpload):
        await blobs.upload(name)
    with pytest.raises(NoUpload):
        await blobs.append(name, None, sending(b"abc"))
    with pytest.raises(NoUpload):
        await blobs.abort(name)


async def test_looking_does_not_touch(blobs: Blobs, clock: StandingClock) -> None:
    await pushed(blobs)
    clock.moment += HOUR

    seen = await blobs.stat(DIGEST)

    assert seen == BlobInfo(digest=DIGEST, size=len(CONTENT), touched=NOON)
    assert [info async for info in blobs.blobs()] == [seen]


async def test_what_was_touched_is_not_removed_as_old(blobs: Blobs, clock: StandingClock) -> None:
    await pushed(blobs)
    clock.moment += HOUR
    touched = (await blobs.touch((DIGEST,))).get(DIGEST)

    won = await blobs.remove(DIGEST, NOON + HOUR)

    assert won == 0
    assert touched is not None
    assert touched == await blobs.stat(DIGEST)
    assert touched.touched == NOON + HOUR


async def test_what_nobody_touched_is_removed(blobs: Blobs) -> None:
    await pushed(blobs)

    won = await blobs.remove(DIGEST, NOON + HOUR)

    assert won == len(CONTENT)
    assert await blobs.stat(DIGEST) is None
    assert await blobs.touch((DIGEST,)) == {}
    assert await blobs.remove(DIGEST, NOON + HOUR) == 0


async def test_what_is_sent_again_is_new(blobs: Blobs, clock: StandingClock) -> None:
    await pushed(blobs)
    clock.moment += HOUR

    again = await pushed(blobs)

    assert again.touched == NOON + HOUR
    assert await blobs.remove(DIGEST, NOON + HOUR) == 0


async def test_who_reads_a_blob_reads_it_to_its_end(blobs: Blobs) -> None:
    await pushed(blobs)
    with (await blobs.path(DIGEST)).open("rb") as reading:
        await blobs.remove(DIGEST, NOON + HOUR)

        assert reading.read() == CONTENT


async def test_touches_and_removals_at_once_never_lose_what_was_touched(
    blobs: Blobs, clock: StandingClock
) -> None:
    await pushed(blobs)
    clock.moment += HOUR

    touching = asyncio.ensure_future(blobs.touch((DIGEST,)))
    await asyncio.gather(touching, *(blobs.remove(DIGEST, NOON + HOUR) for _ in range(4)))

    assert await blobs.stat(DIGEST) == (await touching).get(DIGEST)


async def test_those_that_are_there_are_touched_at_once(blobs: Blobs, clock: StandingClock) -> None:
    await pushed(blobs)
    clock.moment += HOUR

    touched = await blobs.touch((Digest.of(b"none"), DIGEST))

    assert touched == {DIGEST: BlobInfo(digest=DIGEST, size=len(CONTENT), touched=NOON + HOUR)}
