"""containers-storage, read: the images that buildah and podman keep, without starting either.

Every file here is replaced by rename when it changes, so readers need no lock. What is not found
may be there all the same: names may be aliases, images may lie in further stores; buildah knows.

Source: containers/storage 1.4x, images.go, layers.go, containers.go.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from slipcast.adapters.engine.buildah.facts import facts_of
from slipcast.values.faults import InvalidFault
from slipcast.values.image import ImageFacts
from slipcast.values.imageref import ImageRef

Record = dict[str, Any]

_CONFIGURATIONS = (
    Path("/etc/containers/storage.conf"),
    Path("/usr/share/containers/storage.conf"),
)
_DEFAULT_ROOT = Path("/var/lib/containers/storage")
_HEX = re.compile(r"[0-9a-f]{12,64}")
_PLAIN = re.compile(r"[a-z0-9.]+")


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """An image's record, and its configuration as bytes."""

    record: Record
    config: bytes


class Storage:
    """One store, with the overlay driver."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.images = root / "overlay-images"
        self.layers = root / "overlay-layers"
        self.overlay = root / "overlay"

    def image(self, name: str) -> Stored | None:
        """The image of an id or a name."""
        record = self._record(name)
        if record is None:
            return None
        key = f"sha256:{record['id']}"
        file = self.images / record["id"] / data_name(key)
        return Stored(record=record, config=file.read_bytes()) if file.exists() else None

    def facts(self, name: str) -> ImageFacts | None:
        """The image of an id or a name, as the port speaks of it."""
        stored = self.image(name)
        return None if stored is None else self.facts_of(stored)

    def facts_of(self, stored: Stored) -> ImageFacts:
        """A record, as the port speaks of it."""
        record = stored.record
        return facts_of(
            record["id"],
            json.loads(stored.config),
            digest=record.get("digest", ""),
            names=record.get("names") or (),
            size=sum(layer.get("diff-size", 0) for layer in self.chain(record.get("layer", ""))),
        )

    def chain(self, top: str) -> tuple[Record, ...]:
        """The records of a layer and all below it, lowest first."""
        known = {layer["id"]: layer for layer in records(self.layers / "layers.json")}
        return tuple(reversed(list(_down(known, top))))

    def containers(self) -> list[str] | None:
        """The names of the containers that the store keeps, None when it is not this kind."""
        directory = self.root / "overlay-containers"
        if not directory.is_dir():
            return None
        every = records(directory / "containers.json")
        return [name for record in every for name in record.get("names") or ()]

    def _record(self, name: str) -> Record | None:
        every = records(self.images / "images.json")
        text = name.removeprefix("sha256:")
        if _HEX.fullmatch(text):
            same = [image for image in every if image["id"].startswith(text)]
            if len(same) == 1:
                return same[0]
        wanted = _names(name)
        for candidate in wanted:
            for image in every:
                if candidate in (image.get("names") or ()):
                    return image
        return None


def graph_root(given: Path | None, configuration: Path | None = None) -> Path:
    """Where images lie: the place given, else what a configuration says, or the system's."""
    if given is not None:
        return given
    for file in filter(Path.exists, (configuration,) if configuration else _CONFIGURATIONS):
        import tomllib  # noqa: PLC0415 -- 5 ms that few hosts need

        try:
            document = tomllib.loads(file.read_text())
        except (OSError, tomllib.TOMLDecodeError):
            continue
        place = document.get("storage", {}).get("graphroot")
        if place:
            return Path(place)
    return _DEFAULT_ROOT


def is_name(text: str) -> bool:
    """Whether a text can be an image's id or name at all."""
    if _HEX.fullmatch(text.removeprefix("sha256:")):
        return True
    try:
        ImageRef.parse(text)
    except InvalidFault:
        return False
    return True


def records(path: Path) -> list[Record]:
    """The records of one of the store's lists; empty when it has none yet."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return []
    return json.loads(content) or []


def data_name(key: str) -> str:
    """The file name of a piece of an image's data."""
    return key if _PLAIN.fullmatch(key) else f"={base64.b64encode(key.encode()).decode()}"


def _down(known: Mapping[str, Record], layer_id: str) -> Iterator[Record]:
    while layer_id:
        layer = known.get(layer_id)
        if layer is None:
            return
        yield layer
        layer_id = layer.get("parent", "")


def _names(name: str) -> tuple[str, ...]:
    """The full names that a name as typed may stand for, in the order they are tried."""
    try:
        ref = ImageRef.parse(name)
    except InvalidFault:
        return ()
    if ref.registry:
        return (ref.exact,)
    return (f"localhost/{ref.with_default_tag}", ref.exact)
