"""A stored image on its way out: each layer put together, compressed and sent in one pass.

Layers that do not shrink go as they are, but for docker's own manifests: not every registry takes
those with anything but gzip.

What a place has already is not compressed again either: the digests that a layer had when it was
pulled or pushed before are remembered, and asked for first.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import msgspec

from slipcast.adapters.engine.buildah.holders import Holders
from slipcast.adapters.engine.buildah.storage import Record, Storage, Stored, data_name
from slipcast.adapters.layers.assembling import assembled, contents
from slipcast.adapters.layers.compressing import Codec, Compressed, Stream
from slipcast.adapters.layers.plain import Checked, Plain
from slipcast.adapters.layers.shrinking import LARGE, read_below, shrinks
from slipcast.ports.engine import Sink
from slipcast.values.imageref import ImageRef

_GZIP_IN_STORE = 2
PLAIN = ""
"""Stands where a codec would, for layers that are not packed."""

# In the notes only: a layer that was judged, and need not be again.
_SHRINKS = "shrinks"

Sent = tuple[str, int, str]
"""What a layer is at a place: its digest, its size and its codec there."""

_OCI = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.config.v1+json",
    {
        PLAIN: "application/vnd.oci.image.layer.v1.tar",
        Codec.GZIP.value: "application/vnd.oci.image.layer.v1.tar+gzip",
        Codec.ZSTD.value: "application/vnd.oci.image.layer.v1.tar+zstd",
    },
)
_DOCKER = (
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.container.image.v1+json",
    {Codec.GZIP.value: "application/vnd.docker.image.rootfs.diff.tar.gzip"},
)


class Place(Protocol):
    """Where images go: a registry, a layout."""

    @property
    def name(self) -> str:
        """The repository, with its registry; empty for what has none."""
        ...

    def layers_of(self, image: ImageRef) -> Mapping[str, tuple[str, int, str]]:
        """Digest, size and media type of what another image's layers are there, by diffID."""
        ...

    def has(self, digest: str, elsewhere: Iterable[str] = ()) -> bool:
        """Whether a blob is there, or may be taken over from other repositories of the place."""
        ...

    def put(self, content: bytes) -> None:
        """Add a small blob."""
        ...

    def put_stream(self, stream: Stream) -> None:
        """Add a blob whose digest is known when it has been read."""
        ...

    def put_manifest(self, content: bytes, media_type: str, tag: str) -> None:
        """Add a manifest under a name."""
        ...


class Outbound(msgspec.Struct, frozen=True, kw_only=True):
    """An image to send.

    Shape:  notes is the file that remembers what layers compressed to; settle waits until a layer
            that is on its way already has arrived. bases are the images that it was made of.
    """

    storage: Storage
    image: Stored
    codec: Codec
    notes: Path
    settle: Callable[[str], None]
    bases: tuple[ImageRef, ...] = ()


def push(outbound: Outbound, place: Place, tag: str, log: Sink) -> str:
    """Send the image; the digest of its manifest there.

    Errors: those of the place; OSError, ValueError when the store is damaged.
    """
    whole, for_config, for_layer = _types(outbound)
    layers = _Layers(outbound, place, log, for_layer)
    chain = outbound.storage.chain(outbound.image.record.get("layer", ""))
    sent = [layers.send(layer) for layer in chain]
    place.put(outbound.image.config)
    document = {
        "schemaVersion": 2,
        "mediaType": whole,
        "config": {
            "mediaType": for_config,
            "digest": f"sha256:{hashlib.sha256(outbound.image.config).hexdigest()}",
            "size": len(outbound.image.config),
        },
        "layers": [
            {"mediaType": for_layer[codec], "digest": digest, "size": size}
            for digest, size, codec in sent
        ],
    }
    content = json.dumps(document, separators=(",", ":")).encode()
    place.put_manifest(content, whole, tag)
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


