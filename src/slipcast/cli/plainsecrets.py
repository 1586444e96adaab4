"""Warnings of values that are secret by their names and would be kept as plain text.

Only names are looked at, and only names are said: what such a value is, nobody is told again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from slipcast.cli import telling
from slipcast.values import secretnames

_SWITCHES: Final = frozenset({"", "0", "1", "false", "no", "off", "on", "true", "yes"})
_REFERENCES: Final = re.compile(r"(\$\([^()]+\)|\$\{\{?[^{}]+\}?\})+")

REFER_INSTEAD: Final = (
    "keep it in a Secret (slipcast create secret generic SECRET --from-file=KEY=FILE) and refer to"
    " it: "
)


def plain(values: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The names of secrets among variables; what only refers to another value is none."""
    return tuple(
        dict.fromkeys(
            name
            for name, value in values
            if secretnames.is_secret(name)
            and value.lower() not in _SWITCHES
            and not _REFERENCES.fullmatch(value)
        )
    )


def warn(values: Iterable[tuple[str, str]], kept: str, instead: str) -> None:
    """Warn of the secrets among variables that are typed as they are (UP-12).

    Shape:  kept says where plain values end, instead what to do about it.
    """
    names = plain(values)
    if names:
        telling.warn((f"the value of {', '.join(names)} is kept as plain text {kept}; {instead}",))
