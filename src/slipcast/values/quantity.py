"""Amounts of memory and processor time as people write them, and exactly what they mean.

Two spellings live side by side because `m` is a thousandth to Kubernetes and 2^20 to docker.

Source: Kubernetes API conventions, resource quantities; docker's memory sizes.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, Self

from typing_extensions import override

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

_DOCKER_POWERS: Final[dict[str, int]] = {letter: power for power, letter in enumerate("bkmgtp")}
_NUMBER = r"(?P<number>[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))"
_QUANTITY = re.compile(rf"{_NUMBER}(?:[eE](?P<exponent>[+-]?[0-9]{{1,3}})|(?P<suffix>[A-Za-z]*))")
_DOCKER = re.compile(
    r"(?P<number>[0-9]+(?:\.[0-9]+)?) ?(?:(?P<power>[kmgtp])i?b?|b)?", re.IGNORECASE
)
_LARGEST = 2**63 - 1


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


def docker_memory(text: str, where: str = "memory") -> int:
    """The bytes that a docker memory size means: `64m`, `1.5g`, `64MiB`, `4096`.

    Shape:  every suffix counts by 1024, in either case; a fraction of a byte is dropped.
    Errors: InvalidFault.
    """
    found = _DOCKER.fullmatch(text)
    if found is None:
        what = "write a number and one of b k m g t p, such as 512m"
        raise InvalidFault((FieldError(path=where, what=what, value=text),))
    power = _DOCKER_POWERS[(found["power"] or "b").lower()]
    size = math.floor(Fraction(found["number"]) * Fraction(1024**power))
    if size > _LARGEST:
        raise InvalidFault(
            (FieldError(path=where, what="is more than any machine has", value=text),)
        )
    return size


def _away_from_zero(amount: Fraction) -> int:
    return math.ceil(amount) if amount > 0 else math.floor(amount)
