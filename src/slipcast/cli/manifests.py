"""Objects in files: `-f FILE`, a directory, a URL, or `-` for standard input.

Source: kubectl's -f and -R.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from slipcast.api import codec, kinds
from slipcast.api.document import JSON
from slipcast.api.kinds import Kind
from slipcast.cli.options import together
from slipcast.cli.toolbox import Toolbox
from slipcast.values.apifaults import BadRequest, TooLarge
from slipcast.values.faults import HostFault, UsageFault

SUFFIXES: Final = frozenset({".json", ".yaml", ".yml"})
"""Which files of a directory are read."""

options = together(
    click.option(
        "-f",
        "--filename",
        "filenames",
        multiple=True,
        metavar="FILE|DIR|URL|-",
        help="Where objects are described; - is standard input. Repeatable.",
    ),
    click.option("-R", "--recursive", is_flag=True, help="Directories below directories as well."),
)


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """An object in a file.

    Shape:  raw is the file's text from which it came, source its name; duplicates are the fields
            said twice.
    """

    kind: Kind
    content: JSON
    source: str
    duplicates: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The object's name, empty when it has none."""
        return _text(self.content, "name")

    @property
    def namespace(self) -> str:
        """The namespace that the object says, empty when it says none."""
        return _text(self.content, "namespace")


def read(filenames: Sequence[str], toolbox: Toolbox, *, recursive: bool) -> tuple[Manifest, ...]:
    """The objects in all the places, in their order; lists are taken apart.

    Errors: UsageFault, HostFault, BadRequest with the place's name, DownloadFault.
    """
    found: list[Manifest] = []
    for filename in filenames:
        for source, text in _texts(filename, toolbox, recursive=recursive):
            found += _manifests(source, text)
    return tuple(found)


def _texts(filename: str, toolbox: Toolbox, *, recursive: bool) -> Iterator[tuple[str, bytes]]:
    if filename == "-":
        yield "STDIN", sys.stdin.buffer.read()
        return
    if filename.startswith(("http://", "https://")):
        body = toolbox.downloads.fetch(filename)
        if body is None:
            raise UsageFault(f"unable to read URL {filename!r}")
        yield filename, body
        return
    path = toolbox.directory / filename
    if not path.exists():
        raise UsageFault(f'the path "{filename}" does not exist')
    for each in _files(path, recursive=recursive):
        try:
            yield str(Path(filename) / each.relative_to(path)), each.read_bytes()
        except OSError as fault:
            raise HostFault(f"{each} cannot be read: {fault.strerror}") from fault


def _files(path: Path, *, recursive: bool) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for each in sorted(path.rglob("*") if recursive else path.iterdir()):
        if each.suffix in SUFFIXES and each.is_file():
            yield each


def _manifests(source: str, text: bytes) -> Iterator[Manifest]:
    try:
        documents = codec.parse_all(text)
        for document in documents:
            yield from _objects(source, document.content, document.duplicates)
    except (BadRequest, TooLarge) as wrong:
        raise UsageFault(f"error parsing {source}: {wrong.message}") from wrong


def _objects(source: str, content: JSON, duplicates: tuple[str, ...]) -> Iterator[Manifest]:
    name, version = _said(content, "kind", source), _said(content, "apiVersion", source)
    items: Any = content.get("items")
    if name.endswith("List") and isinstance(items, list):
        for item in items:
            inner = {"apiVersion": version, "kind": name.removesuffix("List"), **item}
            yield from _objects(source, inner, ())
        return
    kind = kinds.of(version, name)
    # What only lies below others is no object of its own, either.
    if kind is None or not kind.verbs:
        raise UsageFault(
            f'resource mapping not found for name: "{_text(content, "name")}" namespace: '
            f'"{_text(content, "namespace")}" from "{source}": '
            f'no matches for kind "{name}" in version "{version}"'
        )
    yield Manifest(kind=kind, content=content, source=source, duplicates=duplicates)


def _said(content: JSON, field: str, source: str) -> str:
    value = content.get(field)
    if not isinstance(value, str) or not value:
        raise UsageFault(f'error validating "{source}": {field} not set')
    return value


def _text(content: JSON, field: str) -> str:
    metadata = content.get("metadata")
    value = metadata.get(field) if isinstance(metadata, dict) else None
    return value if isinstance(value, str) else ""
