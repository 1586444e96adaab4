"""Uids and the ends of generated names."""

from __future__ import annotations

import uuid

from slipcast.store.dice import FETCHED, Dice
from slipcast.values.names import SUFFIX_ALPHABET


def test_a_uid_is_a_random_uuid():
    text = Dice().uid()

    assert str(uuid.UUID(text)) == text
    assert (uuid.UUID(text).version, uuid.UUID(text).variant) == (4, uuid.RFC_4122)


def test_no_uid_comes_twice():
    dice = Dice()

    uids = [dice.uid() for _ in range(FETCHED)]

    assert len({*uids}) == FETCHED


def test_a_suffix_has_five_characters_of_the_alphabet_ba_10():
    suffixes = "".join(Dice().suffix() for _ in range(200))

    assert len(suffixes) == 1000
    assert {*suffixes} <= {*SUFFIX_ALPHABET}
