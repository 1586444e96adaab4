"""Entries: files on their way into a container, before anything was copied."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

import msgspec


class Kind(Enum):
    """What an entry is; devices, sockets and pipes never travel."""

    DIRECTORY = "directory"
    FILE = "file"
    LINK = "link"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One file, directory or symbolic link.

    Shape:  path is relative with `/`, never absolute, never holding `..`; bytes that are not
            UTF-8 are surrogate-escaped. A FILE's content is `content` when that is not None,
            else `size` bytes of the file at `source`, from `offset` on: entries may share a
            source. target is a LINK's text, as written.
    Units:  mode is permission bits only; mtime in whole seconds since the epoch; size and offset
            in bytes.
    """

    path: str
    kind: Kind = Kind.FILE
    mode: int = 0o644
    mtime: int = 0
    size: int = 0
    source: Path | None = None
    offset: int = 0
    content: bytes | None = None
    target: str = ""
