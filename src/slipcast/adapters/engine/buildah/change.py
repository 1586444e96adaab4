"""The change that a container made: its overlay's upper directory as members of a layer.

Nothing of the image is looked at but the places that the change touches. What the kernel keeps in
its own way (whiteouts as 0/0 devices, opaque directories as an attribute) becomes what layers say
it with, and directories that were only passed through are left out.

Source: overlayfs in the kernel's documentation; OCI image specification, layer.md, whiteouts.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from slipcast.adapters.layers.tar import Member, Type
from slipcast.values.faults import EngineFault

OPAQUE_MARK = b".wh..wh..opq"
WHITEOUT = b".wh."
_KEPT = ("security.capability", "user.")
_OPAQUE = "trusted.overlay.opaque"
_NOT_OURS = {"trusted.overlay.redirect", "trusted.overlay.metacopy"}
_TYPES = {
    stat.S_IFREG: Type.FILE,
    stat.S_IFDIR: Type.DIRECTORY,
    stat.S_IFLNK: Type.LINK,
    stat.S_IFCHR: Type.CHARACTER_DEVICE,
    stat.S_IFBLK: Type.BLOCK_DEVICE,
    stat.S_IFIFO: Type.PIPE,
}


class Unreadable(Exception):
    """The upper directory holds what only the kernel can put together again."""


@dataclass(slots=True, kw_only=True)
class Found:
    """A member of the layer, and the file in the upper directory that it comes from.

    Shape:  path is None for marks, which are no file of the change. late says that the file's time
            must be set back to the member's.
    """

    member: Member
    path: bytes | None = None
    late: bool = False


@dataclass(slots=True, kw_only=True)
class Change:
    """What a walk found.

    Shape:  found is sorted by name, parents first. dropped are files and directories of the upper
            directory that do not belong to the layer, children first.
    """

    found: list[Found] = field(default_factory=list)
    dropped: list[bytes] = field(default_factory=list)


def read_change(
    upper: Path, lower: Sequence[Path], *, leave_out: Collection[str], latest: int
) -> Change:
    """Walk an upper directory.

    Shape:  lower are the image's layers, topmost first; leave_out are absolute paths in the
            container.
    Units:  latest in seconds: no member is younger.
    Errors: Unreadable when the change cannot be told from the upper directory alone; EngineFault
            when a file cannot be kept in any image.
    """
    out = frozenset(os.fsencode(path.strip("/")) for path in leave_out)
    walk = _Walk([os.fsencode(path) for path in lower], out, latest)
    walk.directory(os.fsencode(upper), b"", hidden=False)
    return walk.change


class _Walk:
    def __init__(self, lower: list[bytes], out: Collection[bytes], latest: int) -> None:
        self.change = Change()
        self._lower = lower
        self._out = out
        self._latest = latest
        self._first: dict[tuple[int, int], bytes] = {}

    def directory(self, path: bytes, name: bytes, *, hidden: bool) -> int:
        """Walk one directory; how many members it holds. hidden: the image's is out of sight."""
        with os.scandir(path) as scan:
            entries = sorted(scan, key=lambda entry: entry.name)
        count = 0
        for entry in entries:
            full = name + b"/" + entry.name if name else entry.name
            if full in self._out:
                self._drop(entry.path)
                continue
            status = entry.stat(follow_symlinks=False)
            if stat.S_ISDIR(status.st_mode):
                count += self._below(entry.path, full, status, hidden=hidden)
            else:
                count += self._file(entry.path, full, status)
        return count

    def _below(self, path: bytes, name: bytes, status: os.stat_result, *, hidden: bool) -> int:
        attributes = _attributes(path)
        opaque = attributes.pop(_OPAQUE, b"") == b"y"
        under = None if hidden else self._under(name)
        place = len(self.change.found)
        covers = opaque and under is not None and stat.S_ISDIR(under.st_mode)
        member = self._member(name, status, Type.DIRECTORY, attributes)
        if covers:
            mark = Member(name=name + b"/" + OPAQUE_MARK, mode=0o600)
            self.change.found.append(Found(member=mark))
        count = self.directory(path, name, hidden=hidden or opaque or under is None)
        if count == 0 and not covers and under is not None and _same(status, under):
            self.change.dropped.append(path)
            return 0
        late = status.st_mtime > self._latest
        self.change.found.insert(place, Found(member=member, path=path, late=late))
        return count + 1

    def _file(self, path: bytes, name: bytes, status: os.stat_result) -> int:
        kind = _TYPES.get(stat.S_IFMT(status.st_mode))
        if kind is None:
            self.change.dropped.append(path)
            return 0
        holder, slash, base = name.rpartition(b"/")
        if kind is Type.CHARACTER_DEVICE and status.st_rdev == 0:
            member = Member(name=holder + slash + WHITEOUT + base, mode=0o600)
            self.change.found.append(Found(member=member))
            return 1
        if base.startswith(WHITEOUT):
            shown = name.decode("utf-8", "replace")
            raise EngineFault(
                f"/{shown} cannot be kept in an image: layers use names with .wh. for removals",
                hint="rename or remove the file in the build",
            )
        member = self._member(name, status, kind, _attributes(path))
        first = self._first.get((status.st_dev, status.st_ino)) if status.st_nlink > 1 else None
        if first is not None:
            member = Member(
                name=name, type=Type.HARD_LINK, target=first, mode=member.mode,
                uid=member.uid, gid=member.gid, mtime=member.mtime,
            )  # fmt: skip
        else:
            if status.st_nlink > 1:
                self._first[status.st_dev, status.st_ino] = name
            if kind is Type.LINK:
                member.target = os.readlink(path)  # noqa: PTH115 -- names are bytes
            elif kind is Type.FILE:
                member.size = status.st_size
        late = status.st_mtime > self._latest
        self.change.found.append(Found(member=member, path=path, late=late))
        return 1

    def _member(
        self, name: bytes, status: os.stat_result, kind: Type, attributes: Mapping[str, bytes]
    ) -> Member:
        device = (0, 0)
        if kind is Type.CHARACTER_DEVICE or kind is Type.BLOCK_DEVICE:
            device = (os.major(status.st_rdev), os.minor(status.st_rdev))
        return Member(
            name=name,
            type=kind,
            mode=stat.S_IMODE(status.st_mode),
            uid=status.st_uid,
            gid=status.st_gid,
            mtime=min(int(status.st_mtime), self._latest),
            device=device,
            xattrs=attributes,
        )

    def _under(self, name: bytes) -> os.stat_result | None:
        """What the image has at a place; None for nothing."""
        for layer in self._lower:
            try:
                status = os.lstat(layer + b"/" + name)
            except NotADirectoryError:
                return None
            except FileNotFoundError:
                if _hides(layer, name):
                    return None
                continue
            removed = stat.S_ISCHR(status.st_mode) and status.st_rdev == 0
            return None if removed else status
        return None

    def _drop(self, path: bytes) -> None:
        for holder, directories, files in os.walk(path, topdown=False):
            self.change.dropped += [os.path.join(holder, name) for name in (*files, *directories)]  # noqa: PTH118 -- bytes
        self.change.dropped.append(path)


def _attributes(path: bytes) -> dict[str, bytes]:
    """The attributes that a layer keeps, and whether the directory is opaque."""
    kept: dict[str, bytes] = {}
    for key in os.listxattr(path, follow_symlinks=False):
        if key in _NOT_OURS:
            raise Unreadable(f"{path!r} has {key}")
        if key.startswith(_KEPT) or key == _OPAQUE:
            kept[key] = os.getxattr(path, key, follow_symlinks=False)
    return kept


def _hides(layer: bytes, name: bytes) -> bool:
    """Whether a layer shuts off what the layers below it have at a place."""
    holder = name.rpartition(b"/")[0]
    while holder:
        try:
            if os.getxattr(layer + b"/" + holder, _OPAQUE, follow_symlinks=False) == b"y":
                return True
        except OSError:
            pass
        holder = holder.rpartition(b"/")[0]
    return False


def _same(one: os.stat_result, other: os.stat_result) -> bool:
    return (one.st_mode, one.st_uid, one.st_gid) == (other.st_mode, other.st_uid, other.st_gid)
