"""When the server says that it is ready."""

from __future__ import annotations

import asyncio

from typing_extensions import override

from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.values.faults import PortFault
from slipcast.wiring.daemon import why_not_ready


class Unreachable(MemoryJournal):
    """A journal whose database is away."""

    @override
    async def head(self) -> int:
        raise PortFault("the database at db.internal is away", retryable=True)


def test_a_server_whose_store_answers_is_ready() -> None:
    async def story() -> str:
        return await why_not_ready(MemoryJournal())

    assert asyncio.run(story()) == ""


def test_a_server_whose_store_is_away_is_not_and_tells_strangers_no_more() -> None:
    async def story() -> str:
        return await why_not_ready(Unreachable())

    assert asyncio.run(story()) == "the store does not answer"
