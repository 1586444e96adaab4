"""Uploads are stored whole or not at all, and forgotten when asked."""

from __future__ import annotations

import errno
import os
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from slipcast.adapters.uploads import DirectoryUploads
from slipcast.ports.uploads import Uploads
from slipcast.testing.api import NOON, StandingClock
from slipcast.values.faults import NotFound, PortFault

pytestmark = pytest.mark.anyio


def below(place: Path) -> list[Path]:
    return [path for path in place.rglob("*") if path.is_file()]


async def sending(*pieces: bytes) -> AsyncGenerator[bytes, None]:
    for piece in pieces:
        yield piece


async def breaking_off(*pieces: bytes) -> AsyncGenerator[bytes, None]:
    for piece in pieces:
        yield piece
    raise ConnectionResetError


async def test_an_upload_is_stored_as_it_was_sent(uploads: Uploads) -> None:
    sent = [b"abc", b"", b"d" * 2_000_000]

    upload = await uploads.receive(sending(*sent))

    path = await uploads.path(upload.id)
    assert path.read_bytes() == b"".join(sent)
    assert (upload.size, upload.received) == (2_000_003, NOON)
    assert await uploads.list() == (upload,)


async def test_nothing_is_left_of_an_upload_that_breaks_off(uploads: Uploads, place: Path) -> None:
    with pytest.raises(ConnectionResetError):
        await uploads.receive(breaking_off(b"abc"))

    assert await uploads.list() == ()
    assert below(place) == []


async def test_nothing_is_left_of_an_upload_that_is_too_large(
    uploads: Uploads, place: Path
) -> None:
    with pytest.raises(PortFault, match="4000000 bytes") as raised:
        await uploads.receive(sending(b"x" * 3_000_000, b"x" * 1_000_001))

    assert raised.value.reason == "TooLarge"
    assert below(place) == []


async def test_each_upload_is_its_own(uploads: Uploads) -> None:
    first = await uploads.receive(sending(b"one"))
    second = await uploads.receive(sending(b"two"))

    await uploads.remove(first.id)
    await uploads.remove(first.id)

    assert await uploads.list() == (second,)
    with pytest.raises(NotFound):
        await uploads.path(first.id)


@pytest.mark.parametrize("name", ["", ".", "..", "../secret", ".aside", "a/b", "a\0b"])
async def test_no_name_leads_out_of_the_directory(
    uploads: Uploads, name: str, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")

    with pytest.raises(NotFound):
        await uploads.path(name)
    await uploads.remove(name)

    assert secret.exists()
    assert (tmp_path / "uploads" / ".aside").exists()


async def test_another_process_finds_what_was_stored_and_no_leftovers(
    uploads: Uploads, place: Path, clock: StandingClock
) -> None:
    upload = await uploads.receive(sending(b"abc"))
    (place / ".aside" / "half").write_bytes(b"half")

    again = DirectoryUploads(place, clock)

    assert await again.list() == (upload,)
    assert list((place / ".aside").iterdir()) == []


async def test_a_full_disk_is_told(uploads: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(PortFault, match="No space left") as raised:
        await uploads.receive(sending(b"abc"))

    assert raised.value.reason == "NoRoom"
    assert await uploads.list() == ()
