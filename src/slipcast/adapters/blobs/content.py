"""Blobs as files, and uploads on their way to it. Implements Blobs.

An upload is written under its own name and counted while it is; its file becomes the blob in one
step, after it is on the disk and is what its digest names. What is known of an upload is in its
file: after a restart the rest is counted again.
"""

from __future__ import annotations

import os
import uuid
from collections import OrderedDict
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from slipcast.adapters.aside import synced
from slipcast.adapters.blobs.places import OF, Places, held, no_upload, parsed, told
from slipcast.adapters.blobs.writing import Counted, Pump, Room, UploadFile
from slipcast.ports.blobs import BlobInfo, UploadState, WrongDigest, WrongOffset
from slipcast.ports.clock import Clock
from slipcast.values.digest import Digest
from slipcast.values.faults import NotFound

LARGEST: Final = 1 << 40
"""Bytes that a blob may have."""
RESERVE: Final = 256 << 20
"""Bytes that stay free on the disk: for the journal, which may be on the same."""
MOST_COUNTED: Final = 1000
"""Uploads of which it is remembered how far they are counted."""


class DirectoryBlobs:
    """Implements Blobs."""

    def __init__(
        self, places: Places, clock: Clock, *, largest: int = LARGEST, reserve: int = RESERVE
    ) -> None:
        """Keep blobs in a directory, which other processes may use, too.

        Units:  largest is what a blob may have, reserve what must stay free, in bytes.
        """
        self._places = places
        self._clock = clock
        self._room = Room(largest=largest, reserve=reserve)
        self._counted: OrderedDict[str, Counted] = OrderedDict()

    async def stat(self, digest: Digest) -> BlobInfo | None:
        """See the port."""
        return await self._places.run(_looked, self._places.blob(digest), digest)

    async def touch(self, digests: Collection[Digest]) -> Mapping[Digest, BlobInfo]:
        """See the port."""
        paths = {digest: self._places.blob(digest) for digest in digests}
        return await self._places.run(_all_touched, paths, self._now())

    async def path(self, digest: Digest) -> Path:
        """See the port."""
        path = self._places.blob(digest)
        if not await self._places.run(path.is_file):
            raise NotFound(f"there is no blob {digest}")
        return path

    async def begin(self, repository: str) -> UploadState:
        """See the port."""
        self._places.links_of(repository)
        upload = uuid.uuid4().hex
        await self._places.run(self._begun, self._places.upload(upload), repository, self._now())
        return UploadState(id=upload, repository=repository, offset=0, touched=self._clock.now())

    async def upload(self, upload: str) -> UploadState:
        """See the port."""
        return await self._places.run(state_of, self._places.upload(upload))

    async def append(
        self, upload: str, offset: int | None, body: AsyncIterator[bytes]
    ) -> UploadState:
        """See the port."""
        # Not in a thread: who is cancelled while it opens would never close.
        path = self._places.upload(upload)
        file = UploadFile(path, self._counted.get(upload), self._room)
        pump = Pump(file, self._places.begin)
        try:
            if offset is not None and offset != file.size:
                raise WrongOffset(f"the upload {upload} is at {file.size}, not at {offset}")
            self._remember(upload, file.counted)
            try:
                async for piece in body:
                    await pump.take(piece)
            finally:
                await pump.flush()
                state = await self._places.run(_ended, file, path, self._now())
        finally:
            pump.close()
        return state

    async def commit(self, upload: str, digest: Digest) -> BlobInfo:
        """See the port."""
        path = self._places.upload(upload)
        counted = self._counted.get(upload)
        try:
            info = await self._places.run(self._committed, path, counted, digest, self._now())
        except WrongDigest:
            self._counted.pop(upload, None)
            raise
        self._counted.pop(upload, None)
        return info

    async def abort(self, upload: str) -> None:
        """See the port."""
        path = self._places.upload(upload)
        self._counted.pop(upload, None)
        await self._places.run(_aborted, path)

    async def remove(self, digest: Digest, untouched_since: datetime) -> int:
        """See the port."""
        path = self._places.blob(digest)
        return await self._places.run(_removed, path, untouched_since)

    async def blobs(self) -> AsyncIterator[BlobInfo]:
        """See the port."""
        for directory in await self._places.run(_directories, self._places.blobs):
            for info in await self._places.run(_listed, directory):
                yield info

    def _now(self) -> int:
        return round(self._clock.now().timestamp() * 1e6) * 1000

    def _remember(self, upload: str, counted: Counted | None) -> None:
        self._counted.pop(upload, None)
        if counted is not None:
            self._counted[upload] = counted
        if len(self._counted) > MOST_COUNTED:
            self._counted.popitem(last=False)

    def _begun(self, path: Path, repository: str, now: int) -> None:
        with told("an upload cannot begin"):
            owner = _owner(path)
            owner.write_text(repository)
            os.utime(owner, ns=(now, now))
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            os.utime(path, ns=(now, now))

    def _committed(self, path: Path, counted: Counted | None, digest: Digest, now: int) -> BlobInfo:
        with UploadFile(path, counted, self._room) as file:
            if file.hexdigest(digest.algorithm) != digest.hex:
                _forgotten(path)
                raise WrongDigest(f"what was sent is not {digest}")
            with told(f"the blob {digest} cannot be stored"):
                file.sync()
                file.touch(now)
                self._put(path, self._places.blob(digest))
            _owner(path).unlink(missing_ok=True)
            return BlobInfo(digest=digest, size=file.size, touched=_moment(now))

    def _put(self, path: Path, target: Path) -> None:
        directory = target.parent
        if not directory.is_dir():
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            synced(directory.parent)
            synced(self._places.blobs)
        with held(directory):
            path.replace(target)
        synced(directory)


