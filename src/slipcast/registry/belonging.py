"""Which blobs a repository hands out: those sent to it, and those its images consist of."""

from __future__ import annotations

from slipcast.ports.blobs import BlobInfo
from slipcast.registry.names import Repository
from slipcast.registry.parts import Parts
from slipcast.values.digest import Digest


async def blob(parts: Parts, repository: Repository, digest: Digest) -> BlobInfo | None:
    """A blob, if it is here and of the repository."""
    if await parts.links.find("blobs", str(repository), digest) is None:
        return None
    return await parts.blobs.stat(digest)
