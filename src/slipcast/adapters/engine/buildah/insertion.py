"""A finished layer put into containers-storage by moving it there, and the image above it.

The container's upper directory already is what the store's overlay driver would unpack the layer
to; it is renamed instead of copied, under the store's own locks and in the store's own order: first
a record marked incomplete, then the directories, then the record without the mark. A process killed
in between leaves an incomplete layer, which the next program that opens the store takes away.

Source: containers/storage 1.43, layers.go, images.go, drivers/overlay/overlay.go, lockfile_unix.go.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from slipcast.adapters.engine.buildah.storage import Record, Storage, data_name, records
from slipcast.adapters.layers.recording import Recorded

_LOCK_CONTENT = 64
_LINK_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_LINK_LENGTH = 26
_threads = threading.RLock()


class Finished(msgspec.Struct, frozen=True, kw_only=True):
    """A layer that lies ready.

    Shape:  parent is the id of the layer below, empty for none; upper and tar_split are on the
            store's file system and are moved away.
    """

    parent: str
    upper: Path
    tar_split: Path
    recorded: Recorded

    @property
    def id(self) -> str:
        """The id under which every tool of the family looks for this layer on this parent."""
        digest = self.recorded.diff_id.removeprefix("sha256:")
        if not self.parent:
            return digest
        return hashlib.sha256(f"{self.parent}+{digest}".encode()).hexdigest()


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """The documents of an image, and what it is called.

    Units:  created in seconds since the epoch.
    """

    config: bytes
    manifest: bytes
    name: str
    layer: str
    created: int

    @property
    def id(self) -> str:
        """The digest of the configuration."""
        return hashlib.sha256(self.config).hexdigest()


def add_layer(storage: Storage, layer: Finished) -> None:
    """Put a layer into the store; one that is there already is left alone.

    Errors: OSError; nothing is changed then, but an incomplete layer that the store removes.
    """
    path = storage.layers / "layers.json"
    with _locked(storage.layers / "layers.lock") as lock:
        every = records(path)
        if any(known["id"] == layer.id for known in every):
            return
        record = _layer_record(layer)
        _write(path, [*every, {**record, "flags": {"incomplete": True}}])
        lock.touch()
        _move_in(storage, layer)
        _write(path, [*every, record])
        lock.touch()


def add_image(storage: Storage, image: Image) -> Record:
    """Put an image into the store; its name is taken from any other image that had it."""
    path = storage.images / "images.json"
    with _locked(storage.images / "images.lock") as lock:
        every = [_without_name(record, image) for record in records(path)]
        known = next((record for record in every if record["id"] == image.id), None)
        record = known or _image_record(storage, image)
        if image.name and image.name not in (record.get("names") or ()):
            record["names"] = [image.name, *(record.get("names") or ())]
            history = [name for name in record.get("names-history") or () if name != image.name]
            record["names-history"] = [image.name, *history]
        _write(path, every if known else [*every, record])
        lock.touch()
    return record


def _layer_record(layer: Finished) -> Record:
    recorded = layer.recorded
    return {
        "id": layer.id,
        **({"parent": layer.parent} if layer.parent else {}),
        "created": _stamp(datetime.now(UTC)),
        "compressed-diff-digest": recorded.diff_id,
        "compressed-size": recorded.size,
        "diff-digest": recorded.diff_id,
        "diff-size": recorded.size,
        "uidset": list(recorded.uids),
        "gidset": list(recorded.gids),
    }


def _move_in(storage: Storage, layer: Finished) -> None:
    place = storage.overlay / layer.id
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(mode=0o700)
    for name in ("work", "merged"):
        (place / name).mkdir(mode=0o700)
    link = "".join(secrets.choice(_LINK_LETTERS) for _ in range(_LINK_LENGTH))
    (storage.overlay / "l" / link).symlink_to(f"../{layer.id}/diff")
    (place / "link").write_text(link)
    if layer.parent:
        (place / "lower").write_text(_lower(storage, layer.parent))
    # The container keeps an empty directory, so that removing it finds what it expects.
    status = layer.upper.stat()
    layer.upper.rename(place / "diff")
    layer.upper.mkdir(mode=status.st_mode & 0o7777)
    shutil.move(layer.tar_split, storage.layers / f"{layer.id}.tar-split.gz")


def _lower(storage: Storage, parent: str) -> str:
    place = storage.overlay / parent
    below = place / "lower"
    own = f"l/{(place / 'link').read_text()}"
    return f"{own}:{below.read_text()}" if below.exists() else own


def _image_record(storage: Storage, image: Image) -> Record:
    digest = f"sha256:{hashlib.sha256(image.manifest).hexdigest()}"
    data: Mapping[str, bytes] = {
        f"sha256:{image.id}": image.config,
        f"manifest-{digest}": image.manifest,
        "manifest": image.manifest,
    }
    directory = storage.images / image.id
    directory.mkdir(mode=0o700, exist_ok=True)
    for key, content in data.items():
        _replace(directory / data_name(key), content)
    return {
        "id": image.id,
        "digest": digest,
        "layer": image.layer,
        "metadata": "{}",
        "big-data-names": list(data),
        "big-data-sizes": {key: len(content) for key, content in data.items()},
        "big-data-digests": {
            key: f"sha256:{hashlib.sha256(content).hexdigest()}" for key, content in data.items()
        },
        "created": _stamp(datetime.fromtimestamp(image.created, UTC)),
    }


def _without_name(record: Record, image: Image) -> Record:
    names = record.get("names") or []
    if record["id"] == image.id or image.name not in names:
        return record
    return {**record, "names": [name for name in names if name != image.name]}


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class _Lock:
    """A lock file in hand."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def touch(self) -> None:
        """Tell the other programs that what they remember is out of date."""
        os.pwrite(self._descriptor, secrets.token_bytes(_LOCK_CONTENT), 0)


@contextmanager
def _locked(path: Path) -> Generator[_Lock]:
    # Locks of this kind belong to processes; threads of ours exclude each other first.
    with _threads, path.open("rb+") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        yield _Lock(file.fileno())


def _write(path: Path, every: list[Record]) -> None:
    _replace(path, json.dumps(every, separators=(",", ":")).encode())


def _replace(path: Path, content: bytes) -> None:
    new = path.with_name(f".tmp-{path.name}-{secrets.token_hex(4)}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
