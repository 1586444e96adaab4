"""Ways that lead back to where they began."""

from __future__ import annotations

import pytest

from slipcast.values.circles import way_back

AFTER = {"a": ("b", "c"), "b": ("d",), "c": ("a",), "d": ("a",), "e": ("e",), "f": ("a",)}


@pytest.mark.parametrize(
    ("start", "way"),
    [
        ("a", ("a", "c")),
        ("d", ("d", "a", "b")),
        ("e", ("e",)),
        ("f", ()),
        ("nowhere", ()),
    ],
)
def test_the_shortest_way_back_is_found(start: str, way: tuple[str, ...]) -> None:
    assert way_back(AFTER, start) == way
