"""Many clients share the server."""

import asyncio

import pytest

from slipcast.server.fairness import Fairness
from slipcast.values.apifaults import TooManyRequests


def test_an_actor_with_more_than_a_share_is_told_to_come_again() -> None:
    async def story() -> None:
        fairness = Fairness(seats=2)
        async with fairness.seat("greedy"), fairness.seat("greedy"):
            with pytest.raises(TooManyRequests) as refused:
                async with fairness.seat("greedy"):
                    pass
        assert refused.value.retry_after == 1

    asyncio.run(story())


def test_an_actor_with_less_than_a_share_waits_for_a_seat() -> None:
    async def story() -> list[str]:
        fairness = Fairness(seats=2)
        seen: list[str] = []

        async def modest() -> None:
            async with fairness.seat("modest"):
                seen.append("served")

        greedy = fairness.seat("greedy")
        async with asyncio.TaskGroup() as tasks, greedy, fairness.seat("greedy"):
            tasks.create_task(modest())
            await asyncio.sleep(0)
            seen.append("waiting")
        return seen

    assert asyncio.run(story()) == ["waiting", "served"]


def test_a_seat_is_free_again_when_its_request_fails() -> None:
    async def story() -> int:
        fairness = Fairness(seats=1)
        with pytest.raises(ZeroDivisionError):
            async with fairness.seat("somebody"):
                _ = 1 / 0
        return fairness.serving

    assert asyncio.run(story()) == 0


def test_streams_are_counted_apart_and_bounded() -> None:
    async def story() -> None:
        fairness = Fairness(seats=1, streams=1)
        fairness.begin("watcher")
        async with fairness.seat("reader"):
            with pytest.raises(TooManyRequests):
                fairness.begin("other")
        fairness.end("watcher")
        fairness.begin("other")

    asyncio.run(story())
