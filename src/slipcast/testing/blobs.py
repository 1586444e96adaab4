"""Blobs and links in memory. Implements Blobs and Links.

The bytes of a blob are in a file without a place on any disk, which has a path all the same.
"""

from __future__ import annotations

import os
import uuid
import weakref
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from slipcast.ports.blobs import (
    BlobInfo,
    Link,
    LinkKind,
    NoRoom,
    NoUpload,
    UploadState,
    WrongDigest,
    WrongOffset,
)
from slipcast.ports.clock import Clock
from slipcast.values.digest import Digest
from slipcast.values.faults import NotFound


@dataclass(slots=True, kw_only=True)
class _Upload:
    repository: str
    touched: datetime
    content: bytearray
    busy: bool = False


class MemoryBlobs:
    """Blobs in memory."""

    def __init__(self, clock: Clock, *, largest: int = 1 << 30) -> None:
        """Keep nothing yet.

        Units:  largest is what a blob may have, in bytes.
        """
        self._clock = clock
        self._largest = largest
        self._uploads: dict[str, _Upload] = {}
        self._blobs: dict[Digest, BlobInfo] = {}
        self._files: dict[Digest, int] = {}
        weakref.finalize(self, _close, self._files)

    async def stat(self, digest: Digest) -> BlobInfo | None:
        """See the port."""
        return self._blobs.get(digest)

    async def touch(self, digests: Collection[Digest]) -> Mapping[Digest, BlobInfo]:
        """See the port."""
        there = [self._blobs[digest] for digest in digests if digest in self._blobs]
        return {info.digest: self._known(info.digest, info.size) for info in there}

    async def path(self, digest: Digest) -> Path:
        """See the port."""
        if digest not in self._files:
            raise NotFound(f"there is no blob {digest}")
        return Path(f"/proc/self/fd/{self._files[digest]}")

    async def begin(self, repository: str) -> UploadState:
        """See the port."""
        name = uuid.uuid4().hex
        now = self._clock.now()
        self._uploads[name] = _Upload(repository=repository, touched=now, content=bytearray())
        return await self.upload(name)

    async def upload(self, upload: str) -> UploadState:
        """See the port."""
        return _state(upload, self._found(upload))

    async def append(
        self, upload: str, offset: int | None, body: AsyncIterator[bytes]
    ) -> UploadState:
        """See the port."""
        found = self._found(upload)
        at = len(found.content)
        if found.busy:
            raise WrongOffset(f"somebody goes on with the upload {upload}")
        if offset is not None and offset != at:
            raise WrongOffset(f"the upload {upload} is at {at}, not at {offset}")
        found.busy = True
        try:
            async for piece in body:
                if len(found.content) + len(piece) > self._largest:
                    raise NoRoom(f"more is sent than the {self._largest} bytes a blob may have")
                found.content += piece
        finally:
            found.busy = False
            found.touched = self._clock.now()
        return _state(upload, found)

    async def commit(self, upload: str, digest: Digest) -> BlobInfo:
        """See the port."""
        found = self._found(upload)
        if found.busy:
            raise WrongOffset(f"somebody goes on with the upload {upload}")
        del self._uploads[upload]
        if not digest.matches(bytes(found.content)):
            raise WrongDigest(f"what was sent is not {digest}")
        if digest not in self._files:
            self._files[digest] = _file(found.content)
        return self._known(digest, len(found.content))

    async def abort(self, upload: str) -> None:
        """See the port."""
        self._found(upload)
        del self._uploads[upload]

    async def remove(self, digest: Digest, untouched_since: datetime) -> int:
        """See the port."""
        info = self._blobs.get(digest)
        if info is None or info.touched >= untouched_since:
            return 0
        del self._blobs[digest]
        os.close(self._files.pop(digest))
        return info.size

    async def blobs(self) -> AsyncIterator[BlobInfo]:
        """See the port."""
        for info in list(self._blobs.values()):
            yield info

    def forget_uploads(
        self, untouched_since: datetime, *, dry_run: bool
    ) -> tuple[UploadState, ...]:
        """See `Links`, which asks for it."""
        old = tuple(
            _state(name, each)
            for name, each in sorted(self._uploads.items())
            if each.touched < untouched_since and not each.busy
        )
        for state in () if dry_run else old:
            del self._uploads[state.id]
        return old

    def _found(self, upload: str) -> _Upload:
        try:
            return self._uploads[upload]
        except KeyError as missing:
            raise NoUpload(f"there is no upload {upload[:64]!r}") from missing

    def _known(self, digest: Digest, size: int) -> BlobInfo:
        info = BlobInfo(digest=digest, size=size, touched=self._clock.now())
        self._blobs[digest] = info
        return info


class MemoryLinks:
    """Links in memory."""

    def __init__(self, clock: Clock, blobs: MemoryBlobs) -> None:
        """Link nothing yet."""
        self._clock = clock
        self._blobs = blobs
        self._links: dict[tuple[str, LinkKind], dict[Digest, Link]] = {}

    async def add(
        self, kind: LinkKind, repository: str, digest: Digest, subject: Digest | None = None
    ) -> None:
        """See the port."""
        link = Link(repository=repository, digest=digest, made=self._clock.now(), subject=subject)
        self._links.setdefault((repository, kind), {})[digest] = link

    async def find(self, kind: LinkKind, repository: str, digest: Digest) -> Link | None:
        """See the port."""
        return self._links.get((repository, kind), {}).get(digest)

    async def those(
        self, kind: LinkKind, repository: str, digests: Collection[Digest]
    ) -> Mapping[Digest, Link]:
        """See the port."""
        links = self._links.get((repository, kind), {})
        return {digest: links[digest] for digest in digests if digest in links}

    async def remove(
        self,
        kind: LinkKind,
        repository: str,
        digest: Digest,
        made_before: datetime | None = None,
    ) -> bool:
        """See the port."""
        links = self._links.get((repository, kind), {})
        link = links.get(digest)
        if link is None or (made_before is not None and link.made >= made_before):
            return False
        del links[digest]
        return True

    async def links(self, kind: LinkKind, repository: str) -> AsyncIterator[Link]:
        """See the port."""
        found = self._links.get((repository, kind), {})
        for digest in sorted(found):
            if digest in found:
                yield found[digest]

    async def referrers(self, repository: str, subject: Digest) -> tuple[Link, ...]:
        """See the port."""
        links = self._links.get((repository, "manifests"), {})
        return tuple(links[each] for each in sorted(links) if links[each].subject == subject)

    async def repositories(self) -> AsyncIterator[str]:
        """See the port."""
        for name in sorted({name for (name, _), links in self._links.items() if links}):
            yield name

    async def forget(self, repository: str) -> None:
        """See the port."""
        for key in [key for key in self._links if key[0] == repository]:
            del self._links[key]

    async def forget_uploads(
        self, untouched_since: datetime, *, dry_run: bool = False
    ) -> tuple[UploadState, ...]:
        """See the port."""
        return self._blobs.forget_uploads(untouched_since, dry_run=dry_run)


def _state(name: str, upload: _Upload) -> UploadState:
    return UploadState(
        id=name,
        repository=upload.repository,
        offset=len(upload.content),
        touched=upload.touched,
    )


def _file(content: bytearray) -> int:
    descriptor = os.memfd_create("blob")
    with open(descriptor, "wb", closefd=False) as file:
        file.write(content)
    return descriptor


def _close(files: dict[Digest, int]) -> None:
    for descriptor in files.values():
        with suppress(OSError):
            os.close(descriptor)
