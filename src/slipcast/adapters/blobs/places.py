"""Places: where in the directory what is kept, who may change it, and the threads that do.

    blobs/sha256/4e/4e07...     a blob; its time is when somebody last relied on it
    uploads/ID                  what has come of an upload
    uploads/ID.of               its repository
    links/NS~STREAM/blobs/      a file for each link, called ALGORITHM-HEX
    links/NS~STREAM/manifests/  likewise; one that is about another holds its digest
    links/NS~STREAM/subjects/   directories of what is about a manifest

Names come from the network: what is none of these forms leads nowhere. Several processes change
what is here: whoever has `held` a directory is alone with what is in it, and dies with his hold.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

from slipcast.ports.blobs import LinkKind, NoRoom, NoUpload
from slipcast.values.digest import Digest
from slipcast.values.faults import InvalidFault, PortFault

THREADS: Final = 32
"""How many wait for the disk at once."""
OF: Final = ".of"
_ID: Final = re.compile(r"[0-9a-f]{32}")
_PART: Final = re.compile(r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*")
_LONGEST: Final = 255
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

P = ParamSpec("P")
T = TypeVar("T")


class Places:
    """A directory that blobs are kept in."""

    def __init__(self, directory: Path) -> None:
        """Make what is not there.

        Errors: PortFault.
        """
        self.blobs = directory / "blobs"
        self.uploads = directory / "uploads"
        self.links = directory / "links"
        self._threads = ThreadPoolExecutor(THREADS, "blobs")
        with told(f"{directory} cannot be used"):
            for each in (self.blobs, self.uploads, self.links):
                each.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def run(self, do: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Have something done that waits for the disk."""
        return await asyncio.wrap_future(self.begin(do, *args, **kwargs))

    def begin(self, do: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Let something begin that nobody waits for yet."""
        return self._threads.submit(do, *args, **kwargs)

    def blob(self, digest: Digest) -> Path:
        """Where a blob is, if it is there."""
        return self.blobs / digest.algorithm / digest.hex[:2] / digest.hex

    def upload(self, upload: str) -> Path:
        """Where an upload is, if it is there.

        Errors: NoUpload for what can be none.
        """
        if not _ID.fullmatch(upload):
            raise no_upload(upload)
        return self.uploads / upload

    def links_of(self, repository: str) -> Path:
        """Where the links of a repository are.

        Errors: PortFault for what can be none.
        """
        parts = repository.split("/")
        if len(repository) > _LONGEST or not all(_PART.fullmatch(part) for part in parts):
            raise PortFault(f"{repository!r} is no name of a repository", reason="BadName")
        return self.links / "~".join(parts)

    def linked(self, kind: LinkKind, repository: str) -> Path:
        """Where the links of a kind are."""
        return self.links_of(repository) / kind


def is_upload(name: str) -> bool:
    """Whether a name in the directory of uploads is that of one."""
    return _ID.fullmatch(name) is not None


def no_upload(upload: str) -> NoUpload:
    """The fault of an upload that is not there."""
    return NoUpload(f"there is no upload {upload[:64]!r}")


def named(digest: Digest) -> str:
    """The name of the file that stands for a digest."""
    return f"{digest.algorithm}-{digest.hex}"


def meant(name: str) -> Digest | None:
    """The digest that a file stands for; None for what is beside them."""
    algorithm, _, digits = name.partition("-")
    return parsed(f"{algorithm}:{digits}")


def parsed(text: str) -> Digest | None:
    """The digest that a text is, None when it is none."""
    try:
        return Digest.parse(text)
    except InvalidFault:
        return None


@contextmanager
def held(directory: Path) -> Iterator[int]:
    """Be alone with what is in a directory, among all processes; gives its descriptor.

    Errors: FileNotFoundError, also when the directory was removed while we waited for it.
    """
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if not is_at(directory, os.fstat(descriptor)):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(directory))
        yield descriptor
    finally:
        os.close(descriptor)


def is_at(path: Path, found: os.stat_result) -> bool:
    """Whether an open file is the one that is at a path now."""
    try:
        there = path.stat(follow_symlinks=False)
    except FileNotFoundError:
        return False
    return (there.st_dev, there.st_ino) == (found.st_dev, found.st_ino)


@contextmanager
def told(what: str) -> Iterator[None]:
    """Tell of a disk that refuses.

    Errors: NoRoom; PortFault, retryable.
    """
    try:
        yield
    except OSError as error:
        why = f"{what}: {error.strerror or 'input/output error'}"
        if error.errno in _NO_ROOM:
            raise NoRoom(why, hint="Make room on that disk, or prune.", retryable=True) from error
        hint = "Look at that disk and its permissions."
        raise PortFault(why, reason="DiskFailed", hint=hint, retryable=True) from error
