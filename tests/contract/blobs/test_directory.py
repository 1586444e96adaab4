"""What holds for a directory: several servers, restarts, full disks, names that lead out."""

from __future__ import annotations

import errno
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from slipcast.adapters.blobs import opened, writing
from slipcast.adapters.blobs.content import DirectoryBlobs
from slipcast.adapters.blobs.links import DirectoryLinks
from slipcast.ports.blobs import NoRoom, NoUpload, WrongOffset
from slipcast.testing.api import NOON, StandingClock
from slipcast.values.digest import Digest
from slipcast.values.faults import PortFault

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
REPOSITORY = "shop/web"
CONTENT = b"layer" * 1000
DIGEST = Digest.of(CONTENT)
Kept = tuple[DirectoryBlobs, DirectoryLinks]


@pytest.fixture
def mine(place: Path, clock: StandingClock) -> Kept:
    return opened(place, clock, reserve=0)


@pytest.fixture
def theirs(place: Path, clock: StandingClock) -> Kept:
    """Another server on the same directory."""
    return opened(place, clock, reserve=0)


async def sending(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


def refusing(number: int, _: int) -> None:
    """A disk that says no."""
    raise OSError(number, os.strerror(number))


def below(place: Path) -> list[str]:
    return sorted(str(path.relative_to(place)) for path in place.rglob("*") if path.is_file())


async def test_an_upload_goes_on_in_another_server(mine: Kept, theirs: Kept) -> None:
    upload = await mine[0].begin(REPOSITORY)
    await mine[0].append(upload.id, 0, sending(CONTENT[:10]))
    await theirs[0].append(upload.id, 10, sending(CONTENT[10:20]))
    await mine[0].append(upload.id, 20, sending(CONTENT[20:]))

    info = await theirs[0].commit(upload.id, DIGEST)

    assert info.size == len(CONTENT)
    assert await mine[0].stat(DIGEST) == info


async def test_what_another_server_goes_on_with_is_left_alone(mine: Kept, theirs: Kept) -> None:
    upload = await mine[0].begin(REPOSITORY)

    async def interrupted() -> AsyncIterator[bytes]:
        yield CONTENT[:10]
        with pytest.raises(WrongOffset):
            await theirs[0].append(upload.id, None, sending(b"x"))
        assert await theirs[1].forget_uploads(NOON + HOUR) == ()
        yield CONTENT[10:]

    await mine[0].append(upload.id, 0, interrupted())

    assert (await mine[0].commit(upload.id, DIGEST)).size == len(CONTENT)


async def test_only_blobs_links_and_uploads_are_on_the_disk(mine: Kept, place: Path) -> None:
    upload = await mine[0].begin(REPOSITORY)
    before = below(place)
    await mine[0].append(upload.id, 0, sending(CONTENT))
    await mine[0].commit(upload.id, DIGEST)
    await mine[1].add("blobs", REPOSITORY, DIGEST)

    assert before == [f"uploads/{upload.id}", f"uploads/{upload.id}.of"]
    assert below(place) == [
        f"blobs/sha256/{DIGEST.hex[:2]}/{DIGEST.hex}",
        f"links/shop~web/blobs/sha256-{DIGEST.hex}",
    ]


async def test_an_upload_of_which_nobody_knows_whose_it_is_is_nobodys(
    mine: Kept, place: Path
) -> None:
    upload = await mine[0].begin(REPOSITORY)
    (place / "uploads" / f"{upload.id}.of").unlink()

    state = await mine[0].upload(upload.id)
    forgotten = await mine[1].forget_uploads(NOON + HOUR)

    assert state.repository == ""
    assert [each.id for each in forgotten] == [upload.id]
    assert below(place) == []


async def test_what_says_whose_an_upload_was_goes_with_it(mine: Kept, place: Path) -> None:
    upload = await mine[0].begin(REPOSITORY)
    (place / "uploads" / upload.id).unlink()

    with pytest.raises(NoUpload):
        await mine[0].upload(upload.id)
    await mine[1].forget_uploads(NOON + HOUR)

    assert below(place) == []


async def test_what_was_half_written_when_somebody_died_is_no_link(mine: Kept, place: Path) -> None:
    await mine[1].add("manifests", REPOSITORY, DIGEST, DIGEST)
    directory = place / "links" / "shop~web" / "manifests"
    (directory / ".new").write_text("sha256:")

    found = [link async for link in mine[1].links("manifests", REPOSITORY)]
    await mine[1].remove("manifests", REPOSITORY, DIGEST)

    assert [link.digest for link in found] == [DIGEST]
    assert list((place / "links").iterdir()) == []


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/../b", "a//b", "/a", "A/b", "a~b", "a\0"]
)
async def test_no_repository_leads_out_of_the_directory(mine: Kept, place: Path, name: str) -> None:
    with pytest.raises(PortFault):
        await mine[0].begin(name)
    with pytest.raises(PortFault):
        await mine[1].add("blobs", name, DIGEST)
    with pytest.raises(PortFault):
        await mine[1].forget(name)

    assert below(place.parent) == []


