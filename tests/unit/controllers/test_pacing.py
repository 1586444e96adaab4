"""Turns: what is due at once does not begin at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from slipcast.controllers.pacing import Turns

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ONE, TWO, THREE = ("shop", "one"), ("shop", "two"), ("shop", "three")
SECOND = timedelta(seconds=1)


def test_the_first_has_its_turn_at_once():
    assert Turns(60).of(ONE, NOON) == NOON


def test_others_follow_a_while_after_one_another():
    turns = Turns(60)

    moments = [turns.of(key, NOON) for key in (ONE, TWO, THREE)]

    assert moments == [NOON, NOON + SECOND, NOON + 2 * SECOND]


def test_a_turn_stays_until_it_has_come():
    turns = Turns(60)
    turns.of(ONE, NOON)

    moments = [turns.of(TWO, NOON), turns.of(TWO, NOON), turns.of(TWO, NOON + SECOND)]

    assert moments == [NOON + SECOND] * 3


def test_a_turn_is_used_up_when_it_has_come():
    turns = Turns(60)
    turns.of(ONE, NOON)

    assert turns.of(ONE, NOON) == NOON + SECOND


def test_after_a_pause_nobody_waits():
    turns = Turns(60)
    turns.of(ONE, NOON)

    assert turns.of(TWO, NOON + 5 * SECOND) == NOON + 5 * SECOND


def test_a_turn_that_is_let_go_of_is_given_anew():
    turns = Turns(60)
    turns.of(ONE, NOON)
    turns.of(TWO, NOON)

    turns.drop(TWO)

    assert turns.of(TWO, NOON) == NOON + 2 * SECOND
