"""Values as Go programs print them in one line: compact JSON, and numbers.

Source: documentation of Go's encoding/json and fmt.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Final

_UNSAFE: Final = str.maketrans({letter: f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"})
_SMALL: Final = -4
_LARGE: Final = 6


def compact(value: object) -> str:
    """JSON without blanks, keys sorted, safe to stand in a page."""
    text = json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    return text.translate(_UNSAFE)


def number(value: float) -> str:
    """A number with as many digits as it needs; in powers of ten when it is large or small."""
    decimal = Decimal(repr(value)).normalize()
    sign, digits, _ = decimal.as_tuple()
    power = decimal.adjusted()
    if not decimal or _SMALL <= power < _LARGE:
        return format(decimal, "f")
    rest = "".join(map(str, digits[1:]))
    mantissa = f"{digits[0]}.{rest}" if rest else str(digits[0])
    return f"{'-' * sign}{mantissa}e{power:+03d}"


def plain(value: object) -> str:
    """A value as Go prints it without being told how."""
    match value:
        case None:
            return "<nil>"
        case bool():
            return "true" if value else "false"
        case float():
            return number(value)
        case dict():
            return f"map[{' '.join(f'{key}:{plain(value[key])}' for key in sorted(value))}]"
        case list():
            return f"[{' '.join(map(plain, value))}]"
        case _:
            return str(value)
