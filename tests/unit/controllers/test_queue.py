"""The queue: a key in one hand at a time, looked at once however often it was woken."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from slipcast.controllers.queue import LONGEST, SHORTEST, Key, Queue
from slipcast.testing.api import StandingClock

pytestmark = pytest.mark.anyio

A, B, C = ("shop", "a"), ("shop", "b"), ("shop", "c")


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def queue(clock: StandingClock) -> Queue:
    return Queue(clock)


def taken(queue: Queue) -> list[Key | None]:
    """Three keys, as far as there are."""
    return [queue.take() for _ in range(3)]


def test_a_key_that_waits_is_looked_at_once(queue: Queue) -> None:
    queue.add(A)
    queue.add(B)
    queue.add(A)

    assert taken(queue) == [A, B, None]


def test_a_key_woken_while_it_is_in_hand_is_looked_at_again(queue: Queue) -> None:
    queue.add(A)
    queue.take()
    queue.add(A)
    assert queue.take() is None

    queue.done(A)

    assert queue.take() == A


def test_keys_of_one_lane_are_looked_at_one_after_another(clock: StandingClock) -> None:
    queue = Queue(clock, lambda key: key[0])
    for key in (A, B, ("other", "a")):
        queue.add(key)
    assert taken(queue) == [A, ("other", "a"), None]

    queue.done(A)

    assert queue.take() == B


def test_a_key_keeps_its_lane_while_it_is_known(clock: StandingClock) -> None:
    lanes = iter(["one", "two"])
    queue = Queue(clock, lambda _: next(lanes))
    queue.add(A)
    queue.take()

    queue.add(A)

    assert queue.take() is None


def test_a_key_that_failed_waits_twice_as_long_each_time(
    queue: Queue, clock: StandingClock
) -> None:
    first = queue.failed(A) - clock.now()
    second = queue.failed(A) - clock.now()

    assert (first, second) == (SHORTEST, 2 * SHORTEST)


def test_nothing_is_put_off_for_ever(queue: Queue, clock: StandingClock) -> None:
    waits = [queue.failed(A) - clock.now() for _ in range(50)]

    assert waits[-1] == LONGEST


def test_what_succeeds_is_forgiven(queue: Queue, clock: StandingClock) -> None:
    queue.failed(A)
    queue.failed(A)

    queue.succeeded(A)

    assert queue.failed(A) - clock.now() == SHORTEST


def test_what_is_put_off_comes_when_it_is_time(queue: Queue, clock: StandingClock) -> None:
    queue.add_at(A, clock.now() + timedelta(seconds=5))
    assert queue.take() is None

    clock.moment += timedelta(seconds=5)

    assert queue.take() == A


def test_what_is_looked_at_before_needs_no_second_look(queue: Queue, clock: StandingClock) -> None:
    queue.add_at(A, clock.now() + timedelta(seconds=5))
    queue.add_at(A, clock.now() + timedelta(seconds=9))
    queue.add(A)
    queue.take()
    queue.done(A)

    clock.moment += timedelta(seconds=10)

    assert queue.take() is None
    assert queue.is_empty


async def test_who_waits_is_woken(queue: Queue) -> None:
    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(queue.next())
        second = tasks.create_task(queue.next())
        queue.add(A)
        queue.add(B)

    assert {first.result(), second.result()} == {A, B}


async def test_who_waits_is_woken_by_time(queue: Queue, clock: StandingClock) -> None:
    queue.add_at(A, clock.now() + timedelta(milliseconds=1))
    clock.moment += timedelta(milliseconds=1)

    assert await queue.next() == A
