"""Readers of settings: a value as the file or the environment holds it, checked and typed.

Each raises ValueError with what is wrong, in words that follow the place of the value.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from slipcast.values.faults import InvalidFault
from slipcast.values.quantity import Quantity
from slipcast.values.sensitive import Sensitive

Reader = Callable[[object, Path], object]
"""Reads a value; relative paths count from the path."""
_LAST_PORT: Final = 65535


def text(value: object, _: Path) -> str:
    """A text."""
    if not isinstance(value, str):
        raise ValueError("must be a text")  # noqa: TRY004 -- one kind of complaint for all readers
    return value


def secret(value: object, base: Path) -> Sensitive | None:
    """A text that is never shown; empty means none."""
    said = text(value, base)
    return Sensitive(said) if said else None


def path(value: object, base: Path) -> Path | None:
    """A path; empty means none."""
    said = text(value, base)
    return base / Path(said).expanduser() if said else None


def file(value: object, base: Path) -> Path | None:
    """A file that is there; empty means none."""
    named = path(value, base)
    if named is not None and not named.is_file():
        raise ValueError(f"there is no file {named}")
    return named


def words(value: object, _: Path) -> tuple[str, ...]:
    """Several texts."""
    if isinstance(value, str):
        return tuple(value.replace(",", " ").split())
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ValueError("must be a list of texts")
    return tuple(value)


def variables(value: object, _: Path) -> tuple[tuple[str, str], ...]:
    """Names with values."""
    if isinstance(value, str):
        pairs = [word.partition("=") for word in shlex.split(value)]
        if not all(name and equals for name, equals, _ in pairs):
            raise ValueError("must be NAME=VALUE words, quoted as in a shell")
        return tuple((name, said) for name, _, said in pairs)
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise ValueError("must be a table of texts")
    return tuple(value.items())


def one_of(*choices: str) -> Reader:
    """One of some texts."""

    def read(value: object, base: Path) -> str:
        said = text(value, base)
        if said not in choices:
            raise ValueError(f"must be one of {', '.join(filter(None, choices))}")
        return said

    return read


def switch(value: object, _: Path) -> bool:
    """Yes or no."""
    said = {"true": True, "false": False}.get(str(value).lower())
    if said is None or not isinstance(value, bool | str):
        raise ValueError("must be true or false")
    return said


def endpoint(value: object, base: Path) -> str:
    """A host with a port; empty means none."""
    said = text(value, base)
    host, _, port = said.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    is_host = bool(host) and not re.search(r"[\s/@]", host) and (bracketed or ":" not in host)
    if said and not (is_host and port.isdecimal() and int(port) <= _LAST_PORT):
        raise ValueError("must be host:port")
    return said


def number(least: int, most: int) -> Reader:
    """A whole number between two others."""

    def read(value: object, _: Path) -> int:
        digits = value if isinstance(value, str) else str(value)
        is_number = not isinstance(value, bool) and re.fullmatch("-?[0-9]{1,9}", digits)
        if not is_number or not least <= int(digits) <= most:
            raise ValueError(f"must be a number between {least} and {most}")
        return int(digits)

    return read


def amount(value: object, _: Path) -> int:
    """A size in bytes, as Kubernetes writes amounts."""
    try:
        quantity = Quantity.parse(str(value))
    except InvalidFault as wrong:
        raise ValueError("must be a size such as 10Gi") from wrong
    if isinstance(value, bool) or quantity.amount < 0:
        raise ValueError("must be a size such as 10Gi")
    return quantity.whole


def struct(type_: type[msgspec.Struct]) -> Reader:
    """A table with the fields of a Struct and no other; JSON where it is a text."""
    # Nobody but us reads a field of a wrong name: it would be without effect.
    known = frozenset(field.encode_name for field in msgspec.structs.fields(type_))

    def read(value: object, _: Path) -> msgspec.Struct:
        try:
            found = msgspec.json.decode(value) if isinstance(value, str) else value
            unknown = sorted({*found} - known) if isinstance(found, dict) else ()
            if unknown:
                raise ValueError(f"has no field {', '.join(unknown)}")
            return msgspec.convert(found, type_)
        except msgspec.MsgspecError as wrong:
            raise ValueError(f"is no {type_.__name__}: {wrong}") from wrong

    return read
