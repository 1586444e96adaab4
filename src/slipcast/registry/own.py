"""Images of this registry as imports read them: here, not over the network, and by who asks.

Who imports with a name that means this registry, by whichever of its addresses, is asked for the
right to pull, as is who tags. The server on its own behalf, when a schedule or a stream says so,
comes as nobody, and then as those whose tokens the namespace keeps as logins at this registry. Who
may not is told the same whether there is something or not.

What is given counts as kept here for the other stream, too: so it is given whole, or not at all.

Source: image-streams.md IS-24, IS-82, IS-112.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import BinaryIO, Final

from slipcast.api.image import ImageStream
from slipcast.images.events import newest
from slipcast.ports.distribution import (
    UNAUTHORIZED,
    UNKNOWN,
    UNREACHABLE,
    Distribution,
    DistributionFault,
    RemoteManifest,
    Way,
)
from slipcast.ports.identity import Credentials
from slipcast.registry import belonging, contents, pullthrough, streams
from slipcast.registry.faults import RegistryFault
from slipcast.registry.names import TAG, Repository
from slipcast.registry.parts import Manifest, Parts
from slipcast.registry.rights import may
from slipcast.values.actor import ANONYMOUS, Actor
from slipcast.values.apifaults import Unauthorized
from slipcast.values.digest import Digest
from slipcast.values.faults import NotFound
from slipcast.values.imageref import ImageRef

MOST_LOGINS: Final = 100
"""Tokens of one namespace that are tried."""
PIECE: Final = 256 * 1024
_HINT: Final = (
    "it is of this server's registry: whoever imports it, or the service accounts of the namespace"
    " when that is the server, needs the role system:image-puller there"
)


class AllRegistries:
    """Registries elsewhere, and this one. Implements Distribution.

    Shape:  until this one is included, all are elsewhere.
    """

    def __init__(self, others: Distribution) -> None:
        self._others = others
        self._parts: Parts | None = None

    def include(self, parts: Parts) -> None:
        """Read images of this registry from now on, too."""
        self._parts = parts

    async def manifest(self, image: ImageRef, way: Way) -> RemoteManifest:
        """See Distribution."""
        return await self._of(image).manifest(image, way)

    async def blob(self, image: ImageRef, digest: Digest, way: Way) -> AsyncGenerator[bytes, None]:
        """See Distribution."""
        return await self._of(image).blob(image, digest, way)

    async def tags(self, image: ImageRef, way: Way) -> tuple[str, ...]:
        """See Distribution."""
        return await self._of(image).tags(image, way)

    def _of(self, image: ImageRef) -> Distribution:
        parts = self._parts
        return _Own(parts) if parts and streams.is_here(parts, image) else self._others


class _Own:
    """This registry. Implements Distribution."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def manifest(self, image: ImageRef, way: Way) -> RemoteManifest:
        """See Distribution."""
        repository = await self._pulled(image, way)
        stream = await streams.stream_of(self._parts, repository)
        digest = _meant(stream, image) if stream is not None else None
        if stream is None or digest is None:
            raise _missing(image)
        found = await self._whole(repository, stream, digest)
        if found is not None:
            return RemoteManifest(digest=digest, media_type=found.media_type, body=found.body)
        if any(streams.image_of(event) == digest for event in streams.events(stream)):
            raise DistributionFault(
                f"not all of {image} is kept here: it is another registry's. Import it from there,"
                " or pull it from here once",
                reason=UNREACHABLE,
            )
        raise _missing(image)

    async def blob(self, image: ImageRef, digest: Digest, way: Way) -> AsyncGenerator[bytes, None]:
        """See Distribution."""
        repository = await self._pulled(image, way)
        if not await belonging.is_of(self._parts, repository, digest):
            raise _missing(image)
        try:
            path = await self._parts.blobs.path(digest)
            file = path.open("rb")
        except (NotFound, FileNotFoundError) as gone:
            raise _missing(image) from gone
        pieces = _pieces(file)
        # Begun, so that it closes the file also when nobody reads it.
        await anext(pieces)
        return pieces

    async def tags(self, image: ImageRef, way: Way) -> tuple[str, ...]:
        """See Distribution."""
        stream = await streams.stream_of(self._parts, await self._pulled(image, way))
        if stream is None:
            raise _missing(image)
        names = (each.tag for each in stream.status.tags if each.items)
        return tuple(name for name in names if TAG.fullmatch(name))

    async def _whole(
        self, repository: Repository, stream: ImageStream, digest: Digest
    ) -> Manifest | None:
        if not await pullthrough.is_whole(self._parts, repository, stream, digest):
            return None
        return await contents.manifest(self._parts, repository, stream, digest)

    async def _pulled(self, image: ImageRef, way: Way) -> Repository:
        """The repository of an image, for who may pull from it.

        Errors: DistributionFault UNAUTHORIZED, also for what can be no repository.
        """
        try:
            repository = Repository.parse(image.repository)
        except RegistryFault as odd:
            raise _refused(image, way) from odd
        async for actor in self._askers(way):
            if await may(self._parts, actor, repository, "pull"):
                return repository
        raise _refused(image, way)

    async def _askers(self, way: Way) -> AsyncIterator[Actor]:
        """As whom a repository is asked for, one after the other."""
        if way.actor is not None:
            yield way.actor
            return
        yield ANONYMOUS
        ours = (each.password for each in way.logins if self._is_here(each.place))
        for token in list(dict.fromkeys(ours))[:MOST_LOGINS]:
            try:
                actor = await self._parts.authenticator.authenticate(Credentials(bearer=token))
            except Unauthorized:
                continue
            if actor is not None:
                yield actor

    def _is_here(self, place: str) -> bool:
        host = place.rpartition("://")[2].partition("/")[0]
        return host == self._parts.address or host in self._parts.aliases


def _meant(stream: ImageStream, image: ImageRef) -> Digest | None:
    if image.digest is not None:
        return image.digest
    event = newest(stream, image.with_default_tag.tag)
    return streams.image_of(event) if event is not None else None


def _missing(image: ImageRef) -> DistributionFault:
    return DistributionFault(f"there is no {image}", reason=UNKNOWN)


def _refused(image: ImageRef, way: Way) -> DistributionFault:
    fault = DistributionFault(f"{image} is not for who asks", reason=UNAUTHORIZED, hint=_HINT)
    fault.anonymous = way.actor is None and not way.logins
    return fault


async def _pieces(file: BinaryIO) -> AsyncGenerator[bytes, None]:
    with file:
        yield b""
        while piece := await asyncio.to_thread(file.read, PIECE):
            yield piece
