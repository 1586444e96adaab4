"""Files on their way into a container and out of it: tar streams, made and read piece by piece.

Source: Docker Engine API v1.41, ContainerArchive, PutContainerArchive.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import IO, Any

from slipcast.adapters.dockersocket import DockerSocket
from slipcast.adapters.layers.tar import END, Member, Type, header, padding
from slipcast.values.container import Owner
from slipcast.values.entries import Entry, Kind
from slipcast.values.faults import EngineFault, NotFound

_PIECE = 1 << 20
_TYPES = {Kind.FILE: Type.FILE, Kind.DIRECTORY: Type.DIRECTORY, Kind.LINK: Type.LINK}
_STAT = "X-Docker-Container-Path-Stat"


class Upload:
    """Puts entries into one container.

    The engines differ in what they do about a directory that is missing: dockerd refuses, podman
    makes it and gives it to root. So we look, and send the missing ones as members of our own. One
    that is there is never sent, since that would change its owner, or put it in a link's place.
    """

    def __init__(self, socket: DockerSocket, container: str) -> None:
        self._socket = socket
        self._path = f"/containers/{container}/archive"
        self._there: set[PurePosixPath] = {PurePosixPath("/")}

    def put(self, path: str, entries: Iterable[Entry], owner: Owner) -> None:
        """Put entries below a directory, made if missing.

        Errors: EngineFault.
        """
        target = PurePosixPath("/", path)
        below = self._deepest(target)
        if self._is_directory(below) is False:
            raise EngineFault(f"{below} is not a directory in the container")
        feed = _Feed(str(target.relative_to(below)), entries, owner)
        # A link at the end of the path would be taken for the link itself.
        place = "/" if str(below) == "/" else f"{below}/."
        while not feed.ended:
            self._socket.put(self._path, {"path": place}, feed.pieces())
            feed.answer({name: self._is_directory(below / name) for name in feed.asked})
        self._there.add(target)

    def _deepest(self, path: PurePosixPath) -> PurePosixPath:
        """The path itself if it is there, else the nearest one above that is."""
        if path in self._there:
            return path
        for each in (path, *path.parents):
            if self._is_directory(each) is not None:
                return each
        return PurePosixPath("/")

    def _is_directory(self, path: PurePosixPath) -> bool | None:
        """None when nothing is there; a link counts as what it leads to."""
        if path in self._there:
            return True
        found = stat(self._socket, self._path, str(path))
        if found is None:
            return None
        if not _leads_to_directory(found):
            target = found.get("linkTarget") or ""
            led = stat(self._socket, self._path, target) if _is_link(found) and target else None
            if led is None or not _leads_to_directory(led):
                return False
        self._there.add(path)
        return True


class _Feed:
    """The members of an upload, in as many archives as questions come up.

    The engine answers nothing about a container while it reads an archive for it. So an archive
    ends before an entry below a directory of which we do not know whether it is there.
    """

    def __init__(self, prefix: str, entries: Iterable[Entry], owner: Owner) -> None:
        """Take the path from the directory that is there to the one that is meant."""
        self.ended = False
        self.asked: list[str] = []
        self._prefix = "" if prefix == "." else f"{prefix}/"
        self._entries = iter(entries)
        self._waiting: Entry | None = None
        self._owner = owner
        self._there: set[str] = set()
        self._missing = _with_parents(prefix) if self._prefix else []

    def pieces(self) -> Iterator[bytes]:
        """The next archive."""
        for name in self._missing:
            yield from self._made(name)
        self._missing = []
        for entry in self._left():
            name = self._prefix + _checked(entry.path)
            above = [each for each in _with_parents(name)[:-1] if each not in self._there]
            if above and not self._prefix:
                self.asked, self._waiting = above, entry
                break
            for each in above:
                yield from self._made(each)
            yield from _member(entry, name, self._owner)
            if entry.kind is Kind.DIRECTORY:
                self._there.add(name)
        else:
            self.ended = True
        yield END

    def answer(self, directories: Mapping[str, bool | None]) -> None:
        """Tell whether what was asked for is a directory, is not one, or is nothing at all."""
        for name, answer in directories.items():
            if answer is None:
                self._missing.append(name)
            self._there.add(name)
        self.asked = []

    def _left(self) -> Iterator[Entry]:
        if self._waiting is not None:
            entry, self._waiting = self._waiting, None
            yield entry
        yield from self._entries

    def _made(self, name: str) -> Iterator[bytes]:
        self._there.add(name)
        return _member(Entry(path=name, kind=Kind.DIRECTORY, mode=0o755), name, self._owner)


def stat(socket: DockerSocket, archive: str, path: str) -> dict[str, Any] | None:
    """What lies at a path of a container, None when nothing does."""
    try:
        headers = socket.head(archive, {"path": path})
    except NotFound:
        return None
    found: dict[str, Any] = json.loads(base64.b64decode(headers.get(_STAT, "e30=")))
    return found


def tar_of(name: str, content: bytes) -> Iterator[bytes]:
    """A file as a member of an archive, without the archive's end."""
    entry = Entry(path=name, content=content, size=len(content))
    return _member(entry, name, Owner())


_LINK_BIT = 1 << 27  # of Go's os.FileMode
_DIRECTORY_BIT = 1 << 31


def _is_link(found: dict[str, Any]) -> bool:
    return bool(found.get("mode", 0) & _LINK_BIT)


def _leads_to_directory(found: dict[str, Any]) -> bool:
    # podman adds isDir, which counts for what a link leads to as well.
    return bool(found.get("mode", 0) & _DIRECTORY_BIT) or bool(found.get("isDir"))


def _with_parents(path: str) -> list[str]:
    """A relative path after all that is above it, the topmost first."""
    parts = path.split("/")
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]


def _checked(path: str) -> str:
    if not path or path.startswith("/") or "\0" in path or ".." in path.split("/"):
        raise EngineFault(f"the entry {path!r} would lie outside of its directory")
    return path


def _member(entry: Entry, name: str, owner: Owner) -> Iterator[bytes]:
    """A member's header, content and padding."""
    member = Member(
        name=os.fsencode(name),
        type=_TYPES[entry.kind],
        mode=entry.mode,
        uid=owner.uid,
        gid=owner.gid,
        mtime=entry.mtime,
        target=os.fsencode(entry.target),
    )
    if entry.kind is not Kind.FILE:
        yield header(member)
    elif entry.content is not None or entry.source is None:
        content = entry.content or b""
        member.size = len(content)
        yield header(member) + content + padding(member.size)
    else:
        with entry.source.open("rb") as file:
            member.size = entry.size
            yield header(member)
            file.seek(entry.offset)
            yield from content_of(file, member.size, str(entry.source))


def content_of(file: IO[bytes], size: int, name: str) -> Iterator[bytes]:
    """The content of a member from an open file, with its padding.

    Errors: EngineFault when the file has become shorter than its header says.
    """
    left = size
    while left:
        piece = file.read(min(left, _PIECE))
        if not piece:
            raise EngineFault(f"{name} became shorter while it was read")
        left -= len(piece)
        yield piece
    yield padding(size)
