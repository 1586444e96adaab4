"""`$(NAME)` in the value of a variable: the value of a variable that was set before it.

Source: the Kubernetes API reference, EnvVar; build-lifecycle.md BL-47.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_REFERENCE: Final = re.compile(r"\$(?:(?P<escaped>\$)|\((?P<name>[^)]*)\))")


def expanded(text: str, known: Mapping[str, str]) -> str:
    """The text with $(NAME) replaced; `$$` is a dollar, what is not known stays as it is."""

    def value(found: re.Match[str]) -> str:
        return "$" if found["escaped"] else known.get(found["name"], found[0])

    return _REFERENCE.sub(value, text)
