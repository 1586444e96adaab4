"""A file tree in memory: what a working container of FakeEngine holds.

Links are followed as a kernel confined to the tree's root would: never outside, and a loop is an
error. Paths given are absolute.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from msgspec.structs import replace

from slipcast.values.container import Owner
from slipcast.values.entries import Entry, Kind
from slipcast.values.faults import EngineFault, NotFound

ROOT = Owner()

_MOST_LINKS = 40
_TYPES = {Kind.DIRECTORY: tarfile.DIRTYPE, Kind.FILE: tarfile.REGTYPE, Kind.LINK: tarfile.SYMTYPE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A file, directory or link of the tree, and whose it is."""

    entry: Entry
    owner: Owner = ROOT


class Files:
    """A tree of files; the keys are absolute paths, and the root is always there."""

    def __init__(self, nodes: Mapping[str, Node] | None = None) -> None:
        self._nodes = dict(nodes or {})

    @classmethod
    def of(cls, files: Mapping[str, bytes | str], mode: int = 0o755) -> Files:
        """A tree of files owned by root: path to content."""
        tree = cls()
        for path, content in files.items():
            tree.put(path, content, mode=mode)
        return tree

    @property
    def nodes(self) -> Mapping[str, Node]:
        """Every node below the root."""
        return dict(self._nodes)

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path, sorted."""
        return tuple(sorted(self._nodes))

    def copy(self) -> Files:
        """A tree of its own with the same nodes."""
        return Files(self._nodes)

    def without(self, paths: Iterable[str]) -> Files:
        """A copy that lacks these paths and all below them."""
        copy = self.copy()
        for path in paths:
            copy.delete(path)
        return copy

    def node(self, path: str) -> Node | None:
        """What lies at a path; a link at its end is not followed. None for nothing."""
        return self._nodes.get(self._resolved(path, last=False))

    def get(self, path: str) -> bytes | None:
        """A file's content, links followed; None when there is no file."""
        entry = self.entry(path)
        return None if entry is None else content_of(entry)

    def entry(self, path: str) -> Entry | None:
        """A file's entry, links followed; None when there is no file."""
        node = self._nodes.get(self._resolved(path, last=True))
        return None if node is None or node.entry.kind is not Kind.FILE else node.entry

    def put(
        self, path: str, content: bytes | str, *, mode: int = 0o644, owner: Owner = ROOT
    ) -> None:
        """Write a file, the directories above it made if missing."""
        data = content.encode() if isinstance(content, str) else content
        place = PurePosixPath(path)
        entry = Entry(path=place.name, mode=mode, size=len(data), content=data)
        self.write(str(place.parent), [entry], owner)

    def write(self, path: str, entries: Iterable[Entry], owner: Owner) -> None:
        """Put entries below a directory, as Container.write does.

        Errors: EngineFault for an entry that would lie outside, or below a file.
        """
        below = self._directory(path, owner)
        for entry in entries:
            parts = PurePosixPath(entry.path).parts
            if not parts or entry.path.startswith("/") or ".." in parts:
                raise EngineFault(f"the entry {entry.path!r} would lie outside of {path}")
            holder = self._directory(str(PurePosixPath(below, *parts[:-1])), owner)
            self._place(str(PurePosixPath(holder, parts[-1])), entry, owner)

    def delete(self, path: str) -> None:
        """Remove a path and all below it; nothing happens when it is not there."""
        self._drop(self._resolved(path, last=False))

    def names(self, path: str) -> tuple[str, ...]:
        """Names directly in a directory, sorted."""
        place = self._resolved(path, last=True)
        return tuple(
            PurePosixPath(each).name
            for each in sorted(self._nodes)
            if str(PurePosixPath(each).parent) == place
        )

    def tar(self, path: str) -> bytes:
        """A tar of a path, members named from its base name; a slash follows a link at its end.

        Errors: NotFound.
        """
        place = PurePosixPath(self._resolved(path, last=path.endswith("/")))
        root = str(place) == "/"
        if not root and str(place) not in self._nodes:
            raise NotFound(f"there is no {path} in the container")
        into = io.BytesIO()
        with tarfile.open(fileobj=into, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for each in sorted(self._nodes):
                if PurePosixPath(each).is_relative_to(place):
                    name = str(PurePosixPath(each).relative_to("/" if root else place.parent))
                    for info, data in _members(name, self._nodes[each]):
                        tar.addfile(info, io.BytesIO(data))
        return into.getvalue()

    def _drop(self, path: str) -> None:
        below = path.rstrip("/") + "/"
        for each in list(self._nodes):
            if each == path or each.startswith(below):
                del self._nodes[each]

    def _place(self, path: str, entry: Entry, owner: Owner) -> None:
        held = self._nodes.get(path)
        was_directory = held is not None and held.entry.kind is Kind.DIRECTORY
        if was_directory and entry.kind is not Kind.DIRECTORY:
            self._drop(path)
        if entry.kind is Kind.FILE:
            # The file behind an entry may be gone once write has returned.
            data = content_of(entry)
            entry = replace(entry, content=data, size=len(data), source=None, offset=0)
        self._nodes[path] = Node(entry=replace(entry, path=path.lstrip("/")), owner=owner)

    def _directory(self, path: str, owner: Owner) -> str:
        """The resolved path of a directory, made with all above it."""
        place = self._resolved(path, last=True)
        if place == "/":
            return place
        held = self._nodes.get(place)
        if held is not None and held.entry.kind is not Kind.DIRECTORY:
            raise EngineFault(f"{place} is not a directory in the container")
        if held is None:
            self._directory(str(PurePosixPath(place).parent), owner)
            made = Entry(path=place.lstrip("/"), kind=Kind.DIRECTORY, mode=0o755)
            self._nodes[place] = Node(entry=made, owner=owner)
        return place

    def _resolved(self, path: str, *, last: bool) -> str:
        """A path without links in it; the one at its end stays unless last is True."""
        left = [part for part in PurePosixPath("/", path).parts if part != "/"]
        place = PurePosixPath("/")
        followed = 0
        while left:
            part = left.pop(0)
            if part == "..":
                place = place.parent
                continue
            node = self._nodes.get(str(place / part))
            if node is None or node.entry.kind is not Kind.LINK or not (left or last):
                place /= part
                continue
            followed += 1
            if followed > _MOST_LINKS:
                raise EngineFault(f"too many links on the way to {path}")
            target = PurePosixPath(node.entry.target)
            place = PurePosixPath("/") if target.is_absolute() else place
            left = [each for each in target.parts if each != "/"] + left
        return str(place)


def content_of(entry: Entry) -> bytes:
    """The bytes of a file's entry."""
    if entry.content is not None:
        return entry.content
    if entry.source is None:
        return b""
    with entry.source.open("rb") as file:
        file.seek(entry.offset)
        return file.read(entry.size)


def _members(name: str, node: Node) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    entry = node.entry
    info = tarfile.TarInfo(name)
    info.type = _TYPES[entry.kind]
    info.mode, info.mtime = entry.mode, entry.mtime
    info.uid, info.gid = node.owner.uid, node.owner.gid
    info.linkname = entry.target
    data = content_of(entry) if entry.kind is Kind.FILE else b""
    info.size = len(data)
    yield info, data
