"""Amounts of memory and processor time mean exact numbers."""

from __future__ import annotations

from fractions import Fraction

import pytest

from slipcast.values.faults import InvalidFault
from slipcast.values.quantity import Quantity


@pytest.mark.parametrize(
    ("text", "whole", "thousandths"),
    [
        ("500m", 1, 500),
        ("2", 2, 2000),
        ("1.5", 2, 1500),
        (".5", 1, 500),
        ("1.", 1, 1000),
        ("1Gi", 2**30, 2**30 * 1000),
        ("1k", 1000, 10**6),
        ("1e3", 1000, 10**6),
        ("1E3", 1000, 10**6),
        ("1E", 10**18, 10**21),
        ("100n", 1, 1),
        ("-1.5", -2, -1500),
        ("0", 0, 0),
    ],
)
def test_a_kubernetes_quantity_is_exact(text: str, whole: int, thousandths: int) -> None:
    quantity = Quantity.parse(text)

    assert (quantity.whole, quantity.thousandths, str(quantity)) == (whole, thousandths, text)


def test_equal_amounts_are_equal_however_typed() -> None:
    assert Quantity.parse("1000m") == Quantity.parse("1")
    assert str(Quantity(Fraction(1, 2))) == "1/2"


@pytest.mark.parametrize("text", ["", "x", "1ki", "1 Gi", "1mb", "--1", "1e", "1e9999"])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(InvalidFault, match="such as 512Mi"):
        Quantity.parse(text)