def state_of(path: Path) -> UploadState:
    """How far an upload is.

    Shape:  nobody's, when a dying machine has lost whose it is.
    Errors: NoUpload.
    """
    try:
        found = path.stat(follow_symlinks=False)
    except FileNotFoundError as missing:
        raise no_upload(path.name) from missing
    repository = ""
    with suppress(FileNotFoundError):
        repository = _owner(path).read_text()
    touched = _moment(found.st_mtime_ns)
    return UploadState(id=path.name, repository=repository, offset=found.st_size, touched=touched)


def drop(path: Path, untouched_since: datetime) -> bool:
    """Forget an upload, unless somebody goes on with it or has done so since."""
    try:
        with UploadFile(path, None, Room(largest=0, reserve=0)):
            if state_of(path).touched >= untouched_since:
                return False
            _forgotten(path)
    except WrongOffset:
        return False
    return True


def _ended(file: UploadFile, path: Path, now: int) -> UploadState:
    file.touch(now)
    return state_of(path)


def _aborted(path: Path) -> None:
    with told("an upload cannot be removed"):
        found = path.exists()
        _forgotten(path)
    if not found:
        raise no_upload(path.name)


def _forgotten(path: Path) -> None:
    path.unlink(missing_ok=True)
    _owner(path).unlink(missing_ok=True)


def _owner(path: Path) -> Path:
    return path.with_name(path.name + OF)


def _looked(path: Path, digest: Digest) -> BlobInfo | None:
    try:
        found = path.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    touched = _moment(found.st_mtime_ns)
    return BlobInfo(digest=digest, size=found.st_size, touched=touched)


def _all_touched(paths: Mapping[Digest, Path], now: int) -> dict[Digest, BlobInfo]:
    found = (_touched(path, digest, now) for digest, path in paths.items())
    return {info.digest: info for info in found if info is not None}


def _touched(path: Path, digest: Digest, now: int) -> BlobInfo | None:
    with suppress(FileNotFoundError), held(path.parent), told(f"{digest} cannot be touched"):
        found = _looked(path, digest)
        if found is not None and found.touched < _moment(now):
            os.utime(path, ns=(now, now))
        return _looked(path, digest)
    return None


def _removed(path: Path, untouched_since: datetime) -> int:
    with suppress(FileNotFoundError), held(path.parent):
        found = path.stat(follow_symlinks=False)
        if _moment(found.st_mtime_ns) < untouched_since:
            with told(f"{path.name} cannot be removed"):
                path.unlink()
            return found.st_size
    return 0


def _directories(blobs: Path) -> list[Path]:
    return sorted(path for algorithm in blobs.iterdir() for path in algorithm.iterdir())


def _listed(directory: Path) -> list[BlobInfo]:
    algorithm = directory.parent.name
    found: list[BlobInfo] = []
    for name in sorted(os.listdir(directory)):  # noqa: PTH208 -- names, not paths
        digest = parsed(f"{algorithm}:{name}")
        info = _looked(directory / name, digest) if digest is not None else None
        if info is not None:
            found.append(info)
    return found


def _moment(nanoseconds: int) -> datetime:
    return datetime.fromtimestamp(nanoseconds / 1e9, UTC)
