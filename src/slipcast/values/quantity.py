"""Amounts of memory and processor time as people write them, and exactly what they mean.

Source: Kubernetes API conventions, resource quantities.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Self

from typing_extensions import override

from slipcast.values import patterns
from slipcast.values.faults import FieldError, InvalidFault

SUFFIXES = {
    "n": Fraction(1, 10**9),
    "u": Fraction(1, 10**6),
    "m": Fraction(1, 10**3),
    "": Fraction(1),
    **{letter: Fraction(10 ** (3 * power)) for power, letter in enumerate("kMGTPE", 1)},
    **{f"{letter}i": Fraction(1024**power) for power, letter in enumerate("KMGTPE", 1)},
}
"""THE TABLE of Kubernetes suffixes."""

_NUMBER = r"(?P<number>[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))"
_QUANTITY = patterns.lazy(
    rf"{_NUMBER}(?:[eE](?P<exponent>[+-]?[0-9]{{1,3}})|(?P<suffix>[A-Za-z]*))"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """An exact amount; equal amounts are equal however they were typed.

    Units:  of whatever is counted: bytes, processors.
    """

    amount: Fraction
    text: str = field(default="", compare=False)

    @classmethod
    def parse(cls, text: str, where: str = "quantity") -> Self:
        """The amount a Kubernetes quantity is: `500m`, `1Gi`, `1.5`, `1e3`.

        Errors: InvalidFault.
        """
        found = _QUANTITY.fullmatch(text)
        suffix = found["suffix"] or "" if found else ""
        if found is None or suffix not in SUFFIXES:
            what = "write a number and one of n u m k M G T P E Ki Mi Gi Ti Pi Ei, such as 512Mi"
            raise InvalidFault((FieldError(path=where, what=what, value=text),))
        power = Fraction(10) ** int(found["exponent"] or 0)
        return cls(Fraction(found["number"].rstrip(".")) * power * SUFFIXES[suffix], text)

    @property
    def whole(self) -> int:
        """The amount in whole units, rounded away from zero so that a limit is never lost."""
        return _away_from_zero(self.amount)

    @property
    def thousandths(self) -> int:
        """The amount in thousandths, rounded likewise: processors as millicores."""
        return _away_from_zero(self.amount * 1000)

    @override
    def __str__(self) -> str:
        return self.text or str(self.amount)


def _away_from_zero(amount: Fraction) -> int:
    return math.ceil(amount) if amount > 0 else math.floor(amount)
