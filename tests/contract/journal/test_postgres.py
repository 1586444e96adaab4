"""PostgreSQL: several processes on one database, restarts, and whose tables they are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest

from contract.journal import cluster
from contract.journal.model import batches, told
from contract.journal.test_writers import counting
from slipcast.adapters.journal.postgres import PostgresJournal
from slipcast.ports.journal import Compacted
from slipcast.values.faults import PortFault

pytestmark = pytest.mark.anyio

EACH = 15
Pair = tuple[PostgresJournal, PostgresJournal]


@pytest.fixture
async def pair(postgres: cluster.Cluster) -> AsyncIterator[Pair]:
    """Two journals on one database, as two processes have them."""
    url = postgres.new_database()
    async with asyncio.TaskGroup() as group:
        opening = [group.create_task(PostgresJournal.open(url, pause=0.02)) for _ in range(2)]
    one, other = (task.result() for task in opening)
    yield one, other
    await one.close()
    await other.close()


@pytest.fixture(scope="module")
def careful() -> Iterator[cluster.Cluster]:
    """A server as careful with the disk as its defaults are."""
    why = cluster.missing()
    if why:
        pytest.skip(why)
    with cluster.started() as server:
        yield server


@pytest.fixture
def own_server(careful: cluster.Cluster) -> Iterator[cluster.Cluster]:
    """A careful server that a test may stop."""
    yield careful
    careful.revive()


async def test_two_processes_share_the_revisions_j1_j2(pair: Pair) -> None:
    async with asyncio.TaskGroup() as group:
        for number, journal in enumerate(pair * 4):
            group.create_task(counting(journal, f"/own/{number}", EACH))
            group.create_task(counting(journal, "/shared", 3))

    rows = await told(pair[0], 0, "")
    assert [row.revision for row in rows] == list(range(1, 8 * (EACH + 3) + 1))
    shared = await pair[1].get("/shared")
    assert shared is not None
    assert shared.value == b"24"


async def test_followers_in_two_processes_see_the_same_j3(pair: Pair) -> None:
    last = 8 * EACH
    async with asyncio.TaskGroup() as group:
        news = [group.create_task(batches(journal, 0, "", last)) for journal in pair * 2]
        for number, journal in enumerate(pair * 4):
            group.create_task(counting(journal, f"/own/{number}", EACH))

    seen = {tuple(row for batch in task.result() for row in batch.entries) for task in news}
    assert len(seen) == 1
    assert [row.revision for row in seen.pop()] == list(range(1, last + 1))


async def test_what_another_process_compacted_is_gone_here_too_j6(pair: Pair) -> None:
    one, other = pair
    await counting(one, "/a", 5)

    await one.compact(4)

    with pytest.raises(Compacted):
        await anext(other.since(3, ""))
    with pytest.raises(Compacted):
        await other.list("/", at=3)


async def test_a_secret_replaced_by_another_process_is_forgotten_here_too(pair: Pair) -> None:
    one, other = pair
    row = await one.append("/secret", b"old", expected=0)
    await told(one, 0, "")

    await other.append("/secret", b"new", expected=row.revision, forget=True)

    assert [(row.value, row.before) for row in await told(one, 0, "")] == [
        (b"", None),
        (b"new", None),
    ]


async def test_what_was_acknowledged_survives_a_crash_of_the_server(
    own_server: cluster.Cluster,
) -> None:
    journal = await PostgresJournal.open(own_server.new_database(), pause=0.02)
    await counting(journal, "/a", 20)

    own_server.stop()
    own_server.start()

    row = await journal.get("/a")
    assert row is not None
    assert (row.revision, row.value) == (20, b"20")
    await journal.close()


async def test_while_the_server_is_away_faults_say_to_try_again(
    own_server: cluster.Cluster,
) -> None:
    journal = await PostgresJournal.open(own_server.new_database(), pause=0.02)
    await journal.append("/a", b"1", expected=0)
    own_server.stop()

    with pytest.raises(PortFault) as caught:
        await journal.append("/a", b"2", expected=1)

    assert (caught.value.reason, caught.value.retryable) == ("JournalUnreachable", True)
    await journal.close()


async def test_followers_go_on_after_a_restart_of_the_server(own_server: cluster.Cluster) -> None:
    url = own_server.new_database()
    journal, other = await PostgresJournal.open(url, pause=0.02), await PostgresJournal.open(url)
    async with asyncio.TaskGroup() as group:
        news = group.create_task(batches(journal, 0, "", 2))
        await other.append("/a", b"1", expected=0)
        own_server.stop()
        own_server.start()
        await counting_on(other)

    rows = [row for batch in news.result() for row in batch.entries]
    assert [row.revision for row in rows] == [1, 2]
    await journal.close()
    await other.close()


async def counting_on(journal: PostgresJournal) -> None:
    """Write as a caller does: again, when the fault says so."""
    while True:
        try:
            await journal.append("/a", b"2", expected=1)
        except PortFault as fault:
            if not fault.retryable:
                raise
        else:
            return


async def test_tables_of_somebody_else_are_refused(postgres: cluster.Cluster) -> None:
    url = postgres.new_database()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE journal (day date, entry text)")

    with pytest.raises(PortFault) as caught:
        await PostgresJournal.open(url)

    assert caught.value.reason == "JournalForeign"


async def test_a_newer_journal_is_refused(postgres: cluster.Cluster) -> None:
    url = postgres.new_database()
    await (await PostgresJournal.open(url)).close()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE mark SET revision = 2 WHERE name = 'schema'")

    with pytest.raises(PortFault) as caught:
        await PostgresJournal.open(url)

    assert caught.value.reason == "JournalNewer"


async def test_a_server_that_is_not_there_is_a_fault() -> None:
    with pytest.raises(PortFault) as caught:
        await PostgresJournal.open("postgresql://nobody:hidden@127.0.0.1:1/none")

    assert caught.value.reason == "JournalUnreachable"
    assert "hidden" not in caught.value.message


@pytest.mark.parametrize("password", ["hid%den", "hid/den", "x@hidden", "hid@d/e:n"])
async def test_a_password_that_is_written_wrongly_is_not_shown(password: str) -> None:
    with pytest.raises(PortFault, match="the URL of the database cannot be read") as caught:
        await PostgresJournal.open(f"postgresql://nobody:{password}@127.0.0.1:1/none")

    assert "hid" not in f"{caught.value.message} {caught.value.hint}"


async def test_while_the_server_is_away_everybody_is_told_at_once_and_heard_when_it_is_back(
    own_server: cluster.Cluster,
) -> None:
    journal = await PostgresJournal.open(own_server.new_database(), pause=0.02)
    await journal.append("/a", b"1", expected=0)
    await asyncio.gather(*(journal.get("/a") for _ in range(20)))
    own_server.stop()

    async with asyncio.timeout(60):
        told_ = await asyncio.gather(
            *(journal.get("/a") for _ in range(200)), return_exceptions=True
        )
    own_server.start()

    assert {getattr(each, "reason", "") for each in told_} == {"JournalUnreachable"}
    async with asyncio.timeout(60):
        found = await asyncio.gather(*(journal.get("/a") for _ in range(200)))
    assert {each.value for each in found if each} == {b"1"}
    await journal.close()


@pytest.mark.parametrize("away", [False, True])
async def test_closing_under_load_ends(own_server: cluster.Cluster, *, away: bool) -> None:
    journal = await PostgresJournal.open(own_server.new_database(), pause=0.02)
    await journal.append("/a", b"1", expected=0)
    async with asyncio.TaskGroup() as group:
        for number in range(50):
            group.create_task(_anything(journal, number))
        if away:
            await asyncio.to_thread(own_server.stop)

        async with asyncio.timeout(60):
            await journal.close()


async def _anything(journal: PostgresJournal, number: int) -> None:
    """Read, write and follow until it says that it is closed."""
    while True:
        try:
            await journal.list("/", limit=1)
            await journal.append(f"/{number}", b"1", expected=0)
            async for _ in journal.since(0, "/"):
                break
        except PortFault as fault:
            if fault.reason == "JournalClosed":
                return
