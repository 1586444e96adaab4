"""The saved command line of `--use-config`: `.s2ifile` in the current directory.

JSON with `source`, `builderImage`, `tag` and `flags`; a flag that may be repeated is stored as
`name-0`, `name-1`. What is typed wins over what is stored.

Source: s2i command reference (S2I-61).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

import click
import msgspec

from slipcast.values.faults import Fault, UsageFault

Raw = Mapping[str, object]
"""Flags by parameter name as they were typed, before any was read."""

KEY = "slipcast.s2i.saved"
RAW = "slipcast.s2i.raw"
FILE = ".s2ifile"
OLDER_FILE = ".stifile"

_NUMBERED = re.compile(r"(?P<name>.+)-(?P<at>[0-9]+)")
_NEVER_STORED = frozenset({"use-config", "help"})


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """A command line: source, builder image and tag, and its flags in order."""

    words: tuple[str, str, str] = ("", "", "")
    flags: tuple[tuple[str, str], ...] = msgspec.field(default=())


def read(directory: Path) -> Stored:
    """What was saved in a directory; nothing when there is no file.

    Errors: UsageFault when a file is there and is not what we write.
    """
    for name in (FILE, OLDER_FILE):
        path = directory / name
        try:
            text = path.read_bytes()
        except FileNotFoundError:
            continue
        except OSError as fault:
            raise UsageFault(f"{path} cannot be read: {fault.strerror}") from fault
        return _parsed(text, path)
    return Stored()


def _parsed(text: bytes, path: Path) -> Stored:
    try:
        document = json.loads(text)
        words = tuple(str(document.get(key, "")) for key in ("source", "builderImage", "tag"))
        given = document.get("flags") or {}
        flags = sorted(((str(name), str(value)) for name, value in given.items()), key=_place)
    except (ValueError, AttributeError) as wrong:
        raise UsageFault(
            f"{path} is not a saved command line", hint="Remove it, or call without --use-config."
        ) from wrong
    source, image, tag = words
    return Stored(words=(source, image, tag), flags=tuple(flags))


def _place(flag: tuple[str, str]) -> tuple[str, int]:
    numbered = _NUMBERED.fullmatch(flag[0])
    return (numbered["name"], int(numbered["at"])) if numbered else (flag[0], -1)


def tokens(stored: Stored, command: click.Command, ctx: click.Context, raw: Raw) -> list[str]:
    """Stored flags as words of a command line, those left out that were typed.

    Shape:  raw is what was typed.
    """
    options = _options(command, ctx)
    words = []
    for stored_name, value in stored.flags:
        numbered = _NUMBERED.fullmatch(stored_name)
        name = stored_name if stored_name in options or not numbered else numbered["name"]
        option = options.get(name)
        if option is not None and option.name not in raw and name not in _NEVER_STORED:
            words.append(f"--{name}={value}")
    return words


def _options(command: click.Command, ctx: click.Context) -> dict[str, click.Option]:
    return {
        name.removeprefix("--"): param
        for param in command.get_params(ctx)
        if isinstance(param, click.Option)
        for name in param.opts
        if name.startswith("--")
    }


def write(
    directory: Path, words: tuple[str, str, str], command: click.Command, ctx: click.Context
) -> None:
    """Save a command line; only the user can read it, for it may hold what is secret.

    Shape:  ctx.meta holds the flags as typed or restored.
    Errors: Fault when the directory cannot be written.
    """
    raw: Raw = ctx.meta[RAW]
    flags: dict[str, str] = {}
    for name, option in _options(command, ctx).items():
        if option.name in raw and name not in _NEVER_STORED:
            flags.update(_stored(name, raw[option.name]))
    document = {
        "source": words[0],
        "builderImage": words[1],
        **({"tag": words[2]} if words[2] else {}),
        "flags": flags,
    }
    path = directory / FILE
    try:
        target = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(target, "w", encoding="utf-8") as file:
            json.dump(document, file)
    except OSError as fault:
        raise Fault(f"{path} cannot be written: {fault.strerror}") from fault


def _stored(name: str, value: object) -> dict[str, str]:
    if isinstance(value, bool):
        return {name: "true" if value else "false"}
    if isinstance(value, list):
        return {f"{name}-{at}": str(each) for at, each in enumerate(value)}
    return {name: str(value)}
