"""Rows: which keys a prefix covers, and what appends become."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipcast.adapters.journal.rows import Newest, Wish, decide, end_of, next_after, start_of
from slipcast.ports.journal import Entry, Stale

TEXTS = st.text(st.sampled_from("a\ud7ff\ue000\U0010ffff"), max_size=3)


@given(prefix=TEXTS, key=TEXTS)
def test_a_prefix_covers_a_range_of_keys(prefix: str, key: str) -> None:
    end = end_of(prefix)

    inside = prefix <= key and (end is None or key < end)

    assert inside == key.startswith(prefix)


@given(key=TEXTS, other=TEXTS)
def test_nothing_lies_between_a_key_and_the_next(key: str, other: str) -> None:
    assert (other > key) == (other >= next_after(key))


def test_a_page_begins_after_the_last_key_or_at_the_prefix() -> None:
    assert start_of("/a/", "") == "/a/"
    assert start_of("/a/", "/a/b") == "/a/b\x01"
    assert start_of("/b/", "/a/b") == "/b/"


def test_wishes_of_one_commit_see_each_other() -> None:
    wishes = [
        Wish("/a", b"1", 0),
        Wish("/a", b"2", 8),
        Wish("/a", b"3", 8),
        Wish("/a", None, 9),
        Wish("/a", b"4", 0),
    ]

    answers = decide(7, wishes, lambda _: None)

    assert [type(answer) for answer in answers] == [Entry, Entry, Stale, Entry, Entry]
    assert answers[1] == Entry("/a", 9, 8, 8, b"2", b"1")
    assert answers[4] == Entry("/a", 11, 11, 0, b"4", None)


@pytest.mark.parametrize(
    ("found", "said"), [(None, "has no live row"), (Newest(3, 1, b"y"), "is at revision 3")]
)
def test_a_stale_append_says_what_is_there(found: Newest | None, said: str) -> None:
    (answer,) = decide(7, [Wish("/a", b"x", 2)], lambda _: found)

    assert said in str(answer)
