"""Several rows in one append: all of them or none, whoever else writes (J7)."""

from __future__ import annotations

import asyncio

import pytest

from contract.journal.model import told
from contract.journal.test_writers import RIVALS
from slipcast.ports.journal import Journal, Row, Stale
from slipcast.values.faults import PortFault

pytestmark = pytest.mark.anyio


async def test_rows_get_consecutive_revisions_in_their_order(journal: Journal) -> None:
    await journal.append("/b", b"old", expected=0)

    entries = await journal.append_all([Row("/c", b"1", 0), Row("/b", b"2", 1), Row("/a", b"3", 0)])

    assert [(each.key, each.revision) for each in entries] == [("/c", 2), ("/b", 3), ("/a", 4)]
    assert entries[1].before == b"old"
    assert (await told(journal, 1, "")) == entries


async def test_one_stale_row_keeps_all_others_away(journal: Journal) -> None:
    await journal.append("/b", b"old", expected=0)

    with pytest.raises(Stale) as caught:
        await journal.append_all([Row("/a", b"1", 0), Row("/b", b"2", 0), Row("/c", b"3", 0)])

    assert caught.value.key == "/b"
    assert await journal.get("/a") is None
    assert await journal.head() == 1


async def test_a_key_that_is_named_twice_is_refused(journal: Journal) -> None:
    with pytest.raises(PortFault) as caught:
        await journal.append_all([Row("/a", b"1", 0), Row("/a", b"2", 1)])

    assert caught.value.reason == "SameKey"
    assert await journal.head() == 0


async def test_no_rows_are_nothing(journal: Journal) -> None:
    assert await journal.append_all(()) == ()
    assert await journal.head() == 0


async def test_what_is_forgotten_beside_other_rows_is_told_to_nobody(journal: Journal) -> None:
    await journal.append_all([Row("/secret", b"old", 0), Row("/other", b"old", 0)])

    await journal.append_all([Row("/other", b"new", 2), Row("/secret", b"new", 1, forget=True)])

    rows = await told(journal, 0, "")
    assert [(row.value, row.before) for row in rows] == [
        (b"", None),
        (b"old", None),
        (b"new", b"old"),
        (b"new", None),
    ]


async def counting_in_two(journal: Journal, keys: tuple[str, str], times: int) -> None:
    """Count in two keys at once, against others who do the same."""
    done = 0
    while done < times:
        rows = [await journal.get(key) for key in keys]
        wanted = [
            Row(key, b"%d" % (int(row.value or b"") + 1 if row else 1), row.revision if row else 0)
            for key, row in zip(keys, rows, strict=True)
        ]
        try:
            await journal.append_all(wanted)
        except Stale:
            continue
        done += 1


async def test_keys_that_are_written_together_stay_together(journal: Journal) -> None:
    async with asyncio.TaskGroup() as group:
        for number in range(RIVALS):
            keys = ("/x", "/y") if number % 2 else ("/y", "/x")
            group.create_task(counting_in_two(journal, keys, 10))

    rows = await told(journal, 0, "")
    pairs = list(zip(rows[::2], rows[1::2], strict=True))
    assert all({one.key, other.key} == {"/x", "/y"} for one, other in pairs)
    assert [(one.value, other.value) for one, other in pairs] == [
        (b"%d" % count, b"%d" % count) for count in range(1, RIVALS * 10 + 1)
    ]


async def test_a_cancelled_append_of_two_is_whole_or_not_there(journal: Journal) -> None:
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(
                journal.append_all([Row(f"/a/{number}", b"x", 0), Row(f"/b/{number}", b"x", 0)])
            )
            for number in range(16)
        ]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()

    await journal.append("/after", b"x", expected=0)
    ones = {row.key[3:] for row in (await journal.list("/a/")).entries}
    others = {row.key[3:] for row in (await journal.list("/b/")).entries}
    assert ones == others
    assert {str(number) for number in range(1, 16, 2)} <= ones
