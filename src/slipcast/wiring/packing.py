"""Directories as archives: the builder's walk, the layers' tar. Implements ports.packing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from slipcast.adapters.layers import tar
from slipcast.adapters.layers.gzipping import packed
from slipcast.adapters.layers.tar import Member, Type
from slipcast.builder.inputs.tally import Tally
from slipcast.builder.inputs.walk import Walk, walk
from slipcast.dockerfile.ignore import IgnoreRules
from slipcast.ports.packing import Counted
from slipcast.values.entries import Entry, Kind
from slipcast.values.faults import HostFault
from slipcast.values.legible import legible

_PIECE: Final = 1 << 18
_TYPES: Final = {Kind.FILE: Type.FILE, Kind.DIRECTORY: Type.DIRECTORY, Kind.LINK: Type.LINK}


class TarPacking:
    """A directory on its way into an archive."""

    def __init__(self, spec: Walk, *, compress: bool) -> None:
        self._spec = spec
        self._compress = compress
        self._tally = Tally()

    @property
    def counted(self) -> Counted:
        """See the port."""
        tally = self._tally
        return Counted(
            files=tally.files,
            size=tally.size,
            ignored=tally.ignored,
            special=tuple(tally.special),
        )

    def __iter__(self) -> Iterator[bytes]:
        pieces = self._pieces()
        return packed(pieces) if self._compress else pieces

    def _pieces(self) -> Iterator[bytes]:
        waiting = bytearray()
        for entry in walk(self._spec, self._tally):
            waiting += tar.header(_member(entry))
            if entry.kind is Kind.FILE:
                for piece in _content(entry):
                    waiting += piece
                    if len(waiting) >= _PIECE:
                        yield bytes(waiting)
                        waiting.clear()
                waiting += tar.padding(entry.size)
        yield bytes(waiting) + tar.END


class TarPacker:
    """Implements the Packer port."""

    def pack(self, root: Path, rules: IgnoreRules | None = None, *, compress: bool) -> TarPacking:
        """See the port."""
        real = root.resolve()
        return TarPacking(Walk(root=real, bounds=real, rules=rules), compress=compress)


def _member(entry: Entry) -> Member:
    return Member(
        name=entry.path.encode(errors="surrogateescape"),
        type=_TYPES[entry.kind],
        mode=entry.mode,
        size=entry.size if entry.kind is Kind.FILE else 0,
        mtime=entry.mtime,
        target=entry.target.encode(errors="surrogateescape"),
    )


def _content(entry: Entry) -> Iterator[bytes]:
    """Just as much as the header says, whatever becomes of the file meanwhile.

    Errors: HostFault when there is less of it.
    """
    assert entry.source is not None  # noqa: S101 -- a walk gives files that lie somewhere
    left = entry.size
    try:
        with entry.source.open("rb") as file:
            while left:
                piece = file.read(min(left, _PIECE))
                if not piece:
                    raise HostFault(
                        f"{legible(entry.path)} became shorter while it was read",
                        hint="Try again when nothing writes to it.",
                        retryable=True,
                    )
                left -= len(piece)
                yield piece
    except OSError as fault:
        raise HostFault(f"{legible(entry.path)} cannot be read: {fault.strerror}") from fault
