"""How whoever starts a builder wants its engine to work, where that is not left to us.

Source: builder-process.md BLD-9, BLD-37, BLD-38, BLD-40.
"""

from __future__ import annotations

from pathlib import Path

import msgspec


class IdRange(msgspec.Struct, frozen=True):
    """A row of a user namespace's map: the first id inside, the first outside, how many."""

    inside: int
    outside: int
    count: int


class EngineChoice(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for; what is empty is left to us.

    Shape:  isolation is `oci`, `rootless` or `chroot`. runtime is a program's name or path.
            registries and registries_dir, signatures and storage are files of containers/common
            and a directory of them; blob_cache is a directory of layers. quiet: the engine tells
            no steps. uids and gids map a user namespace that the builder moves into, by the
            set-uid programs if they are wanted.
    """

    isolation: str = ""
    runtime: str = ""
    driver: str = ""
    driver_options: tuple[str, ...] = ()
    uids: tuple[IdRange, ...] = ()
    gids: tuple[IdRange, ...] = ()
    by_helpers: bool = False
    registries: Path | None = None
    registries_dir: Path | None = None
    signatures: Path | None = None
    storage: Path | None = None
    blob_cache: Path | None = None
    quiet: bool = False


USUAL = EngineChoice()
"""Everything is left to us."""
