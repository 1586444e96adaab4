"""A path of a container as a tar stream, made while it is read.

Source: ports.engine, Container.read; members are named as by `docker cp CONTAINER:PATH -`.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

from slipcast.adapters.engine.buildah.inside import Inside
from slipcast.adapters.layers.tar import END, Member, Type, header, padding
from slipcast.values.faults import NotFound

_PIECE = 1 << 20
_TYPES = {
    stat.S_IFREG: Type.FILE,
    stat.S_IFDIR: Type.DIRECTORY,
    stat.S_IFLNK: Type.LINK,
}


def pieces(inside: Inside, path: str) -> Iterator[bytes]:
    """The tar of a file or directory; devices, sockets and pipes are left out.

    Shape:  a link at path itself is followed only when path ends with a slash.
    Errors: NotFound, at the first piece.
    """
    if path.endswith("/"):
        with inside.directory(path) as descriptor:
            yield from _directory(os.dup(descriptor), _base(path))
    else:
        with inside.parent(path) as (holder, name):
            try:
                yield from _any(holder, name, _base(path))
            except FileNotFoundError as missing:
                raise NotFound(f"{path} does not exist in the container") from missing
    yield END


def _base(path: str) -> bytes:
    return os.fsencode(path.rstrip("/").rpartition("/")[2] or ".")


def _any(holder: int, name: str, member_name: bytes) -> Iterator[bytes]:
    status = os.stat(name, dir_fd=holder, follow_symlinks=False)
    kind = _TYPES.get(stat.S_IFMT(status.st_mode))
    if kind is None:
        return
    if kind is Type.DIRECTORY:
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
        yield from _directory(os.open(name, flags, dir_fd=holder), member_name)
        return
    member = _member(status, member_name, kind)
    if kind is Type.LINK:
        member.target = os.fsencode(os.readlink(name, dir_fd=holder))
        yield header(member)
        return
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(name, flags, dir_fd=holder)
    try:
        member.size = os.fstat(descriptor).st_size
        yield header(member)
        yield from _content(descriptor, member.size)
    finally:
        os.close(descriptor)


def _directory(descriptor: int, member_name: bytes) -> Iterator[bytes]:
    try:
        yield header(_member(os.fstat(descriptor), member_name, Type.DIRECTORY))
        for name in sorted(os.listdir(descriptor)):
            yield from _any(descriptor, name, b"%s/%s" % (member_name, os.fsencode(name)))
    finally:
        os.close(descriptor)


def _content(descriptor: int, size: int) -> Iterator[bytes]:
    left = size
    while left:
        piece = os.read(descriptor, min(left, _PIECE))
        if not piece:
            # The file shrank while it was read; the header has promised its size.
            yield bytes(left)
            break
        left -= len(piece)
        yield piece
    yield padding(size)


def _member(status: os.stat_result, name: bytes, kind: Type) -> Member:
    return Member(
        name=name,
        type=kind,
        mode=stat.S_IMODE(status.st_mode),
        uid=status.st_uid,
        gid=status.st_gid,
        mtime=int(status.st_mtime),
    )
