"""Logs are kept whole or not at all, within bounds, and forgotten when asked."""

from __future__ import annotations

import errno
import os
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path

import pytest

from slipcast.adapters.podlogs import DirectoryLogs
from slipcast.ports.podlogs import PodLogs
from slipcast.values.faults import NotFound, PortFault
from slipcast.values.logrecords import read, written

pytestmark = pytest.mark.anyio

TIME = b"2026-11-22T18:00:00.000000000Z"
KEY = "0b0c7a54-7c7b-4f0e-8f5b-1d2f3a4b5c6d"


def line(text: str) -> bytes:
    return written(TIME, "stdout", text.encode())


def below(place: Path) -> list[Path]:
    return sorted(path for path in place.rglob("*") if path.is_file())


async def saying(*pieces: bytes) -> AsyncGenerator[bytes, None]:
    for piece in pieces:
        yield piece


async def breaking_off(*pieces: bytes) -> AsyncGenerator[bytes, None]:
    for piece in pieces:
        yield piece
    raise PortFault("the pod cannot be reached", retryable=True)


async def kept(logs: PodLogs, container: str = "main", key: str = KEY) -> bytes:
    return b"".join([piece async for piece in await logs.records(key, container)])


async def texts(logs: PodLogs) -> list[bytes]:
    return [each.text for each in read(await kept(logs))]


async def test_a_log_is_kept_as_it_was_said(logs: PodLogs) -> None:
    await logs.keep(KEY, "main", saying(line("one\rtwo"), line("three")))

    assert await kept(logs) == line("one\rtwo") + line("three")
    assert await logs.containers(KEY) == ("main",)
    assert await logs.list() == (KEY,)


async def test_who_said_nothing_has_an_empty_log(logs: PodLogs) -> None:
    await logs.keep(KEY, "main", saying())

    assert await kept(logs) == b""


async def test_a_log_that_is_kept_again_is_replaced(logs: PodLogs) -> None:
    await logs.keep(KEY, "main", saying(line("one")))
    await logs.keep(KEY, "main", saying(line("one"), line("two")))

    assert await texts(logs) == [b"one", b"two"]


async def test_a_log_that_breaks_off_leaves_what_was_there(logs: PodLogs) -> None:
    await logs.keep(KEY, "main", saying(line("whole")))

    with pytest.raises(PortFault):
        await logs.keep(KEY, "main", breaking_off(line("half")))

    assert await texts(logs) == [b"whole"]


async def test_a_log_that_breaks_off_leaves_nothing_where_nothing_was(
    logs: PodLogs, place: Path
) -> None:
    with pytest.raises(PortFault):
        await logs.keep(KEY, "main", breaking_off(line("half")))

    assert await logs.list() == ()
    assert below(place) == []


async def test_of_a_long_log_the_beginning_and_the_end_are_kept(logs: PodLogs) -> None:
    said = [f"line {number:04}" for number in range(1000)]
    await logs.keep(KEY, "main", saying(*(line(text) for text in said)))

    found = [text.decode() for text in await texts(logs)]

    gap = next(index for index, text in enumerate(found) if text.startswith("["))
    left_out = sum(len(line(text)) for text in said[gap : len(said) - (len(found) - gap - 1)])
    assert found[:gap] == said[:gap]
    assert found[gap] == f"[{left_out} bytes of this log were left out]"
    assert found[gap + 1 :] == said[-(len(found) - gap - 1) :]
    assert len(await kept(logs)) <= 4200


async def test_a_long_piece_is_bounded_like_many_short_ones(logs: PodLogs) -> None:
    said = [line(f"line {number:04}") for number in range(1000)]

    await logs.keep(KEY, "main", saying(b"".join(said)))

    assert (await texts(logs))[-1] == b"line 0999"
    assert len(await kept(logs)) <= 1200


async def test_each_piece_ends_at_the_end_of_a_record(place: Path) -> None:
    logs = DirectoryLogs(place)
    said = [line("x" * 997) for _ in range(2000)]
    await logs.keep(KEY, "main", saying(*said))

    pieces = [piece async for piece in await logs.records(KEY, "main")]

    assert len(pieces) > 1
    assert {piece[-1:] for piece in pieces} == {b"\n"}
    assert b"".join(pieces) == b"".join(said)


async def test_what_is_removed_is_gone_and_nothing_else(logs: PodLogs) -> None:
    await logs.keep(KEY, "main", saying(line("one")))
    await logs.keep("other", "main", saying(line("two")))

    await logs.remove(KEY)
    await logs.remove(KEY)

    assert await logs.list() == ("other",)
    with pytest.raises(NotFound):
        await logs.records(KEY, "main")


async def test_a_log_is_read_to_its_end_although_it_is_removed(logs: PodLogs) -> None:
    await logs.keep(KEY, "main", saying(line("one")))
    records = await logs.records(KEY, "main")
    await logs.remove(KEY)

    assert b"".join([piece async for piece in records]) == line("one")


@pytest.mark.parametrize("name", ["", ".", "..", "../other", "a/b", ".aside", "x" * 300, "a\0b"])
async def test_no_name_leads_out_of_the_directory(logs: PodLogs, name: str, tmp_path: Path) -> None:
    before = below(tmp_path)

    with pytest.raises(PortFault):
        await logs.keep(name, "main", saying(line("one")))
    with pytest.raises(PortFault):
        await logs.keep(KEY, name, saying(line("one")))
    with pytest.raises(NotFound):
        await logs.records(name, "main")
    with pytest.raises(NotFound):
        await logs.records(KEY, name)
    await logs.remove(name)

    assert await logs.containers(name) == ()
    assert below(tmp_path) == before


async def test_another_process_finds_what_was_kept_and_no_leftovers(
    logs: PodLogs, place: Path
) -> None:
    await logs.keep(KEY, "main", saying(line("one")))
    (place / ".aside" / "half").write_bytes(b"half")

    again = DirectoryLogs(place)

    assert await kept(again) == line("one")
    assert list((place / ".aside").iterdir()) == []


async def test_a_full_disk_is_told_and_may_be_tried_again(
    logs: PodLogs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(PortFault, match="No space left") as raised:
        await logs.keep(KEY, "main", saying(line("one")))

    assert raised.value.retryable
    assert await logs.list() == ()


async def test_a_damaged_log_is_told(logs: PodLogs, place: Path) -> None:
    await logs.keep(KEY, "main", saying(line("one")))
    (place / KEY / "main.zst").write_bytes(b"no log")

    records: AsyncIterator[bytes] = await logs.records(KEY, "main")
    with pytest.raises(PortFault, match="damaged"):
        await anext(records)
