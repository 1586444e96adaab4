"""Following a journal: from the past into the present, at any pace."""

from __future__ import annotations

import asyncio

import pytest

from contract.journal.model import batches, told
from slipcast.ports.journal import Batch, Compacted, Journal

pytestmark = pytest.mark.anyio

# More than is kept in process.
MANY = 6000


async def fill(journal: Journal, count: int) -> None:
    """Write one key many times, and others as often."""
    first = await journal.head()
    keys = [f"/fill/{number % 7}/{first + number}" for number in range(count)]
    await asyncio.gather(*(journal.append(key, b"x", expected=0) for key in keys))


async def test_a_follower_is_told_at_once_that_it_has_caught_up(journal: Journal) -> None:
    await journal.append("/a", b"x", expected=0)

    batch = await anext(journal.since(1, ""))

    assert batch == Batch((), 1)


async def test_a_follower_of_other_keys_is_told_of_the_revision(journal: Journal) -> None:
    async with asyncio.TaskGroup() as group:
        news = group.create_task(batches(journal, 0, "/others/", 1))
        await journal.append("/a", b"x", expected=0)

    assert news.result()[-1] == Batch((), 1)


async def test_a_follower_from_the_future_waits_for_it(journal: Journal) -> None:
    async with asyncio.TaskGroup() as group:
        news = group.create_task(batches(journal, 2, "", 3))
        await fill(journal, 3)

    assert [row.revision for batch in news.result() for row in batch.entries] == [3]


async def test_a_slow_follower_misses_nothing(journal: Journal) -> None:
    following = journal.since(0, "/fill/3/")
    first = await anext(following)

    await fill(journal, MANY)

    rows = list(first.entries)
    async for batch in following:
        rows += batch.entries
        if batch.revision == MANY:
            break
    assert tuple(rows) == await told(journal, 0, "/fill/3/")
    assert len(rows) == MANY // 7


async def test_a_follower_that_falls_behind_the_mark_lists_again_j6(journal: Journal) -> None:
    following = journal.since(0, "")
    await anext(following)
    await fill(journal, MANY)

    await journal.compact(MANY)

    with pytest.raises(Compacted):
        [batch async for batch in following if batch.revision < MANY]


async def test_a_follower_that_is_up_to_date_outlives_compacting_j5(journal: Journal) -> None:
    await fill(journal, 3)
    following = journal.since(0, "/other/")
    await anext(following)

    await journal.compact(3)
    await journal.append("/other/", b"x", expected=0)

    told_next = await anext(following)
    assert [row.revision for row in told_next.entries] == [4]


async def test_closing_ends_those_who_wait(journal: Journal) -> None:
    async def follower() -> int:
        return len([batch async for batch in journal.since(0, "")])

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(follower()) for _ in range(3)]
        await fill(journal, 1)
        await batches(journal, 0, "", 1)
        await journal.close()

    assert all(task.result() for task in tasks)


async def test_a_cancelled_follower_disturbs_no_other(journal: Journal) -> None:
    async with asyncio.TaskGroup() as group:
        cancelled = group.create_task(batches(journal, 0, "", 9))
        other = group.create_task(batches(journal, 0, "", 9))
        await fill(journal, 3)
        cancelled.cancel()
        await fill(journal, 6)

    revisions = [row.revision for batch in other.result() for row in batch.entries]
    assert revisions == list(range(1, 10))


async def test_two_hundred_followers_see_the_same(journal: Journal) -> None:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(batches(journal, 0, "/fill/", 300)) for _ in range(200)]
        await fill(journal, 150)
        await fill(journal, 150)

    seen = {
        tuple(row.revision for batch in task.result() for row in batch.entries) for task in tasks
    }
    assert seen == {tuple(range(1, 301))}
