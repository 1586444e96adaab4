"""Links as small files. Implements Links.

A link is an empty file whose time is when it was made; that of a manifest about another holds the
digest of the other, and is told again beside it, where referrers are looked for.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from slipcast.adapters.blobs.content import drop, state_of
from slipcast.adapters.blobs.places import (
    OF,
    Places,
    held,
    is_upload,
    meant,
    named,
    parsed,
    told,
)
from slipcast.ports.blobs import Link, LinkKind, NoUpload, UploadState
from slipcast.ports.clock import Clock
from slipcast.values.digest import Digest
from slipcast.values.faults import PortFault

KINDS: Final[tuple[LinkKind, ...]] = ("blobs", "manifests")
SUBJECTS: Final = "subjects"
BESIDE: Final = ".new"
"""What is being written."""
TRIES: Final = 20
"""How often a directory is made again that others remove because it is empty."""


class DirectoryLinks:
    """Implements Links."""

    def __init__(self, places: Places, clock: Clock) -> None:
        """Keep links in a directory, which other processes may use, too."""
        self._places = places
        self._clock = clock

    async def add(
        self, kind: LinkKind, repository: str, digest: Digest, subject: Digest | None = None
    ) -> None:
        """See the port."""
        directory = self._places.linked(kind, repository)
        now = round(self._clock.now().timestamp() * 1e6) * 1000
        await self._places.run(_added, directory, digest, subject, now)

    async def find(self, kind: LinkKind, repository: str, digest: Digest) -> Link | None:
        """See the port."""
        path = self._places.linked(kind, repository) / named(digest)
        return await self._places.run(_found, path, repository, digest)

    async def those(
        self, kind: LinkKind, repository: str, digests: Collection[Digest]
    ) -> Mapping[Digest, Link]:
        """See the port."""
        directory = self._places.linked(kind, repository)
        return await self._places.run(_all_found, directory, repository, digests)

    async def remove(
        self,
        kind: LinkKind,
        repository: str,
        digest: Digest,
        made_before: datetime | None = None,
    ) -> bool:
        """See the port."""
        path = self._places.linked(kind, repository) / named(digest)
        return await self._places.run(_removed, path, repository, digest, made_before)

    async def links(self, kind: LinkKind, repository: str) -> AsyncIterator[Link]:
        """See the port."""
        directory = self._places.linked(kind, repository)
        for digest in await self._places.run(_digests, directory):
            link = await self.find(kind, repository, digest)
            if link is not None:
                yield link

    async def referrers(self, repository: str, subject: Digest) -> tuple[Link, ...]:
        """See the port."""
        directory = self._places.links_of(repository)
        return await self._places.run(_referrers, directory, repository, subject)

    async def repositories(self) -> AsyncIterator[str]:
        """See the port."""
        for name in await self._places.run(_names, self._places.links):
            yield "/".join(name.split("~"))

    async def forget(self, repository: str) -> None:
        """See the port."""
        for kind in KINDS:
            directory = self._places.linked(kind, repository)
            for digest in await self._places.run(_digests, directory):
                await self.remove(kind, repository, digest)

    async def forget_uploads(
        self, untouched_since: datetime, *, dry_run: bool = False
    ) -> tuple[UploadState, ...]:
        """See the port."""
        uploads = self._places.uploads
        return await self._places.run(_forgotten_uploads, uploads, untouched_since, dry_run)


def _added(directory: Path, digest: Digest, subject: Digest | None, now: int) -> None:
    with told(f"{digest} cannot be linked"):
        for left in reversed(range(TRIES)):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                with held(directory) as descriptor:
                    _written(directory / named(digest), subject, now)
                    os.fsync(descriptor)
            except FileNotFoundError:
                # It was removed, being empty, between two steps.
                if not left:
                    raise
            else:
                return


def _written(path: Path, subject: Digest | None, now: int) -> None:
    if subject is None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.utime(descriptor, ns=(now, now))
        finally:
            os.close(descriptor)
        return
    about = path.parent.parent / SUBJECTS / named(subject)
    about.mkdir(mode=0o700, parents=True, exist_ok=True)
    (about / path.name).touch(0o600)
    # Whoever died here has left one, which is taken as it is.
    beside = path.with_name(BESIDE)
    with beside.open("wb") as file:
        file.write(str(subject).encode())
        file.flush()
        os.fsync(file.fileno())
    os.utime(beside, ns=(now, now))
    beside.replace(path)


def _all_found(directory: Path, repository: str, digests: Collection[Digest]) -> dict[Digest, Link]:
    found = (_found(directory / named(digest), repository, digest) for digest in digests)
    return {link.digest: link for link in found if link is not None}


def _found(path: Path, repository: str, digest: Digest) -> Link | None:
    try:
        found = path.stat(follow_symlinks=False)
        text = path.read_text() if found.st_size else ""
    except FileNotFoundError:
        return None
    made = datetime.fromtimestamp(found.st_mtime_ns / 1e9, UTC)
    return Link(repository=repository, digest=digest, made=made, subject=parsed(text))


def _removed(path: Path, repository: str, digest: Digest, made_before: datetime | None) -> bool:
    with told(f"the link to {digest} cannot be removed"), suppress(FileNotFoundError):
        with held(path.parent):
            link = _found(path, repository, digest)
            if link is None or (made_before is not None and link.made >= made_before):
                return False
            path.unlink()
            if link.subject is not None:
                about = path.parent.parent / SUBJECTS / named(link.subject)
                (about / path.name).unlink(missing_ok=True)
                _tidied(about, about.parent)
            path.with_name(BESIDE).unlink(missing_ok=True)
            _tidied(path.parent, path.parent.parent)
        return True
    return False


def _tidied(*directories: Path) -> None:
    """Remove directories that are empty."""
    for directory in directories:
        with suppress(OSError):
            directory.rmdir()


def _digests(directory: Path) -> list[Digest]:
    with suppress(FileNotFoundError):
        found = (meant(name) for name in os.listdir(directory))  # noqa: PTH208 -- names
        return sorted(digest for digest in found if digest is not None)
    return []


def _referrers(directory: Path, repository: str, subject: Digest) -> tuple[Link, ...]:
    about = _digests(directory / SUBJECTS / named(subject))
    links = (_found(directory / "manifests" / named(each), repository, each) for each in about)
    return tuple(link for link in links if link is not None and link.subject == subject)


def _names(links: Path) -> list[str]:
    return sorted(each.name for each in links.iterdir() if any(map(_digests, _kinds(each))))


def _kinds(directory: Path) -> tuple[Path, ...]:
    return tuple(directory / kind for kind in KINDS)


def _forgotten_uploads(
    uploads: Path,
    untouched_since: datetime,
    dry_run: bool,  # noqa: FBT001 -- as it was asked
) -> tuple[UploadState, ...]:
    found: list[UploadState] = []
    for name in sorted(os.listdir(uploads)):  # noqa: PTH208 -- names, not paths
        path = uploads / name
        if name.endswith(OF):
            if not dry_run:
                _lone(path, untouched_since)
        elif is_upload(name):
            # One that is over meanwhile is nothing to forget; one that has failed is for the next.
            with suppress(NoUpload, PortFault):
                state = state_of(path)
                old = state.touched < untouched_since
                if old and (dry_run or drop(path, untouched_since)):
                    found.append(state)
    return tuple(found)


def _lone(owner: Path, untouched_since: datetime) -> None:
    """Remove what says whose an upload is that is not there."""
    with suppress(FileNotFoundError):
        made = datetime.fromtimestamp(owner.stat().st_mtime, UTC)
        if made < untouched_since and not owner.with_suffix("").exists():
            owner.unlink()
