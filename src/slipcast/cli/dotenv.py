"""Files of `KEY=VALUE` lines, as programs keep their settings in them.

Source: detection.md NA-53.
"""

from __future__ import annotations

import re
from typing import Final

from slipcast.values import patterns
from slipcast.values.faults import UsageFault

_LINE: Final = patterns.lazy(
    r"(?:export\s+)?(?P<name>[\w.]+)\s*[=:]\s*"
    r"(?P<value>'[^']*'|\"(?:[^\"\\]|\\.)*\"|[^#\"']*?(?:\s*[^\s#\"'][^#]*?)?)\s*(?:\s#.*)?",
    re.ASCII | re.DOTALL,
)
_ESCAPE: Final = patterns.lazy(r"\\(.)", re.DOTALL)
_ESCAPED: Final = {"n": "\n", "r": "\r", "t": "\t"}


def parse(text: str, place: str) -> dict[str, str]:
    """The values of a file, by name; of several the last counts.

    Errors: UsageFault with the place and the line that cannot be read.
    """
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if not bare or bare.startswith("#"):
            continue
        match = _LINE.fullmatch(bare)
        if match is None:
            # What stands there may be a secret.
            raise UsageFault(f"line {number} of {place} is no KEY=VALUE")
        found[match["name"]] = _unquoted(match["value"])
    return found


def _unquoted(value: str) -> str:
    if value.startswith("'"):
        return value[1:-1]
    if value.startswith('"'):
        return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), value[1:-1])
    return value.strip()
