"""The Packer port: directories as archives, to be sent to a server. Synchronous.

Implemented in `wiring.packing`, of what the builder knows about trees and the layers about tar.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import msgspec

from slipcast.dockerfile.ignore import IgnoreRules


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """What went into an archive so far, and what did not.

    Shape:  special are paths of sockets, pipes and devices, which never travel.
    Units:  size in bytes of the files themselves.
    """

    files: int = 0
    size: int = 0
    ignored: int = 0
    special: tuple[str, ...] = ()


class Packing(Protocol):
    """An archive in the making."""

    @property
    def counted(self) -> Counted:
        """What went into it so far."""
        ...

    def __iter__(self) -> Iterator[bytes]:
        """The pieces of the archive, once.

        Errors: Fault when something cannot be read.
        """
        ...


class Packer(Protocol):
    """Packs directories."""

    def pack(self, root: Path, rules: IgnoreRules | None = None, *, compress: bool) -> Packing:
        """A directory's content as a tar archive, gzipped or not; entries relative to it.

        Shape:  links stay links, modes and times are kept, owners are not told.
        """
        ...