class _Layers:
    """The layers of one image, on their way to one place."""

    def __init__(
        self, outbound: Outbound, place: Place, log: Sink, types: Mapping[str, str]
    ) -> None:
        self._outbound = outbound
        self._place = place
        self._log = log
        self._types = types
        self._takes_plain = PLAIN in types
        self._bases = tuple(f"{each.registry_host}/{each.repository}" for each in outbound.bases)
        self._notes = Notes(outbound.notes)
        self._holders = Holders(outbound.notes.parent)

    def send(self, layer: Record) -> Sent:
        """Send one, unless it is there."""
        diff_id = layer["diff-digest"]
        self._outbound.settle(diff_id)
        short = diff_id.removeprefix("sha256:")[:12]
        there = self._there(_pulled(layer), self._outbound.codec.value) or self._of_base(diff_id)
        plain = there is None and self._goes_plain(layer)
        if there is None:
            known = [(diff_id, layer["diff-size"], PLAIN)] if plain else self._notes.of(diff_id)
            there = self._there(known, PLAIN if plain else self._outbound.codec.value)
        if there is not None:
            self._log(f"Layer {short} is there already\n".encode())
            return there
        self._log(f"Sending layer {short}\n".encode())
        stream = self._stream(layer, plain=plain)
        self._place.put_stream(stream)
        sent = (stream.digest, stream.size, PLAIN if plain else self._outbound.codec.value)
        self._notes.add(diff_id, sent)
        self._holders.add(stream.digest, self._place.name)
        return sent

    def _there(self, known: Iterable[Sent], wanted: str) -> Sent | None:
        for digest, size, codec in known:
            if codec == wanted and self._has(digest):
                return digest, size, codec
        return None

    def _of_base(self, diff_id: str) -> Sent | None:
        """What a layer is in the repository of an image that it comes from, taken over."""
        digest, size, media_type = self._known_there.get(diff_id, ("", 0, ""))
        codec = _codec_of(media_type)
        if codec is None or codec not in self._types or not self._has(digest):
            return None
        return digest, size, codec

    @cached_property
    def _known_there(self) -> Mapping[str, tuple[str, int, str]]:
        found = (self._place.layers_of(base) for base in self._outbound.bases)
        return {diff_id: layer for layers in found for diff_id, layer in layers.items()}

    def _has(self, digest: str) -> bool:
        if not self._place.has(digest, (*self._bases, *self._holders.of(digest))):
            return False
        self._holders.add(digest, self._place.name)
        return True

    def _goes_plain(self, layer: Record) -> bool:
        if not self._takes_plain or layer.get("diff-size", 0) < LARGE:
            return False
        diff_id = layer["diff-digest"]
        judged = {codec for _, _, codec in self._notes.of(diff_id)} & {PLAIN, _SHRINKS}
        if not judged:
            judged = {_SHRINKS if self._shrinks(layer) else PLAIN}
            if _SHRINKS in judged:
                self._notes.add(diff_id, ("", 0, _SHRINKS))
        return PLAIN in judged

    def _shrinks(self, layer: Record) -> bool:
        split, files = self._parts(layer)
        held = contents(split)
        holder = os.open(files, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            return shrinks(held.files, held.members, read_below(holder))
        finally:
            os.close(holder)

    def _stream(self, layer: Record, *, plain: bool) -> Stream:
        tar = assembled(*self._parts(layer))
        if not plain:
            return Compressed(tar, self._outbound.codec)
        diff_id: str = layer["diff-digest"]
        return Plain(Checked(tar, diff_id), lambda: diff_id)

    def _parts(self, layer: Record) -> tuple[Path, Path]:
        storage = self._outbound.storage
        split = storage.layers / f"{layer['id']}.tar-split.gz"
        return split, storage.overlay / layer["id"] / "diff"


def _codec_of(media_type: str) -> str | None:
    """How a layer is packed; None for what is no layer that we know."""
    packed = re.fullmatch(r"application/vnd\..*\.tar(?:[.+](gzip|zstd))?", media_type)
    return (packed[1] or PLAIN) if packed else None


def _pulled(layer: Mapping[str, Any]) -> list[Sent]:
    if layer.get("compression") != _GZIP_IN_STORE:
        return []
    return [(layer["compressed-diff-digest"], layer["compressed-size"], Codec.GZIP.value)]


def _types(outbound: Outbound) -> tuple[str, str, Mapping[str, str]]:
    """The media types: those of the stored image, but docker's know no zstd."""
    directory = outbound.storage.images / outbound.image.record["id"]
    stored = json.loads((directory / data_name("manifest")).read_bytes())
    docker = stored.get("config", {}).get("mediaType") == _DOCKER[1]
    return _DOCKER if docker and outbound.codec is Codec.GZIP else _OCI


class Notes:
    """What layers compressed to, by diffID; a lost note costs time, never correctness.

    Read anew every time: a layer that goes ahead of its image leaves its note meanwhile.
    """

    _adding = threading.Lock()

    def __init__(self, path: Path) -> None:
        self._path = path

    def of(self, diff_id: str) -> list[Sent]:
        """Digest, size and codec of what a layer was sent as."""
        return [(digest, size, codec) for digest, size, codec in self._known().get(diff_id, ())]

    def add(self, diff_id: str, sent: Sent) -> None:
        """Remember what a layer was sent as."""
        with self._adding:
            known = self._known()
            others = [one for one in known.get(diff_id, []) if one[2] != sent[2]]
            known[diff_id] = [*others, list(sent)]
            new = self._path.with_name(f".{self._path.name}.{os.getpid()}")
            new.write_text(json.dumps(known))
            new.replace(self._path)

    def _known(self) -> dict[str, list[list[Any]]]:
        try:
            known: dict[str, list[list[Any]]] = json.loads(self._path.read_text())
        except (OSError, ValueError):
            return {}
        return known
