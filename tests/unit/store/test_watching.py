"""What watchers share, and what they cost."""

from __future__ import annotations

from contextlib import aclosing

import pytest
from typing_extensions import override

from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.ports.api import Api, WatchOptions
from slipcast.store import watching
from slipcast.store.rows import Rows
from slipcast.store.watching import Pace, Watching
from slipcast.values.apifaults import Unavailable
from unit.store.conftest import CONFIG_MAPS, Put

pytestmark = pytest.mark.anyio


async def test_all_watchers_are_told_by_the_same_event(journal: MemoryJournal, put: Put):
    shared = Watching(Rows(journal), Pace())
    start = (await put("a"))["metadata"]["resourceVersion"]
    await put("b")
    options = WatchOptions(resource_version=start)

    async with (
        aclosing(await shared.watch(CONFIG_MAPS, options)) as first,
        aclosing(await shared.watch(CONFIG_MAPS, options)) as second,
    ):
        assert await anext(first) is await anext(second)


class Behind(MemoryJournal):
    """A journal that hands on what it has listed a moment later."""

    late = 2

    @override
    async def head(self) -> int:
        self.late -= 1
        return 0 if self.late >= 0 else await super().head()


async def test_a_list_may_be_ahead_of_what_is_watched():
    journal = Behind()
    entry = await journal.append("//configmaps/default/a", b"{}", expected=0)

    options = WatchOptions(resource_version=str(entry.revision))
    watcher = await Watching(Rows(journal), Pace()).watch(CONFIG_MAPS, options)

    await watcher.aclose()
    assert journal.late < 0


async def test_what_is_kept_for_latecomers_is_bounded_in_bytes(
    journal: MemoryJournal, put: Put, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(watching, "RECENT_BYTES", 2000)
    shared = Watching(Rows(journal), Pace())
    start = (await put("a"))["metadata"]["resourceVersion"]
    await put("b", {"key": "v" * 1500})
    await put("c", {"key": "v" * 1500})

    options = WatchOptions(resource_version=start)
    async with aclosing(await shared.watch(CONFIG_MAPS, options)) as events:
        told = [(await anext(events)).document.names.name for _ in range(2)]

    assert told == ["b", "c"]
    assert len(shared._recent) == 1


async def test_a_watch_ends_when_the_journal_is_closed(api: Api, put: Put, journal: MemoryJournal):
    start = (await put("a"))["metadata"]["resourceVersion"]
    events = await api.watch(CONFIG_MAPS, WatchOptions(resource_version=start))
    await put("b")
    await anext(events)

    await journal.close()

    with pytest.raises(Unavailable, match="the server is stopping"):
        await anext(events)
