"""The environment of a build: where its variables come from, and which of them wins.

The sources differ in small ways (comments, blanks, what an illegal line means) that scripts rely
on; each has its function here. Reading the files is the builder's business.

Source: s2i reference, environment (S2I-173 to 180).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from slipcast.values import patterns, secretnames
from slipcast.values.faults import FieldError, InvalidFault
from slipcast.values.sensitive import redacted

Variables = tuple[tuple[str, str], ...]

_PROXY = patterns.lazy(r"proxy", re.IGNORECASE)
_USER = patterns.lazy(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)?[^/\s]*@")


def parse_environment(text: str) -> Variables:
    """The variables of `.s2i/environment`, one `NAME=VALUE` per line (S2I-173).

    Shape:  a comment has `#` as its very first character; quotes, `$` and backslashes are ordinary
            characters; a line without `=` or without a name is dropped (S2I-174).
    Errors: InvalidFault for a NUL, which no environment can hold.
    """
    lines = (line for line in _lines(text, ".s2i/environment") if not line.startswith("#"))
    return _assignments(lines)


def parse_environment_file(text: str, name: str = "environment file") -> Variables:
    """The variables of a file given with `-E` (S2I-176).

    Shape:  lines are trimmed before `#` and `//` are looked for; each name once, its last value.
    Errors: InvalidFault for a NUL.
    """
    trimmed = (line.strip() for line in _lines(text, name))
    return merged(_assignments(line for line in trimmed if not line.startswith(("#", "//"))))


def parse_assignment(text: str) -> tuple[str, str]:
    """The variable given with one `-e` (S2I-175); a comma is part of the value.

    Errors: InvalidFault without `=`, without a name, or with a NUL.
    """
    name, equals, value = text.partition("=")
    name, value = name.strip(), value.strip()
    if not equals or not name:
        # Only the name is shown: a value may be a secret.
        raise InvalidFault(
            (FieldError(path="--env", what="is not of the form NAME=VALUE", value=name),)
        )
    if "\0" in text:
        raise InvalidFault((FieldError(path="--env", what="holds a NUL", value=name),))
    return name, value


def looks_like_several(value: str) -> bool:
    """Whether an old version would have split this value at a comma, into several variables."""
    return "," in value and "=" in value


def merged(*lists: Iterable[tuple[str, str]]) -> Variables:
    """One value per name, the last one, at the place where the name came first (S2I-177).

    Shape:  give `.s2i/environment` first, then `-e`, then `-E`.
    """
    values: dict[str, str] = {}
    for variables in lists:
        values.update(variables)
    return tuple(values.items())


def shown(variables: Iterable[tuple[str, str]]) -> Variables:
    """The variables fit for a log: neither a proxy's user nor a secret can be read (S2I-180)."""
    return tuple((name, _shown(name, value)) for name, value in variables)


def _shown(name: str, value: str) -> str:
    if not value:
        return value
    if _PROXY.search(name):
        # A proxy may be written without a scheme, where no URL would be found.
        return _USER.sub(lambda found: (found["scheme"] or "") + "***@", value)
    return "***" if secretnames.is_secret(name) else redacted(value)


def _lines(text: str, name: str) -> list[str]:
    # Editors on Windows put a byte order mark before the first name, and \r before each \n.
    lines = text.removeprefix("\ufeff").split("\n")
    for number, line in enumerate(lines, 1):
        if "\0" in line:
            what = f"line {number} holds a NUL; the file must be plain text in UTF-8"
            raise InvalidFault((FieldError(path=name, what=what),))
    return lines


def _assignments(lines: Iterable[str]) -> Variables:
    pairs = ((name.strip(), equals, value.strip()) for name, equals, value in map(_split, lines))
    return tuple((name, value) for name, equals, value in pairs if equals and name)


def _split(line: str) -> tuple[str, str, str]:
    return line.partition("=")