@pytest.mark.parametrize(("number", "fault"), [(errno.ENOSPC, NoRoom), (errno.EIO, PortFault)])
async def test_what_a_disk_has_refused_is_sent_again(
    mine: Kept, monkeypatch: pytest.MonkeyPatch, number: int, fault: type[PortFault]
) -> None:
    upload = await mine[0].begin(REPOSITORY)
    await mine[0].append(upload.id, 0, sending(CONTENT))
    monkeypatch.setattr(os, "fsync", partial(refusing, number))

    with pytest.raises(fault, match=os.strerror(number)) as raised:
        await mine[0].commit(upload.id, DIGEST)

    assert raised.value.retryable
    assert await mine[0].stat(DIGEST) is None
    with pytest.raises(NoUpload):
        await mine[0].upload(upload.id)


async def test_content_is_on_the_disk_before_its_name_and_both_before_the_answer(
    mine: Kept, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[tuple[str, Path]] = []
    fsync, replace = os.fsync, Path.replace

    def syncing(descriptor: int) -> None:
        fsync(descriptor)
        order.append(("synced", Path(f"/proc/self/fd/{descriptor}").readlink()))

    def renaming(path: Path, target: Path) -> Path:
        order.append(("named", target))
        return replace(path, target)

    upload = await mine[0].begin(REPOSITORY)
    await mine[0].append(upload.id, 0, sending(CONTENT))
    monkeypatch.setattr(os, "fsync", syncing)
    monkeypatch.setattr(Path, "replace", renaming)
    await mine[0].commit(upload.id, DIGEST)

    blob = place / "blobs" / "sha256" / DIGEST.hex[:2] / DIGEST.hex
    assert order[0] == ("synced", place / "uploads" / upload.id)
    assert order[-2:] == [("named", blob), ("synced", blob.parent)]


async def test_what_a_disk_refuses_early_is_sent_again(
    mine: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "EARLY", 1)
    monkeypatch.setattr(writing, "BLOCK", 1)
    monkeypatch.setattr(os, "fsync", partial(refusing, errno.EIO))
    upload = await mine[0].begin(REPOSITORY)

    with pytest.raises(NoUpload):
        await mine[0].append(upload.id, 0, sending(b"a", b"b", b"c"))

    with pytest.raises(NoUpload):
        await mine[0].upload(upload.id)


async def test_a_disk_that_begins_early_keeps_the_same(
    mine: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "EARLY", 1)
    monkeypatch.setattr(writing, "BLOCK", 100)
    upload = await mine[0].begin(REPOSITORY)
    await mine[0].append(
        upload.id, 0, sending(*(CONTENT[at : at + 500] for at in range(0, 5000, 500)))
    )

    assert (await mine[0].commit(upload.id, DIGEST)).size == len(CONTENT)


async def test_room_is_left_on_the_disk_for_others(place: Path, clock: StandingClock) -> None:
    blobs, _ = opened(place, clock, reserve=1 << 60)
    upload = await blobs.begin(REPOSITORY)

    with pytest.raises(NoRoom, match="the disk is full"):
        await blobs.append(upload.id, 0, sending(b"abc"))

    assert (await blobs.upload(upload.id)).offset == 0


async def test_what_was_written_in_part_is_counted_again(
    mine: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = await mine[0].begin(REPOSITORY)
    await mine[0].append(upload.id, 0, sending(CONTENT[:100]))
    writev = os.writev

    def half(descriptor: int, pieces: list[bytes]) -> int:
        monkeypatch.setattr(os, "writev", writev)
        return os.write(descriptor, pieces[0][:7])

    monkeypatch.setattr(os, "writev", half)
    await mine[0].append(upload.id, 100, sending(CONTENT[100:]))

    assert (await mine[0].commit(upload.id, DIGEST)).size == len(CONTENT)
