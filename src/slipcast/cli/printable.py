"""Text that people are shown: nothing in it can move a terminal's cursor."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def printable(text: str) -> str:
    """Text without control characters; line ends and tabs stay."""
    return _CONTROL.sub("?", text)
