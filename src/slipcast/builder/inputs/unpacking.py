"""Archives as clients send them, unpacked with mistrust: tar, also compressed, and zip.

Nothing that an archive says leads out of the directory: no name, no link by whatever way, and no
member below a link that does. Devices and pipes are refused. Owners are left out, modes lose
their set-id and sticky bits; times are the archive's, so that the same upload is the same source.

Source: builder-process.md BLD-67 to BLD-69; POSIX pax; PKWARE APPNOTE, zip.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import shutil
import stat
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final, cast

import zstandard

from slipcast.builder.inputs.archive import STANDARD, Bounds
from slipcast.builder.placing import Misplaced, Place, inside
from slipcast.values.entries import Entry, Kind
from slipcast.values.legible import legible

_BLOCK: Final = 512
_PIECE: Final = 1 << 20
_LATEST: Final = (1 << 33) - 1
_PERMISSIONS: Final = 0o777
_READABLE: Final = 0o400
_LONGEST_PATH: Final = 4095
_UNIX: Final = 3
_ZIPS: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")


class BadArchive(ValueError):
    """What was sent is no archive that can be used; the text says why."""


def unpack(stream: IO[bytes], into: Path, scratch: Path, bounds: Bounds = STANDARD) -> None:
    """Put the members of an archive into a directory; what is there is joined with them.

    Shape:  scratch is where a copy may lie meanwhile. Of two members of a name the last counts.
    Errors: BadArchive; OSError when the directory cannot be written to.
    """
    place = Place(into)
    counted = _Counted(place, bounds)
    with ExitStack() as stack:
        file = stack.enter_context(_seekable(stream, scratch))
        head = file.read(_BLOCK)
        file.seek(0)
        if not head:
            raise BadArchive("nothing was sent")
        try:
            if head.startswith(_ZIPS):
                _unzip(file, counted)
            else:
                _untar(stack.enter_context(_plain(file, head, scratch)), counted)
            place.check_links()
        except Misplaced as fault:
            raise BadArchive(str(fault)) from fault
    place.close()


class _Counted:
    """A place that takes no more than the bounds say."""

    def __init__(self, place: Place, bounds: Bounds) -> None:
        self._place = place
        self._bounds = bounds
        self._members = self._size = 0

    def put(self, entry: Entry, content: IO[bytes] | None = None) -> None:
        self._members += 1
        self._size += entry.size
        if self._members > self._bounds.members or self._size > self._bounds.size:
            raise BadArchive("it holds more than a build may be sent")
        if len(os.fsencode(entry.path)) > _LONGEST_PATH:
            raise BadArchive(f"the name {legible(entry.path[:60])}... is too long")
        self._place.put(entry, content)


@contextmanager
def _seekable(stream: IO[bytes], scratch: Path) -> Iterator[IO[bytes]]:
    """What was sent as a file, in which one can go back; a copy unless it is one."""
    if _is_file(stream):
        yield stream
        return
    with tempfile.TemporaryFile(dir=scratch) as copy:
        shutil.copyfileobj(stream, copy, _PIECE)
        copy.seek(0)
        yield copy


def _is_file(stream: IO[bytes]) -> bool:
    try:
        regular = stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except OSError:
        return False
    return regular and stream.seekable() and stream.tell() == 0


@contextmanager
def _plain(file: IO[bytes], head: bytes, scratch: Path) -> Iterator[IO[bytes]]:
    """The tar without compression."""
    opened = next((opened for magic, opened in _COMPRESSIONS if head.startswith(magic)), None)
    if opened is None:
        yield file
        return
    with tempfile.TemporaryFile(dir=scratch) as copy:
        with opened(file) as plain:
            _copy(plain, copy)
        copy.seek(0)
        yield copy


def _copy(plain: IO[bytes], copy: IO[bytes]) -> None:
    while piece := _read(plain):
        copy.write(piece)


def _read(plain: IO[bytes]) -> bytes:
    try:
        return plain.read(_PIECE)
    except (EOFError, OSError, lzma.LZMAError, zlib.error, zstandard.ZstdError) as broken:
        raise BadArchive(f"its compression is broken: {broken}") from broken


def _gzip(file: IO[bytes]) -> IO[bytes]:
    return cast("IO[bytes]", gzip.GzipFile(fileobj=file, mode="rb"))


def _bzip2(file: IO[bytes]) -> IO[bytes]:
    return bz2.BZ2File(file)


def _xz(file: IO[bytes]) -> IO[bytes]:
    return lzma.LZMAFile(file)


def _zstd(file: IO[bytes]) -> IO[bytes]:
    reader = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
    return cast("IO[bytes]", reader)


_COMPRESSIONS: Final[tuple[tuple[bytes, Callable[[IO[bytes]], IO[bytes]]], ...]] = (
    (b"\x1f\x8b", _gzip),
    (b"BZh", _bzip2),
    (b"\xfd7zXZ\x00", _xz),
    (b"\x28\xb5\x2f\xfd", _zstd),
)
"""THE TABLE of compressions: how they begin, and how they are read."""


def _untar(file: IO[bytes], counted: _Counted) -> None:
    try:
        with tarfile.open(fileobj=file, mode="r:") as tar:
            files: dict[str, tarfile.TarInfo] = {}
            for info in tar:
                _take(tar, info, files, counted)
            # The library takes a tar that broke off between two members for a whole one.
            file.seek(tar.offset)
            if file.read(_BLOCK) != bytes(_BLOCK):
                raise BadArchive("it broke off before its end")
    except (tarfile.TarError, UnicodeError, OverflowError) as bad:
        raise BadArchive(f"it is no tar that can be read: {bad}") from bad


def _take(
    tar: tarfile.TarFile,
    info: tarfile.TarInfo,
    files: dict[str, tarfile.TarInfo],
    counted: _Counted,
) -> None:
    path = inside(info.name)
    mode, mtime = info.mode & _PERMISSIONS, max(0, min(int(info.mtime), _LATEST))
    if info.isdir():
        if path:
            counted.put(Entry(path=path, kind=Kind.DIRECTORY, mode=mode))
    elif not path:
        raise BadArchive("a member has no name")
    elif info.issym():
        counted.put(_link(path, info.linkname))
    elif info.isreg() or info.islnk():
        # A hard link is an earlier member once more, found by its name and nothing else.
        held = info if info.isreg() else files.get(inside(info.linkname))
        if held is None:
            what = f"{legible(path)} is a link to {legible(info.linkname)}, which is no file before"
            raise BadArchive(what)
        files[path] = held
        entry = Entry(path=path, mode=mode | _READABLE, mtime=mtime, size=held.size)
        counted.put(entry, tar.extractfile(held))
    else:
        raise BadArchive(f"{legible(path)} is neither file, directory nor link")


def _link(path: str, target: str) -> Entry:
    if not target or "\0" in target or len(os.fsencode(target)) > _LONGEST_PATH:
        raise BadArchive(f"the link {legible(path)} leads nowhere")
    if target.startswith("/"):
        raise BadArchive(f"{legible(path)} is a link that leads out of the source")
    return Entry(path=path, kind=Kind.LINK, target=target)


def _unzip(file: IO[bytes], counted: _Counted) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            for info in archive.infolist():
                _take_zipped(archive, info, counted)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as bad:
        # Also for methods that are not known, and for what is encrypted.
        raise BadArchive(f"it is no zip that can be read: {bad}") from bad


def _take_zipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo, counted: _Counted) -> None:
    path = inside(info.filename)
    unix = info.external_attr >> 16 if info.create_system == _UNIX else 0
    mode, kind = unix & _PERMISSIONS, stat.S_IFMT(unix)
    if info.is_dir():
        if path:
            counted.put(Entry(path=path, kind=Kind.DIRECTORY, mode=mode or 0o755))
    elif not path:
        raise BadArchive("a member has no name")
    elif kind == stat.S_IFLNK:
        with archive.open(info) as target:
            counted.put(_link(path, os.fsdecode(target.read(_LONGEST_PATH + 1))))
    elif kind in {0, stat.S_IFREG}:
        entry = Entry(
            path=path,
            mode=(mode or 0o644) | _READABLE,
            mtime=_zipped_at(info),
            size=info.file_size,
        )
        with archive.open(info) as content:
            counted.put(entry, content)
    else:
        raise BadArchive(f"{legible(path)} is neither file, directory nor link")


def _zipped_at(info: zipfile.ZipInfo) -> int:
    """The time of a member; the format has no time zone."""
    try:
        return int(datetime(*info.date_time, tzinfo=UTC).timestamp())
    except ValueError:
        return 0
