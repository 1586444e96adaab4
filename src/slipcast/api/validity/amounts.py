"""Numbers and quantities in objects: what is too small, too large, or no number.

Source: Kubernetes' validation of its API.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from slipcast.api.wire import Quantity as Written
from slipcast.values.causes import Cause, invalid
from slipcast.values.faults import InvalidFault
from slipcast.values.quantity import Quantity

NOT_NEGATIVE: Final = "must be greater than or equal to 0"
POSITIVE: Final = "must be greater than 0"
MOST_PORT: Final = 65535
_FORM: Final = (
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
)


def not_negative(number: int | None, path: str) -> tuple[Cause, ...]:
    """What is wrong with a number that may be anything from 0, where it is said."""
    return (invalid(path, number, NOT_NEGATIVE),) if number is not None and number < 0 else ()


def positive(number: int | None, path: str) -> tuple[Cause, ...]:
    """What is wrong with a number that may be anything from 1, where it is said."""
    return (invalid(path, number, POSITIVE),) if number is not None and number < 1 else ()


def port(number: int, path: str) -> tuple[Cause, ...]:
    """What is wrong with the number of a port."""
    if 1 <= number <= MOST_PORT:
        return ()
    return (invalid(path, number, f"must be between 1 and {MOST_PORT}, inclusive"),)


def amount(written: Written) -> Quantity | None:
    """What a quantity means; None where it is none."""
    try:
        return Quantity.parse(str(written))
    except InvalidFault:
        return None


def quantities(given: Mapping[str, Written], path: str) -> Iterator[Cause]:
    """What is wrong with amounts of resources: each is a number, and none is negative."""
    for name, written in given.items():
        found, where = amount(written), f"{path}[{name}]"
        if found is None:
            yield invalid(where, written, _FORM)
        elif found.amount < 0:
            yield invalid(where, written, NOT_NEGATIVE)


def is_more(one: Written, other: Written) -> bool:
    """Whether one quantity is more than another; no when either is none."""
    left, right = amount(one), amount(other)
    return left is not None and right is not None and left.amount > right.amount
