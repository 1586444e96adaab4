"""Single rows: keys, values, lives, and what is forgotten."""

from __future__ import annotations

import pytest

from contract.journal.model import told
from slipcast.ports.journal import Journal, Stale
from slipcast.values.faults import PortFault

pytestmark = pytest.mark.anyio


async def test_a_life_begins_anew_after_its_end(journal: Journal) -> None:
    first = await journal.append("/a", b"1", expected=0)
    end = await journal.append("/a", None, expected=first.revision)

    second = await journal.append("/a", b"2", expected=0)

    assert (end.created, end.previous, end.value, end.before) == (1, 1, None, b"1")
    assert (second.created, second.previous, second.before) == (3, 0, None)


async def test_nothing_ends_that_is_not_there(journal: Journal) -> None:
    with pytest.raises(Stale, match="/a"):
        await journal.append("/a", None, expected=0)

    assert await journal.head() == 0


async def test_values_of_any_bytes_and_size_come_back(journal: Journal) -> None:
    value = bytes(range(256)) * 6000

    await journal.append("/a", value, expected=0)

    row = await journal.get("/a")
    assert row is not None
    assert row.value == value
    assert (await told(journal, 0, ""))[0].value == value


async def test_what_is_forgotten_is_told_to_nobody(journal: Journal) -> None:
    await journal.append("/secret", b"old", expected=0)

    new = await journal.append("/secret", b"new", expected=1, forget=True)
    end = await journal.append("/secret", None, expected=2, forget=True)

    assert (new.before, end.before) == (None, None)
    rows = await told(journal, 0, "")
    assert [(row.value, row.before) for row in rows] == [(b"", None), (b"", None), (None, None)]
    old = await journal.get("/secret", at=1)
    assert old is not None
    assert old.value == b""


async def test_what_is_forgotten_leaves_lists_of_before(journal: Journal) -> None:
    await journal.append("/secret", b"old", expected=0)
    await journal.list("/", at=1)

    await journal.append("/secret", b"new", expected=1, forget=True)

    assert [row.value for row in (await journal.list("/", at=1)).entries] == [b""]


@pytest.mark.parametrize("key", ["", "/nul/\0", "/half/\ud83d"])
async def test_a_key_that_no_database_keeps_is_refused(journal: Journal, key: str) -> None:
    with pytest.raises(PortFault) as caught:
        await journal.append(key, b"x", expected=0)

    assert caught.value.reason == "BadKey"


async def test_an_empty_value_is_refused(journal: Journal) -> None:
    with pytest.raises(PortFault) as caught:
        await journal.append("/a", b"", expected=0)

    assert caught.value.reason == "BadValue"


async def test_numbers_beyond_all_revisions_mean_now(journal: Journal) -> None:
    await journal.append("/a", b"x", expected=0)

    assert await journal.get("/a", at=10**30) == await journal.get("/a")
    assert await journal.list("/", at=10**30) == await journal.list("/")
    with pytest.raises(Stale):
        await journal.append("/a", b"y", expected=10**30)


async def test_compacting_beyond_the_head_goes_to_the_head(journal: Journal) -> None:
    await journal.append("/a", b"x", expected=0)
    await journal.append("/a", b"y", expected=1)

    removed = [await journal.compact(10**30), await journal.compact(2), await journal.compact(-1)]

    assert removed == [1, 0, 0]
    assert (await journal.append("/a", b"z", expected=2)).revision == 3


async def test_a_journal_of_ends_alone_remembers_its_head(journal: Journal) -> None:
    await journal.append("/a", b"x", expected=0)
    await journal.append("/a", None, expected=1)

    assert await journal.compact(2) == 2

    assert (await journal.append("/a", b"y", expected=0)).revision == 3
