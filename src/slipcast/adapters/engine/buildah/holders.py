"""Which repositories have a layer: what one has, another of the same registry need not be sent.

Kept beside the notes of what layers compressed to. A lost note costs time, never correctness; who
may take a layer over is the registry's to decide.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

FILE: Final = "holders.json"
MOST: Final = 4
"""Repositories that are remembered of a layer: those that had it last."""
LAYERS: Final = 4096
"""Layers that are remembered: those that were sent last."""


class Holders:
    """Remembers, in a directory that several processes share."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / FILE

    def of(self, digest: str) -> tuple[str, ...]:
        """The repositories that had a layer, with their registries; the last one first."""
        return tuple(self._known().get(digest, ()))

    def add(self, digest: str, name: str) -> None:
        """Remember that a repository has a layer; an empty name is none."""
        known = self._known()
        before = known.pop(digest, [])
        if not name or before[:1] == [name]:
            return
        known[digest] = [name, *(other for other in before if other != name)][:MOST]
        kept = dict(list(known.items())[-LAYERS:])
        new = self._path.with_name(f".{FILE}.{os.getpid()}")
        new.write_text(json.dumps(kept))
        new.replace(self._path)

    def _known(self) -> dict[str, list[str]]:
        try:
            known: dict[str, list[str]] = json.loads(self._path.read_text())
        except (OSError, ValueError):
            return {}
        return known
