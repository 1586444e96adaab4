"""A stored image on its way out: each layer put together, compressed and sent in one pass.

What a place has already is not compressed again either: the digests that a layer had when it was
pulled or pushed before are remembered, and asked for first.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import msgspec

from slipcast.adapters.engine.buildah.storage import Record, Storage, Stored, data_name
from slipcast.adapters.layers.assembling import assembled
from slipcast.adapters.layers.compressing import Codec, Compressed
from slipcast.ports.engine import Sink

_GZIP_IN_STORE = 2
_OCI = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.oci.image.layer.v1.tar+",
)
_DOCKER = (
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.container.image.v1+json",
    "application/vnd.docker.image.rootfs.diff.tar.",
)


class Place(Protocol):
    """Where images go: a registry, a layout."""

    def has(self, digest: str) -> bool:
        """Whether a blob is there."""
        ...

    def put(self, content: bytes) -> None:
        """Add a small blob."""
        ...

    def put_stream(self, stream: Compressed) -> None:
        """Add a blob whose digest is known when it has been read."""
        ...

    def put_manifest(self, content: bytes, media_type: str, tag: str) -> None:
        """Add a manifest under a name."""
        ...


class Outbound(msgspec.Struct, frozen=True, kw_only=True):
    """An image to send.

    Shape:  notes is the file that remembers what layers compressed to.
    """

    storage: Storage
    image: Stored
    codec: Codec
    notes: Path


def push(outbound: Outbound, place: Place, tag: str, log: Sink) -> str:
    """Send the image; the digest of its manifest there.

    Errors: those of the place; OSError, ValueError when the store is damaged.
    """
    notes = Notes(outbound.notes)
    chain = outbound.storage.chain(outbound.image.record.get("layer", ""))
    layers = [_send_layer(outbound, layer, place, notes, log) for layer in chain]
    place.put(outbound.image.config)
    whole, for_config, for_layer = _types(outbound)
    document = {
        "schemaVersion": 2,
        "mediaType": whole,
        "config": {
            "mediaType": for_config,
            "digest": f"sha256:{hashlib.sha256(outbound.image.config).hexdigest()}",
            "size": len(outbound.image.config),
        },
        "layers": [
            {"mediaType": for_layer + codec, "digest": digest, "size": size}
            for digest, size, codec in layers
        ],
    }
    content = json.dumps(document, separators=(",", ":")).encode()
    place.put_manifest(content, whole, tag)
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _send_layer(
    outbound: Outbound, layer: Record, place: Place, notes: Notes, log: Sink
) -> tuple[str, int, str]:
    short = layer["diff-digest"].removeprefix("sha256:")[:12]
    for digest, size, codec in (*_pulled(layer), *notes.of(layer["diff-digest"])):
        if codec == outbound.codec.value and place.has(digest):
            log(f"Layer {short} is there already\n".encode())
            return digest, size, codec
    log(f"Sending layer {short}\n".encode())
    files = outbound.storage.overlay / layer["id"] / "diff"
    split = outbound.storage.layers / f"{layer['id']}.tar-split.gz"
    stream = Compressed(assembled(split, files), outbound.codec)
    place.put_stream(stream)
    sent = (stream.digest, stream.size, outbound.codec.value)
    notes.add(layer["diff-digest"], sent)
    return sent


def _pulled(layer: Mapping[str, Any]) -> list[tuple[str, int, str]]:
    if layer.get("compression") != _GZIP_IN_STORE:
        return []
    return [(layer["compressed-diff-digest"], layer["compressed-size"], Codec.GZIP.value)]


def _types(outbound: Outbound) -> tuple[str, str, str]:
    """The media types: those of the stored image, but docker's know no zstd."""
    directory = outbound.storage.images / outbound.image.record["id"]
    stored = json.loads((directory / data_name("manifest")).read_bytes())
    docker = stored.get("config", {}).get("mediaType") == _DOCKER[1]
    return _DOCKER if docker and outbound.codec is Codec.GZIP else _OCI


class Notes:
    """What layers compressed to, by diffID; a lost note costs time, never correctness."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._known: dict[str, list[list[Any]]] = json.loads(path.read_text())
        except (OSError, ValueError):
            self._known = {}

    def of(self, diff_id: str) -> list[tuple[str, int, str]]:
        """Digest, size and codec of what a layer was sent as."""
        return [(digest, size, codec) for digest, size, codec in self._known.get(diff_id, ())]

    def add(self, diff_id: str, sent: tuple[str, int, str]) -> None:
        """Remember what a layer was sent as."""
        others = [one for one in self._known.get(diff_id, []) if one[2] != sent[2]]
        self._known[diff_id] = [*others, list(sent)]
        new = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        new.write_text(json.dumps(self._known))
        new.replace(self._path)
