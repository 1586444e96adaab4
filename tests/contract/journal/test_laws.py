"""The laws J1 to J7, for random histories, against a list of rows."""

from __future__ import annotations

import asyncio
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.journal.conftest import New
from contract.journal.model import (
    KEYS,
    PREFIXES,
    STEPS,
    Model,
    Step,
    carry_out,
    carry_out_together,
    compare,
)
from slipcast.ports.journal import Compacted

EXAMPLES = int(os.environ.get("SLIPCAST_EXAMPLES", "10"))
"""Of each law, for each adapter; the nightly form says a hundred."""
THOROUGH = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@THOROUGH
@given(steps=STEPS)
def test_a_journal_answers_like_a_list_of_rows_j1_j2_j3_j4(new: New, steps: list[Step]) -> None:
    async def story() -> None:
        async with new() as journal:
            model = Model()

            await carry_out(journal, model, steps)

            await compare(journal, model)

    asyncio.run(story())


@THOROUGH
@given(before=STEPS, together=st.lists(STEPS, max_size=8))
def test_rows_of_one_append_are_all_there_or_none_j7(
    new: New, before: list[Step], together: list[list[Step]]
) -> None:
    async def story() -> None:
        async with new() as journal:
            model = Model()
            await carry_out(journal, model, before)

            for steps in together:
                await carry_out_together(journal, model, steps)

            await compare(journal, model)

    asyncio.run(story())


@THOROUGH
@given(before=STEPS, share=st.floats(0, 1.2), after=STEPS)
def test_compacting_changes_nothing_that_is_visible_after_the_mark_j5(
    new: New, before: list[Step], share: float, after: list[Step]
) -> None:
    async def story() -> None:
        async with new() as journal:
            model = Model()
            await carry_out(journal, model, before)

            await journal.compact(int(model.head * share))

            model.mark = min(model.head, int(model.head * share))
            await compare(journal, model)
            await carry_out(journal, model, after)
            await compare(journal, model)

    asyncio.run(story())


@THOROUGH
@given(steps=STEPS, share=st.floats(0, 1), back=st.integers(1, 50))
def test_asking_before_the_mark_raises_compacted_j6(
    new: New, steps: list[Step], share: float, back: int
) -> None:
    async def story() -> None:
        async with new() as journal:
            model = Model()
            await carry_out(journal, model, steps)
            mark = int(model.head * share)
            await journal.compact(mark)

            with pytest.raises(Compacted):
                await journal.get(KEYS[0], at=mark - back)
            with pytest.raises(Compacted):
                await journal.list("", at=mark - back)
            with pytest.raises(Compacted):
                await anext(journal.since(mark - back, ""))

    asyncio.run(story())


@THOROUGH
@given(
    steps=STEPS,
    prefix=st.sampled_from(PREFIXES),
    limit=st.integers(1, 5),
    back=st.integers(0, 20),
    share=st.floats(0, 1),
)
def test_pages_put_together_are_the_list(
    new: New, steps: list[Step], prefix: str, limit: int, back: int, share: float
) -> None:
    async def story() -> None:
        async with new() as journal:
            model = Model()
            await carry_out(journal, model, steps)
            await journal.compact(int(model.head * share))
            at = max(int(model.head * share), model.head - back)
            left = model.live(prefix, at)
            after = ""

            while left:
                page = await journal.list(prefix, at=at, after=after, limit=limit)

                assert page.entries == left[:limit]
                left = left[limit:]
                assert page.remaining == len(left)
                after = page.entries[-1].key

    asyncio.run(story())
