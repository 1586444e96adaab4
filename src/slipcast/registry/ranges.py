"""Ranges of bytes: which part of a blob is asked for, and where a piece of an upload goes.

Source: RFC 9110, section 14; OCI distribution specification 1.1, pushing a blob in chunks.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from slipcast.registry.faults import BLOB_UPLOAD_INVALID, RANGE_INVALID, RegistryFault

_ASKED: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
_SENT: Final = re.compile(r"(?:bytes[ =])?(\d{1,18})-(\d{1,18})(?:/(?:\*|\d{1,18}))?", re.ASCII)


class Span(msgspec.Struct, frozen=True):
    """Some bytes of a content.

    Units:  bytes; start is the place of the first.
    """

    start: int
    count: int

    def told(self, size: int) -> str:
        """As answers tell it."""
        return f"bytes {self.start}-{self.start + self.count - 1}/{size}"


def asked(header: str, size: int) -> Span | None:
    """The part of a content that a Range header asks for.

    Shape:  None when it asks for all of it, for several parts, or in a way that nobody knows.
    Errors: RegistryFault RANGE_INVALID when there is no such part.
    """
    found = _ASKED.fullmatch(header.strip())
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        count = min(int(last), size)
        start = size - count
    else:
        start = int(first)
        end = min(int(last), size - 1) if last else size - 1
        if last and int(last) < start:
            return None
        count = end - start + 1
    if count <= 0:
        headers = {"content-range": f"bytes */{size}"}
        raise RegistryFault(RANGE_INVALID, f"there are {size} bytes only", headers=headers)
    return Span(start, count)


def sent(header: str) -> Span | None:
    """Where a piece of an upload goes, by its Content-Range header; None without one.

    Errors: RegistryFault BLOB_UPLOAD_INVALID.
    """
    if not header:
        return None
    found = _SENT.fullmatch(header.strip())
    if found is None or int(found[2]) < int(found[1]):
        raise RegistryFault(BLOB_UPLOAD_INVALID, f"{header[:64]!r} is no range of bytes")
    return Span(int(found[1]), int(found[2]) - int(found[1]) + 1)
