"""Warnings of values that are secret by their names and would be kept as plain text.

Only names are looked at, and only names are said: what such a value is, nobody is told again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from slipcast.cli import telling

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_SECRET: Final = frozenset(
    {"apikey", "credential", "credentials", "pass", "passphrase", "passwd", "password", "pwd"}
    | {"secret", "token"}
)
_ENDINGS: Final = ("password", "passwd", "secret", "token")
"""How longer words end that say the same: `dbpassword`."""
_KEYS: Final = frozenset({"access", "api", "encryption", "master", "private", "secret", "signing"})
"""Before `key`: of other keys it is not known."""
_ABOUT: Final = frozenset(
    {"count", "dir", "directory", "enabled", "expires", "expiry", "file", "host", "id", "issuer"}
    | {"length", "limit", "lifetime", "name", "path", "policy", "port", "prefix", "required"}
    | {"server", "size", "timeout", "ttl", "type", "uri", "url", "user", "username"}
)
"""What names end with that are about a secret and not one: `PASSWORD_FILE`."""
_SWITCHES: Final = frozenset({"", "0", "1", "false", "no", "off", "on", "true", "yes"})
_REFERENCES: Final = re.compile(r"(\$\([^()]+\)|\$\{\{?[^{}]+\}?\})+")

REFER_INSTEAD: Final = (
    "keep it in a Secret (slipcast create secret generic SECRET --from-file=KEY=FILE) and refer to"
    " it: "
)


def is_secret(name: str) -> bool:
    """Whether a variable's name says that its value is secret."""
    words = [word.lower() for word in _WORD.findall(name)]
    if not words or words[-1] in _ABOUT or words == ["pwd"]:
        return False
    keys = any(word in _KEYS and after == "key" for word, after in pairwise(words))
    return keys or any(word in _SECRET or word.endswith(_ENDINGS) for word in words)


def plain(values: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The names of secrets among variables; what only refers to another value is none."""
    return tuple(
        dict.fromkeys(
            name
            for name, value in values
            if is_secret(name)
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
