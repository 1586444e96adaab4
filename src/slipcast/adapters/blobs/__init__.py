"""Blobs and links in a directory, which several servers may use at once.

`opened` gives both. What is where is in `places`, the state of an upload in `writing`.
"""

from __future__ import annotations

from pathlib import Path

from slipcast.adapters.blobs.content import LARGEST, RESERVE, DirectoryBlobs
from slipcast.adapters.blobs.links import DirectoryLinks
from slipcast.adapters.blobs.places import Places
from slipcast.ports.clock import Clock


def opened(
    directory: Path, clock: Clock, *, largest: int = LARGEST, reserve: int = RESERVE
) -> tuple[DirectoryBlobs, DirectoryLinks]:
    """What is kept in a directory.

    Units:  largest is what a blob may have, reserve what must stay free on the disk, in bytes.
    Errors: PortFault.
    """
    places = Places(directory)
    blobs = DirectoryBlobs(places, clock, largest=largest, reserve=reserve)
    return blobs, DirectoryLinks(places, clock)
