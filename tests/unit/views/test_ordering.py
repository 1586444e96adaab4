"""Sorting objects by a field."""

from __future__ import annotations

from typing import Any

import pytest

from slipcast.values.faults import UsageFault
from slipcast.views import ordering


def names(path: str, **values: Any) -> list[str]:
    return ordering.ordered(path, [({"v": value}, name) for name, value in values.items()])


def test_texts_are_sorted_by_their_letters() -> None:
    assert names(".v", a="x9", b="x10", c="X1") == ["c", "b", "a"]


def test_amounts_are_sorted_by_what_they_mean() -> None:
    assert names("{.v}", a="1Gi", b="500Mi", c="2") == ["c", "b", "a"]


def test_numbers_are_sorted_as_numbers() -> None:
    assert names("v", a=10, b=9.5, c=-1) == ["c", "b", "a"]


def test_what_lacks_the_field_comes_first() -> None:
    pairs: list[tuple[dict[str, str], str]] = [({"v": "x"}, "a"), ({}, "b")]

    assert ordering.ordered(".v", pairs) == ["b", "a"]


def test_equal_objects_stay_in_order() -> None:
    assert names(".v", a="x", b="x", c="w") == ["c", "a", "b"]


def test_a_field_that_nothing_has_is_refused() -> None:
    with pytest.raises(UsageFault, match="couldn't find any field"):
        names(".w", a="x")


def test_types_that_cannot_be_compared_are_refused() -> None:
    with pytest.raises(UsageFault, match="unsortable"):
        names(".v", a={}, b={})


@pytest.mark.parametrize("path", ["{.a}{.b}", "x{.a}", "{.a"])
def test_a_path_is_one_path(path: str) -> None:
    with pytest.raises(UsageFault):
        names(path, a="x")
