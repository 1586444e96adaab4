"""The Blobs port: what images consist of, kept by digest; and which repository has which.

Asynchronous. Adapter: `adapters.blobs`. A blob is there whole and verified, or it is not there;
whoever writes the same one twice has written it once. Links say which repository may hand out
which blob, whoever sent it: reading never goes by the digest alone.

Source: OCI distribution specification 1.1.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

import msgspec

from slipcast.values.digest import Digest
from slipcast.values.faults import PortFault

LinkKind = Literal["blobs", "manifests"]


class BlobInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A blob that is there.

    Shape:  touched is when it was written, or somebody last relied on it.
    Units:  size in bytes.
    """

    digest: Digest
    size: int
    touched: datetime


class UploadState(msgspec.Struct, frozen=True, kw_only=True):
    """An upload that goes on: whose it is, and how much of it has come.

    Units:  offset in bytes.
    """

    id: str
    repository: str
    offset: int
    touched: datetime


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """That a repository has a blob, since when, and what it refers to.

    Shape:  subject is the manifest that a manifest is about (referrers), None for most.
    """

    repository: str
    digest: Digest
    made: datetime
    subject: Digest | None = None


class WrongDigest(PortFault):
    """What was sent is not what the digest names."""

    default_reason = "WrongDigest"


class WrongOffset(PortFault):
    """A piece does not go on where the upload is."""

    default_reason = "WrongOffset"


class NoUpload(PortFault):
    """There is no such upload: it never was, is over, or was forgotten."""

    default_reason = "NoUpload"


class NoRoom(PortFault):
    """The disk is full, or more is sent than may be."""

    default_reason = "NoRoom"


class Blobs(Protocol):
    """Content by digest, and uploads on their way to it."""

    async def stat(self, digest: Digest) -> BlobInfo | None:
        """The blob, None when it is not there. Looking does not touch it."""
        ...

    async def touch(self, digests: Collection[Digest]) -> Mapping[Digest, BlobInfo]:
        """Those of the blobs that are there, which from now on nobody removes as old."""
        ...

    async def path(self, digest: Digest) -> Path:
        """Where the bytes can be read, by whoever sends them on.

        Shape:  the file stays readable for who has opened it, also when the blob is removed.
        Errors: NotFound.
        """
        ...

    async def begin(self, repository: str) -> UploadState:
        """A new upload into a repository."""
        ...

    async def upload(self, upload: str) -> UploadState:
        """How far an upload is; also after a restart.

        Errors: NoUpload.
        """
        ...

    async def append(
        self, upload: str, offset: int | None, body: AsyncIterator[bytes]
    ) -> UploadState:
        """Go on with an upload; what came before it broke off stays.

        Shape:  offset None means wherever it is.
        Errors: NoUpload; WrongOffset; NoRoom.
        """
        ...

    async def commit(self, upload: str, digest: Digest) -> BlobInfo:
        """Make what was sent a blob, verified, on disk; the upload is over.

        Errors: NoUpload; WrongDigest: what was sent is gone; NoRoom.
        """
        ...

    async def abort(self, upload: str) -> None:
        """Forget an upload.

        Errors: NoUpload.
        """
        ...

    async def remove(self, digest: Digest, untouched_since: datetime) -> int:
        """Remove a blob unless somebody has touched it since; the bytes won, 0 when it stays.

        Shape:  nobody can touch it and lose it: a touch is before the removal, and prevents it, or
                after, and finds nothing.
        """
        ...

    def blobs(self) -> AsyncIterator[BlobInfo]:
        """Every blob, in no order; those that come and go meanwhile may be there or not."""
        ...


class Links(Protocol):
    """Which repository has which blob, beside those that the images of its tags consist of."""

    async def add(
        self, kind: LinkKind, repository: str, digest: Digest, subject: Digest | None = None
    ) -> None:
        """Let a repository have a blob, or a manifest; once more makes it new."""
        ...

    async def find(self, kind: LinkKind, repository: str, digest: Digest) -> Link | None:
        """The link, None when there is none."""
        ...

    async def those(
        self, kind: LinkKind, repository: str, digests: Collection[Digest]
    ) -> Mapping[Digest, Link]:
        """Those of the links that are there."""
        ...

    async def remove(
        self,
        kind: LinkKind,
        repository: str,
        digest: Digest,
        made_before: datetime | None = None,
    ) -> bool:
        """Take a blob from a repository, unless it was made new since; whether it was taken."""
        ...

    def links(self, kind: LinkKind, repository: str) -> AsyncIterator[Link]:
        """All links of a repository, in the order of their digests."""
        ...

    async def referrers(self, repository: str, subject: Digest) -> tuple[Link, ...]:
        """The manifests of a repository that are about another, in the order of their digests."""
        ...

    def repositories(self) -> AsyncIterator[str]:
        """All repositories that have links."""
        ...

    async def forget(self, repository: str) -> None:
        """Remove all links of a repository."""
        ...

    async def forget_uploads(
        self, untouched_since: datetime, *, dry_run: bool = False
    ) -> tuple[UploadState, ...]:
        """Remove uploads that nobody went on with; which, or which it would have been."""
        ...
