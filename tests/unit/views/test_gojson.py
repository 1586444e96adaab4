"""Values as Go prints them."""

from __future__ import annotations

import pytest

from slipcast.views import gojson


def test_json_is_compact_sorted_and_safe_in_a_page() -> None:
    text = gojson.compact({"b": [1, None], "a": "<&>ü"})

    assert text == '{"a":"\\u003c\\u0026\\u003eü","b":[1,null]}'


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.5, "0.5"),
        (-1.25, "-1.25"),
        (100000.0, "100000"),
        (1000000.0, "1e+06"),
        (123456789.5, "1.234567895e+08"),
        (0.0001, "0.0001"),
        (0.00001, "1e-05"),
        (-2e30, "-2e+30"),
    ],
)
def test_numbers_have_an_exponent_when_large_or_small(value: float, text: str) -> None:
    assert gojson.number(value) == text
