"""Values of a template's parameters, as they are given on a command line and in files.

Source: templates.md TP-52 to TP-56; detection.md NA-23, NA-52.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import click

from slipcast.cli import dotenv
from slipcast.cli.printable import printable
from slipcast.values import secretnames
from slipcast.values.faults import HostFault, UsageFault

_COMMA: Final = re.compile(r"[^,=]+=[^,]*,[^,=]+=", re.DOTALL)


def given(words: Sequence[str], files: Sequence[str], directory: Path) -> dict[str, str]:
    """Values by name: those of the command line go before those of files.

    Errors: UsageFault for names that are given twice, and for what is no KEY=VALUE; HostFault.
    """
    values: dict[str, str] = {}
    twice: list[str] = []
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise UsageFault(f"invalid parameter assignment: {word.partition('=')[0]!r}")
        warn_of_list(word, "--param")
        if name in values:
            twice.append(name)
        values[name] = value
    if twice:
        names = ", ".join(dict.fromkeys(twice))
        raise UsageFault(f"The following parameters were provided more than once: {names}")
    for file in files:
        _add(values, file, directory)
    return values


def warn_of_list(word: str, flag: str) -> None:
    """Warn of `a=b,c=d`, which was a list once and is one value now (CL-9)."""
    if _COMMA.match(word):
        name = word.partition("=")[0]
        word = f"{name}=..." if secretnames.is_secret(name) else word
        click.echo(
            f"warning: {flag} no longer accepts comma-separated lists of values."
            f' "{printable(word)}" will be treated as a single key-value pair.',
            err=True,
        )


def labels(words: Iterable[str]) -> Mapping[str, str]:
    """Labels as `k=v,k=v`; whether they can be labels is looked at elsewhere.

    Errors: UsageFault.
    """
    found: dict[str, str] = {}
    for word in (word for each in words for word in each.split(",") if word):
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise UsageFault(f"unexpected label spec: {word}", hint="Write it like tier=web.")
        found[name] = value
    return found


def _add(values: dict[str, str], file: str, directory: Path) -> None:
    for name, value in dotenv.parse(_text(file, directory), file).items():
        if name in values:
            click.echo(
                f"warning: Template parameter {name!r} already defined, ignoring value from file"
                f" {file!r}",
                err=True,
            )
        else:
            values[name] = value


def _text(file: str, directory: Path) -> str:
    if file == "-":
        return sys.stdin.read()
    try:
        return (directory / file).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        why = fault.strerror if isinstance(fault, OSError) else "it is no text"
        raise HostFault(f"{file} cannot be read: {why}") from fault
