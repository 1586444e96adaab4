"""What save-artifacts gave: a tar stream unpacked with mistrust, and a directory sent as it is.

Nothing is believed: no member leaves the directory, replaces another, or goes through a link, and a
stream that ends without the end mark of a tar was cut off. Links are made last, when nothing can be
written through them any more.

Source: s2i reference, incremental builds (S2I-184 to 188), idle timeout (S2I-69).
"""

from __future__ import annotations

import os
import posixpath
import select
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Self, cast

from typing_extensions import override

from slipcast.builder.inputs.tally import Tally
from slipcast.builder.inputs.walk import Walk, walk
from slipcast.values.entries import Entry
from slipcast.values.faults import BuildFault
from slipcast.values.legible import legible

REASON = "GenericS2IBuildFailed"
_IDLE_EXIT = 7
_IDLE_SECONDS = 300.0
_PIECE = 1 << 20
_PERMISSIONS = 0o777
_LONGEST_HEADER = 1 << 20
_LONGEST_PATH = 4096
_EXTENDED = frozenset({b"x", b"g", b"X", b"L", b"K"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much is unpacked before a stream is taken for an attack or a mistake.

    Units:  size in bytes, idle in seconds without a byte.
    """

    members: int = 5_000_000
    size: int = 1 << 40
    idle: float = _IDLE_SECONDS


STANDARD = Bounds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """How much came; nothing at all is a legal answer.

    Units:  size in bytes.
    """

    members: int = 0
    size: int = 0


def unpack(stream: IO[bytes], into: Path, bounds: Bounds = STANDARD) -> Unpacked:
    """Unpack a tar stream into a directory that exists.

    Shape:  modes lose set-id and sticky bits, owners are ours. Zero bytes mean no artifacts. After
            a fault, what was unpacked so far is still there.
    Errors: BuildFault naming the member; exit 7 when nothing comes for too long.
    """
    source = _Watched(stream, bounds.idle)
    if not source.fill():
        return Unpacked()
    unpacking, header = _Unpacking(into, bounds), _Header.fresh()
    try:
        file = cast("IO[bytes]", source)  # all that tarfile asks of a stream is to be read
        with tarfile.open(fileobj=file, mode="r|", tarinfo=header) as tar:
            for member in tar:
                unpacking.take(tar, member)
                # It would remember every one.
                tar.members = []  # type: ignore[attr-defined]  # the stubs leave it out
    except (tarfile.TarError, ValueError, OverflowError) as fault:
        raise _bad(f"the stream is no tar: {fault}") from fault
    if not header.ended:
        raise _bad("the stream broke off before the end of the tar")
    unpacking.link()
    # Whoever writes a tar may fill its last block; a closed pipe would end them badly.
    source.drain()
    return Unpacked(members=unpacking.members, size=unpacking.size)


def entries_of(directory: Path) -> Iterator[Entry]:
    """A directory of ours as entries: everything in it, links as links, each with its own time."""
    real = directory.resolve()
    return walk(Walk(root=real, bounds=real), Tally())


class _Header(tarfile.TarInfo):
    """A member's header that refuses to be huge, and sees the end mark."""

    ended = False

    @classmethod
    def fresh(cls) -> type[Self]:
        """A class of its own for one stream, since tarfile makes headers by class."""
        return type("Header", (cls,), {"ended": False})

    @classmethod
    @override
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        if len(buf) == tarfile.BLOCKSIZE and not any(buf):
            cls.ended = True
        header = super().frombuf(buf, encoding, errors)
        # tarfile reads extended headers whole into memory.
        if header.type in _EXTENDED and header.size > _LONGEST_HEADER:
            raise _bad("a header is too long")
        return header


class _Watched:
    """A stream that knows when nothing comes any more, and whether anything came at all."""

    def __init__(self, stream: IO[bytes], idle: float) -> None:
        self._stream = stream
        self._idle = idle
        self._ahead = b""
        try:
            self._number = stream.fileno()
        except (OSError, AttributeError):
            self._number = -1

    def fill(self) -> bool:
        """Wait for the first bytes; whether there are any."""
        self._ahead = self._ahead or self._come(_PIECE)
        return bool(self._ahead)

    def read(self, size: int) -> bytes:
        """The next bytes, at most size, none at the end."""
        if self.fill():
            taken, self._ahead = self._ahead[:size], self._ahead[size:]
            return taken
        return b""

    def drain(self) -> None:
        """Read to the end and forget."""
        while self._come(_PIECE):
            pass

    def _come(self, size: int) -> bytes:
        if self._number < 0:
            return self._stream.read(size)
        poll = select.poll()
        poll.register(self._number, select.POLLIN)
        if not poll.poll(self._idle * 1000):
            raise BuildFault(
                f"nothing came from save-artifacts for {self._idle:g} seconds",
                reason=REASON,
                exit_code=_IDLE_EXIT,
            )
        return os.read(self._number, size)


@dataclass(slots=True)
class _Unpacking:
    into: Path
    bounds: Bounds
    members: int = 0
    size: int = 0
    # Symbolic links wait here: path to target.
    links: dict[str, str] = field(default_factory=dict)
    # Directories known to be real ones, made by us or found.
    known: set[str] = field(default_factory=lambda: {""})

    def take(self, tar: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        path = _inside(member.name, member.name)
        self.members += 1
        self.size += member.size if member.isreg() else 0
        if self.members > self.bounds.members or self.size > self.bounds.size:
            raise _bad("the tar holds more than a build may keep")
        if not path and member.isdir():
            return
        if not path or path in self.links:
            raise _bad(f"{legible(member.name)} would replace what is there")
        try:
            self._take(tar, member, path)
        except FileExistsError as fault:
            raise _bad(f"{legible(member.name)} would replace what is there") from fault
        except OSError as fault:
            why = (fault.strerror or str(fault)).lower()
            raise _bad(f"{legible(member.name)} cannot be unpacked: {why}") from fault

    def link(self) -> None:
        """Make the symbolic links, now that every file is in its place."""
        for path, target in self.links.items():
            try:
                self._directory(posixpath.dirname(path))
                (self.into / path).symlink_to(target)
            except OSError as fault:
                why = (fault.strerror or str(fault)).lower()
                raise _bad(f"the link {legible(path)} cannot be made: {why}") from fault
        bounds = self.into.resolve()
        for path in self.links:
            if not self._leads_to(path).is_relative_to(bounds):
                raise _bad(f"the link {legible(path)} leads out of the artifacts")

    def _take(self, tar: tarfile.TarFile, member: tarfile.TarInfo, path: str) -> None:
        if member.isdir():
            self._directory(path)
            (self.into / path).chmod(member.mode & _PERMISSIONS | 0o700)
            return
        self._directory(posixpath.dirname(path))
        if member.issym():
            if member.linkname.startswith("/"):
                raise _bad(f"the link {legible(path)} is absolute")
            self.links[path] = member.linkname
        elif member.islnk():
            self._hard_link(member, path)
        elif member.isreg():
            self._file(tar, member, path)
        else:
            raise _bad(f"{legible(member.name)} is a device or a pipe")

    def _directory(self, path: str) -> None:
        if path in self.known:
            return
        self._directory(posixpath.dirname(path))
        real = self.into / path
        if path in self.links or real.is_symlink():
            raise _bad(f"{legible(path)} is a link, and not a directory to unpack into")
        real.mkdir(exist_ok=True)
        self.known.add(path)

    def _file(self, tar: tarfile.TarFile, member: tarfile.TarInfo, path: str) -> None:
        content = tar.extractfile(member)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        number = os.open(self.into / path, flags, 0o600)
        with os.fdopen(number, "wb") as file:
            while content is not None and (data := content.read(_PIECE)):
                file.write(data)
            os.fchmod(number, member.mode & _PERMISSIONS | 0o400)
        os.utime(self.into / path, (member.mtime, member.mtime))

    def _hard_link(self, member: tarfile.TarInfo, path: str) -> None:
        original = _inside(member.linkname, member.name)
        if original in self.links:
            self.links[path] = self.links[original]
            return
        source = self.into / original
        if posixpath.dirname(original) not in self.known or source.is_symlink():
            raise _bad(f"{legible(path)} is a link to {legible(original)}, which is not there")
        if not source.is_file():
            raise _bad(f"{legible(path)} is a link to {legible(original)}, which is not there")
        os.link(source, self.into / path, follow_symlinks=False)

    def _leads_to(self, path: str) -> Path:
        try:
            return (self.into / path).resolve()
        except (OSError, RuntimeError):
            return self.into.resolve()  # round in a circle: it leads nowhere


def _inside(name: str, member: str) -> str:
    path = posixpath.normpath(name)
    parts = name.split("/")
    if name.startswith("/") or ".." in parts or "\0" in name:
        raise _bad(f"{legible(member)} lies outside the artifacts")
    if len(name) > _LONGEST_PATH:
        raise _bad(f"the name {legible(member[:60])}... is too long")
    return "" if path == "." else path


def _bad(what: str) -> BuildFault:
    hint = "save-artifacts must write one tar to its standard output, and nothing else"
    return BuildFault(f"the artifacts cannot be used: {what}", reason=REASON, hint=hint)
