"""Several writers, cancelled writers, closing: what was acknowledged is there, in order."""

from __future__ import annotations

import asyncio

import pytest

from contract.journal.model import batches, told
from slipcast.ports.journal import Entry, Journal, Stale
from slipcast.values.faults import PortFault

pytestmark = pytest.mark.anyio

WRITERS = 16
EACH = 20
# Of those who write the same key at a time, one succeeds.
RIVALS = 6


async def counting(journal: Journal, key: str, times: int) -> list[Entry]:
    """Count in one key, against others who do the same."""
    written: list[Entry] = []
    while len(written) < times:
        row = await journal.get(key)
        count = int(row.value or b"") if row else 0
        try:
            new = await journal.append(
                key, b"%d" % (count + 1), expected=row.revision if row else 0
            )
        except Stale:
            continue
        written.append(new)
    return written


async def test_writers_of_their_own_keys_share_the_revisions_j1(journal: Journal) -> None:
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(counting(journal, f"/own/{number}", EACH))
            for number in range(WRITERS)
        ]

    revisions = sorted(row.revision for task in tasks for row in task.result())
    assert revisions == list(range(1, WRITERS * EACH + 1))


async def test_writers_of_one_key_lose_no_update_j2(journal: Journal) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(RIVALS):
            group.create_task(counting(journal, "/shared", 10))

    row = await journal.get("/shared")
    assert row is not None
    assert row.value == b"%d" % (RIVALS * 10)
    assert await journal.head() == RIVALS * 10


async def test_followers_see_every_row_once_and_in_order_under_writers_j3(
    journal: Journal,
) -> None:
    last = WRITERS * EACH
    async with asyncio.TaskGroup() as group:
        all_rows = group.create_task(batches(journal, 0, "", last))
        some_rows = group.create_task(batches(journal, 0, "/k/1", last))
        for number in range(WRITERS):
            group.create_task(counting(journal, f"/k/{number}", EACH))
        late_rows = group.create_task(batches(journal, 0, "", last))

    rows = [row for batch in all_rows.result() for row in batch.entries]
    assert [row.revision for row in rows] == list(range(1, last + 1))
    assert [row for batch in late_rows.result() for row in batch.entries] == rows
    wanted = [row for row in rows if row.key.startswith("/k/1")]
    assert [row for batch in some_rows.result() for row in batch.entries] == wanted


async def test_every_row_tells_what_it_replaced_under_writers(journal: Journal) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(RIVALS):
            group.create_task(counting(journal, "/shared", 10))

    rows = await told(journal, 0, "")
    assert [row.before for row in rows] == [None, *(row.value for row in rows[:-1])]


async def test_a_cancelled_append_is_whole_or_not_there(journal: Journal) -> None:
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(journal.append(f"/key/{number:02}", b"x", expected=0))
            for number in range(WRITERS)
        ]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()

    kept = {task.result().key for task in tasks[1::2]}
    after = await journal.append("/after", b"x", expected=0)
    rows = await told(journal, 0, "")
    assert [row.revision for row in rows] == list(range(1, after.revision + 1))
    assert kept <= {row.key for row in rows}


async def test_a_cancelled_list_leaves_a_journal_that_works(journal: Journal) -> None:
    await asyncio.gather(
        *(journal.append(f"/key/{number}", b"x", expected=0) for number in range(1500))
    )

    async with asyncio.TaskGroup() as group:
        listing = group.create_task(journal.list("/key/"))
        await asyncio.sleep(0)
        listing.cancel()

    await journal.append("/key/1500", b"x", expected=0)
    assert len((await journal.list("/key/")).entries) == 1501


async def test_a_long_list_is_of_one_moment(journal: Journal) -> None:
    await asyncio.gather(
        *(journal.append(f"/key/{number:04}", b"x", expected=0) for number in range(2500))
    )

    async with asyncio.TaskGroup() as group:
        listing = group.create_task(journal.list("/key/"))
        await asyncio.sleep(0)
        group.create_task(journal.append("/key/2499x", b"x", expected=0))
        group.create_task(journal.append("/key/0000", None, expected=1))

    page = listing.result()
    assert page == await journal.list("/key/", at=page.revision)


async def test_what_was_begun_before_closing_is_finished(journal: Journal) -> None:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(journal.append("/key", b"x", expected=0))
        await asyncio.sleep(0)
        await journal.close()

    assert task.result().revision == 1


async def test_a_closed_journal_says_so(journal: Journal) -> None:
    await journal.close()
    await journal.close()

    with pytest.raises(PortFault, match="closed"):
        await journal.append("/key", b"x", expected=0)
    with pytest.raises(PortFault, match="closed"):
        await journal.get("/key")
    with pytest.raises(PortFault, match="closed"):
        await journal.list("/")
    with pytest.raises(PortFault, match="closed"):
        await anext(journal.since(0, ""))
