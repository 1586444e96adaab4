"""Rows: which keys a prefix covers, and what appends become."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipcast.adapters.journal.rows import (
    Newest,
    checked_all,
    decide,
    end_of,
    next_after,
    start_of,
)
from slipcast.ports.journal import Entry, Row, Stale
from slipcast.values.faults import PortFault

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


def test_appends_of_one_commit_see_each_other() -> None:
    rows = [
        Row("/a", b"1", 0),
        Row("/a", b"2", 8),
        Row("/a", b"3", 8),
        Row("/a", None, 9),
        Row("/a", b"4", 0),
    ]

    answers = decide(7, [(row,) for row in rows], lambda _: None)

    assert [type(answer) for answer in answers] == [tuple, tuple, Stale, tuple, tuple]
    assert answers[1] == (Entry("/a", 9, 8, 8, b"2", b"1"),)
    assert answers[4] == (Entry("/a", 11, 11, 0, b"4", None),)


def test_of_an_append_with_a_stale_row_nothing_is_written() -> None:
    appends = [
        (Row("/a", b"1", 0), Row("/b", b"1", 3), Row("/c", b"1", 4)),
        (Row("/a", b"2", 0), Row("/b", b"2", 0)),
    ]

    stale, entries = decide(7, appends, lambda _: None)

    assert isinstance(stale, Stale)
    assert stale.key == "/b"
    assert entries == (Entry("/a", 8, 8, 0, b"2"), Entry("/b", 9, 9, 0, b"2"))


def test_one_append_has_one_row_of_a_key() -> None:
    with pytest.raises(PortFault, match="two rows of /a"):
        checked_all([Row("/a", b"1", 0), Row("/b", b"1", 0), Row("/a", b"2", 1)])


@pytest.mark.parametrize(
    ("found", "said"), [(None, "has no live row"), (Newest(3, 1, b"y"), "is at revision 3")]
)
def test_a_stale_append_says_what_is_there(found: Newest | None, said: str) -> None:
    (answer,) = decide(7, [(Row("/a", b"x", 2),)], lambda _: found)

    assert said in str(answer)
