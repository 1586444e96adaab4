"""Reading single files and whole trees out of a container, as entries."""

from __future__ import annotations

import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from slipcast.ports.engine import Container
from slipcast.values.entries import Entry, Kind
from slipcast.values.faults import EngineFault, NotFound

_IN_MEMORY = 4 << 20


def member(container: Container, path: str) -> tarfile.TarInfo | None:
    """What lies at a path of the container, None when nothing does.

    Errors: EngineFault.
    """
    with _first(container, path) as (_, first):
        return first


def content(container: Container, path: str, limit: int = 1 << 20) -> bytes | None:
    """The first bytes of a regular file of the container, None when there is none.

    Errors: EngineFault.
    """
    with _first(container, path) as (tar, first):
        taken = tar.extractfile(first) if tar and first and first.isreg() else None
        return None if taken is None else taken.read(limit)


@contextmanager
def _first(
    container: Container, path: str
) -> Iterator[tuple[tarfile.TarFile | None, tarfile.TarInfo | None]]:
    with ExitStack() as stack:
        try:
            stream = stack.enter_context(container.read(path))
        except NotFound:
            yield None, None
            return
        try:
            tar = stack.enter_context(tarfile.open(fileobj=stream, mode="r|"))
            yield tar, tar.next()
        except tarfile.TarError as fault:
            raise EngineFault(f"the engine gave no tar of {path}: {fault}") from fault


def text(container: Container, path: str) -> str:
    """A text file of the container, empty when there is none."""
    return (content(container, path) or b"").decode(errors="replace")


@contextmanager
def spooled(stream: IO[bytes], below: Path) -> Iterator[tarfile.TarFile]:
    """A tar stream on disk below a directory, so that hard links can be followed."""
    with tempfile.TemporaryFile(dir=below) as spool:
        shutil.copyfileobj(stream, spool, 1 << 20)
        spool.seek(0)
        with tarfile.open(fileobj=spool, mode="r:", errorlevel=1) as tar:
            yield tar


def entries(tar: tarfile.TarFile, below: Path) -> Iterator[Entry]:
    """The members of a tar as entries, names as they are; devices and pipes are left out.

    Shape:  a large file is laid below a directory and is gone once the next entry is asked for.
    """
    for info in tar:
        if PurePosixPath(info.name) == PurePosixPath():
            continue
        if info.isdir():
            yield _entry(info, Kind.DIRECTORY)
        elif info.issym():
            yield _entry(info, Kind.LINK, target=info.linkname)
        elif info.isreg() or info.islnk():
            yield from _file(tar, info, below)


def _file(tar: tarfile.TarFile, info: tarfile.TarInfo, below: Path) -> Iterator[Entry]:
    taken = tar.extractfile(info)
    if taken is None:
        return
    head = taken.read(_IN_MEMORY + 1)
    if len(head) <= _IN_MEMORY:
        yield _entry(info, Kind.FILE, size=len(head), content=head)
        return
    with tempfile.NamedTemporaryFile(dir=below) as spool:
        spool.write(head)
        shutil.copyfileobj(taken, spool, 1 << 20)
        spool.flush()
        yield _entry(info, Kind.FILE, size=spool.tell(), source=Path(spool.name))


def _entry(
    info: tarfile.TarInfo,
    kind: Kind,
    *,
    size: int = 0,
    source: Path | None = None,
    content: bytes | None = None,
    target: str = "",
) -> Entry:
    return Entry(
        path=str(PurePosixPath(info.name)),
        kind=kind,
        mode=info.mode & 0o7777,
        mtime=int(info.mtime),
        size=size,
        source=source,
        content=content,
        target=target,
    )
