"""What builds leave in the store for later ones, kept within a size.

A build of a Dockerfile looks for each of its steps among all images of the store, so what a step
made stays there as an image of its own. So do the images that builds end with: one loses its name
to the next, or is a copy of what a registry has. Here is noted which images our builds left, and
when each was last of use; what was longest of none goes first. Nobody else's images are touched,
and none that has a name which somebody may ask for.

Source: buildah-build(1), --layers; containers/storage, images.go; user-pain.md UP-14.
"""

from __future__ import annotations

import fcntl
import re
import time
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import msgspec

from slipcast.adapters.engine.buildah.storage import Record, Storage, records
from slipcast.adapters.privatefiles import write_private
from slipcast.builds.localimages import is_pushed_copy
from slipcast.ports.engine import Sink, ignore

USUAL_LIMIT: Final = 10 << 30
_USED: Final = re.compile(rb"--> Using cache ([0-9a-f]{64})\s*")
_PASSING: Final = re.compile(r"docker\.io/library/[0-9a-f]{64}-tmp:latest")
"""What buildah calls an image while it writes it, where nobody gave it a name."""
_MOST: Final = 1000
_REST: Final = 3600.0
"""Seconds for which an image is left alone: a build that goes on may stand on it."""

Notes = dict[str, float]
"""Images by id, and when each was last of use."""


class Hits:
    """A sink that passes a build's log on, and remembers which images the build used again.

    Shape:  made is the image of the build, once it is known.
    """

    def __init__(self, then: Sink = ignore) -> None:
        self.found: list[str] = []
        self.made = ""
        self._then = then
        self._open = b""

    def __call__(self, data: bytes) -> None:
        """Take a piece of the log."""
        self._then(data)
        *lines, self._open = (self._open + data).split(b"\n")
        self._open = self._open[:256]
        self.found += [match[1].decode() for line in lines if (match := _USED.fullmatch(line))]


class LayerCache:
    """The notes on one store, and what follows from them.

    Shape:  remove takes an image away, unless something stands on it. most is how many images may
            stay, as buildah looks through all of them at each step.
    Units:  limit in bytes, 0 for none; now in seconds since the epoch.
    """

    def __init__(
        self,
        notes: Path,
        storage: Storage,
        remove: Callable[[str], None],
        *,
        limit: int = USUAL_LIMIT,
        most: int = _MOST,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._notes = notes
        self._storage = storage
        self._remove = remove
        self._limit = limit
        self._most = most
        self._now = now

    def images(self) -> frozenset[str]:
        """All images of the store, to be told apart from those that come."""
        return frozenset(image["id"] for image in self._images())

    def keep(self, before: frozenset[str], used: Iterable[str], made: str = "") -> None:
        """Note what a build left, what it used and what it made; then keep the limit.

        Shape:  of what was not there before, only what nobody ever gave a name is the build's.
        """
        with self._noted() as notes:
            images = {image["id"]: image for image in self._images()}
            came = (
                id_
                for id_, image in images.items()
                if id_ not in before and not image.get("names") and _never_named(image)
            )
            # What was made has a name now, which the next build may take away from it.
            of_use = (*came, *(id_ for id_ in used if id_ in notes), *filter(None, (made,)))
            self._settle(notes, images, of_use)

    def add(self, made: str) -> None:
        """Note what a container became; then keep the limit."""
        with self._noted() as notes:
            self._settle(notes, {image["id"]: image for image in self._images()}, (made,))

    def _settle(self, notes: Notes, images: Mapping[str, Record], of_use: Iterable[str]) -> None:
        notes.update(dict.fromkeys(of_use, self._now()))
        for gone in notes.keys() - images.keys():
            del notes[gone]
        if self._limit:
            self._trim(notes, images)

    def _trim(self, notes: Notes, images: Mapping[str, Record]) -> None:
        latest = self._now() - _REST
        order = sorted(notes, key=lambda id_: (notes[id_], images[id_].get("created", "")))
        ours = {id_ for id_ in order if all(map(is_pushed_copy, images[id_].get("names") or ()))}
        candidates = [id_ for id_ in order if id_ in ours and notes[id_] <= latest]
        layers = {layer["id"]: layer for layer in records(self._storage.layers / "layers.json")}
        others = _chains(
            layers, (image.get("layer", "") for id_, image in images.items() if id_ not in ours)
        )
        for id_ in candidates:
            held = _chains(layers, (images[each].get("layer", "") for each in ours)) - others
            size = sum(layers[layer].get("diff-size", 0) for layer in held)
            if size <= self._limit and len(ours) <= self._most:
                return
            self._remove(id_)
            ours.discard(id_)

    def _images(self) -> list[Record]:
        return records(self._storage.images / "images.json")

    @contextmanager
    def _noted(self) -> Generator[Notes]:
        """The notes, for one process at a time; changes are written in the end."""
        self._notes.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._notes.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            notes: Notes = {}
            with suppress(OSError, msgspec.MsgspecError):
                notes = msgspec.json.decode(self._notes.read_bytes(), type=Notes)
            yield notes
            write_private(self._notes, msgspec.json.encode(notes))


def _never_named(image: Record) -> bool:
    return all(map(_PASSING.fullmatch, image.get("names-history") or ()))


def _chains(layers: Mapping[str, Record], tops: Iterable[str]) -> set[str]:
    """Layers and all below them."""
    found: set[str] = set()
    for top in tops:
        while top in layers and top not in found:
            found.add(top)
            top = layers[top].get("parent", "")  # noqa: PLW2901 -- the way down
    return found
