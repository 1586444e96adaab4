"""Keys in order: counted and walked like a sorted list."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from slipcast.adapters.journal.keys import Keys

TEXTS = st.text("abc", max_size=4)


def test_many_keys_are_counted_across_blocks() -> None:
    keys = Keys(f"{number:05}" for number in range(0, 10_000, 2))

    for number in range(1, 10_000, 2):
        keys.add(f"{number:05}")

    assert keys.count("00100", "09900") == 9_800
    assert list(keys.walk("04998", "05003")) == ["04998", "04999", "05000", "05001", "05002"]


def test_keys_that_were_all_removed_can_come_back() -> None:
    keys = Keys(f"{number:04}" for number in range(2000))
    for number in range(2000):
        keys.remove(f"{number:04}")

    keys.add("again")

    assert (keys.count("", None), list(keys.walk("", None))) == (1, ["again"])


@settings(max_examples=50, deadline=None)
@given(kept=st.sets(TEXTS), removed=st.sets(TEXTS), start=TEXTS, end=st.none() | TEXTS)
def test_keys_behave_like_a_sorted_list(
    kept: set[str], removed: set[str], start: str, end: str | None
) -> None:
    keys = Keys(kept | removed)
    for key in removed:
        keys.remove(key)

    expected = sorted(key for key in kept - removed if key >= start and (end is None or key < end))

    assert list(keys.walk(start, end)) == expected
    assert keys.count(start, end) == len(expected)
