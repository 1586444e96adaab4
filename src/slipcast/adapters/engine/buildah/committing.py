"""A commit without a copy: the overlay's upper directory becomes the layer.

Possible where we are root, on the kernel's overlay, over a store whose format is known; everything
else is `buildah commit`'s. Numbers and reasons: docs/decisions/0003-commit.md.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
from pathlib import Path

import msgspec

from slipcast.adapters.engine.buildah import documents
from slipcast.adapters.engine.buildah.ahead import Ahead, Begin
from slipcast.adapters.engine.buildah.change import Change, Unreadable, read_change
from slipcast.adapters.engine.buildah.insertion import Finished, Image, add_image, add_layer
from slipcast.adapters.engine.buildah.storage import Storage, Stored
from slipcast.adapters.layers.recording import Changed, Recorded, record
from slipcast.ports.engine import CommitSpec
from slipcast.values.image import ImageFacts
from slipcast.values.imageref import ImageRef

_KERNEL_JOINED = ("metacopy=on", "redirect_dir=on", "userxattr")


class NotHere(Exception):
    """This commit is not possible here; nothing was changed."""


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """Where a working container's change lies.

    Shape:  layer is the id of the container's own layer; parent that of its image's top layer,
            empty when the image has none.
    """

    storage: Storage
    merged: Path
    layer: str
    parent: str
    image: Stored

    @property
    def place(self) -> Path:
        """The directory of the container's layer."""
        return self.storage.overlay / self.layer

    @property
    def lower(self) -> list[Path]:
        """The image's layers, topmost first."""
        file = self.place / "lower"
        return [
            self.storage.overlay / link
            for link in (file.read_text().split(":") if file.exists() else ())
        ]


def ground_of(merged: Path, image_id: str) -> Ground:
    """Where the change of the container mounted at merged lies.

    Errors: NotHere with the reason.
    """
    place = merged.parent
    options = _overlay_options(merged)
    if f"upperdir={place / 'diff'}" not in options:
        raise NotHere(f"{merged} is no overlay of the store's")
    joined = [option for option in options if option in _KERNEL_JOINED]
    if joined:
        raise NotHere(f"the overlay is mounted with {', '.join(joined)}")
    storage = Storage(place.parent.parent)
    image = storage.image(image_id)
    if image is None:
        raise NotHere("the image lies in another store")
    parent = image.record.get("layer", "")
    chain = storage.chain(parent)
    known = [layer.get("diff-digest", "") for layer in chain]
    if known != json.loads(image.config).get("rootfs", {}).get("diff_ids", []):
        raise NotHere("the store does not know the digests of the image's layers")
    return Ground(storage=storage, merged=merged, layer=place.name, parent=parent, image=image)


def commit(ground: Ground, spec: CommitSpec, now: int, begin: Begin) -> ImageFacts:
    """Make the image; the container's root is empty of its change afterwards.

    Shape:  begin may send the layer while it is described.

    Units:  now in seconds, used when spec has no timestamp.
    Errors: NotHere, with nothing changed; EngineFault; OSError.
    """
    latest = now if spec.timestamp is None else spec.timestamp
    _unmount(ground.merged)
    upper = ground.place / "diff"
    tar_split = ground.place / "tar-split.gz"
    try:
        change = read_change(upper, ground.lower, leave_out=spec.leave_out, latest=latest)
        _settle(change)
        ahead = begin(change.found, upper)
        recorded = _recorded(change, tar_split, ahead)
    except (Unreadable, Changed) as odd:
        raise NotHere(str(odd)) from odd
    finished = Finished(parent=ground.parent, upper=upper, tar_split=tar_split, recorded=recorded)
    add_layer(ground.storage, finished)
    if ahead is not None:
        ahead.read_from(ground.storage.overlay / finished.id / "diff")
    return _image(ground, spec, finished.id, recorded, latest)


def _recorded(change: Change, tar_split: Path, ahead: Ahead | None) -> Recorded:
    diff_id = ""
    try:
        recorded = record(((found.member, found.path) for found in change.found), tar_split)
        diff_id = recorded.diff_id
    finally:
        if ahead is not None:
            ahead.tell(diff_id)
    return recorded


def _image(
    ground: Ground, spec: CommitSpec, layer: str, recorded: Recorded, created: int
) -> ImageFacts:
    base = json.loads(ground.image.config)
    chain = ground.storage.chain(ground.parent)
    layers = [(below["diff-digest"], below["diff-size"]) for below in chain]
    layers.append((recorded.diff_id, recorded.size))
    config = documents.configuration(base, spec, [digest for digest, _ in layers], created)
    image = Image(
        config=config,
        manifest=documents.manifest(config, layers, with_onbuild=bool(spec.config.onbuild)),
        name=full_name(spec.tag),
        layer=layer,
        created=created,
    )
    stored = Stored(record=add_image(ground.storage, image), config=config)
    return ground.storage.facts_of(stored)


def full_name(tag: str) -> str:
    """The name under which an image made here is kept; buildah's rule for short ones."""
    if not tag:
        return ""
    ref = ImageRef.parse(tag, "tag")
    return ref.exact if ref.registry else f"localhost/{ref.with_default_tag}"


def _settle(change: Change) -> None:
    """Make the upper directory what the layer says: nothing besides it, no later times."""
    for path in change.dropped:
        _remove(path)
    # Times of directories come after: removing in them has changed them.
    for found in change.found:
        if found.late and found.path is not None:
            os.utime(found.path, (found.member.mtime, found.member.mtime), follow_symlinks=False)


def _remove(path: bytes) -> None:
    try:
        os.rmdir(path)  # noqa: PTH106 -- names are bytes
    except NotADirectoryError:
        os.unlink(path)  # noqa: PTH108 -- likewise


def _overlay_options(merged: Path) -> list[str]:
    for line in Path("/proc/self/mounts").read_text().splitlines():
        _, where, kind, options, *_ = line.split(" ")
        if kind == "overlay" and where == str(merged):
            return options.split(",")
    return []


def _unmount(merged: Path) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if library.umount2(os.fsencode(merged), 0) != 0:
        number = ctypes.get_errno()
        if number != errno.EINVAL:
            raise NotHere(f"{merged} could not be unmounted: {os.strerror(number)}")
