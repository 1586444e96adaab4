"""Images looked up in registries elsewhere, side by side, for one import.

What a registry serves is not trusted: everything is bounded, and what is not what its digest names
is not taken. A host that does not answer once is not asked again by the same import.

Source: image-streams.md IS-82, IS-85, IS-88, IS-520.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Final, TypeVar

import msgspec

from slipcast.api.image import Image
from slipcast.api.meta import ObjectMeta
from slipcast.api.status import Status
from slipcast.images.imports import AMD64, Found, Result, Source, as_found, chosen
from slipcast.images.manifests import Piece, Platform, References, described, references
from slipcast.ports.distribution import (
    HTTP_ONLY,
    TLS,
    UNAUTHORIZED,
    UNKNOWN,
    UNREACHABLE,
    Distribution,
    DistributionFault,
    Login,
    RemoteManifest,
    Way,
)
from slipcast.store.streams import failures
from slipcast.values import registrykeys
from slipcast.values.actor import Actor
from slipcast.values.faults import Fault, InvalidFault
from slipcast.values.imageref import ImageRef

AT_ONCE: Final = 5
"""How many things are asked for side by side, for one import."""
LARGEST_CONFIG: Final = 4 * 1024 * 1024
LARGEST: Final = 64 * 1024 * 1024
"""Bytes of manifests and configurations that one import may bring."""
MOST_PLATFORMS: Final = 100
"""How many images one for several platforms may stand for."""

_CONFIGS: Final = frozenset(
    {
        "application/vnd.docker.container.image.v1+json",
        "application/vnd.oci.image.config.v1+json",
        "application/octet-stream",
        "",
    }
)
_NO_TLS: Final = frozenset({HTTP_ONLY, TLS})
_WITH_LOGIN: Final = frozenset({UNAUTHORIZED, UNKNOWN})

T = TypeVar("T")


class Asker(msgspec.Struct, frozen=True, kw_only=True):
    """Who an import is for.

    Shape:  actor is None where the server imports by itself; own are the addresses of the registry
            here, each of which a login for any of them fits.
    """

    actor: Actor | None = None
    own: frozenset[str] = frozenset()


_SERVER: Final = Asker()

Logins = Callable[[], Awaitable[tuple[Login, ...]]]
"""The logins of the namespace that an import is for; read when they are needed."""


class Fetching:
    """What one import looks up."""

    def __init__(
        self,
        distribution: Distribution,
        logins: Logins,
        platform: Platform = AMD64,
        asker: Asker = _SERVER,
    ) -> None:
        self._distribution = distribution
        self._read = logins
        self._platform = platform
        self._asker = asker
        self._seats = asyncio.Semaphore(AT_ONCE)
        self._left = LARGEST
        self._dead: dict[tuple[str, bool], DistributionFault] = {}
        self._logins: tuple[Login, ...] | None = None
        self._reading = asyncio.Lock()
        self._trouble: Fault | None = None

    async def images(self, sources: Sequence[Source]) -> dict[Source, Result]:
        """What was found of each."""
        wanted = dict.fromkeys(sources)
        async with asyncio.TaskGroup() as tasks:
            running = {each: tasks.create_task(self.image(each)) for each in wanted}
        return {source: task.result() for source, task in running.items()}

    async def image(self, source: Source) -> Result:
        """What was found."""
        name = source.ref.exact
        try:
            async with self._seats:
                return await self._found(source)
        except DistributionFault as fault:
            return self._told(failures.of_registry(fault, name), fault)
        except InvalidFault as fault:
            return failures.internal(f"{name} has no manifest that can be read: {fault.message}")

    async def tags(self, repository: ImageRef, *, insecure: bool) -> tuple[str, ...] | Status:
        """All tags of a repository."""
        try:
            return await self._asked(
                repository,
                lambda way: self._distribution.tags(repository, way),
                insecure=insecure,
            )
        except DistributionFault as fault:
            return self._told(failures.of_registry(fault, _bare(repository)), fault)

    async def _found(self, source: Source) -> Found:
        remote = await self._manifest(source, source.ref)
        found = references(remote.media_type, remote.body)
        if not found.is_index:
            return Found(image=await self._image(source, remote, found))
        if source.is_original:
            return await self._original(source, remote, found)
        piece = chosen(found, self._platform)
        if piece is None:
            raise DistributionFault(f"{source.ref.exact} stands for no image")
        return Found(image=await self._part(source, piece))

    async def _original(self, source: Source, remote: RemoteManifest, index: References) -> Found:
        """An image for several platforms, with all that it stands for."""
        if len(index.manifests) > MOST_PLATFORMS:
            raise DistributionFault(
                f"{source.ref.exact} stands for more than {MOST_PLATFORMS} images"
            )
        parts = [await self._part(source, piece) for piece in index.manifests]
        return Found(image=_as_image(source, remote, ""), manifests=tuple(parts))

    async def _part(self, source: Source, piece: Piece) -> Image:
        """One of the images that an index stands for.

        Errors: DistributionFault, also when it is an index again.
        """
        remote = await self._manifest(source, source.ref.with_digest(piece.digest))
        found = references(remote.media_type, remote.body)
        if found.is_index:
            raise DistributionFault(f"{source.ref.exact} stands for another index")
        return await self._image(source, remote, found)

    async def _image(self, source: Source, remote: RemoteManifest, found: References) -> Image:
        config = found.config
        is_known = config is not None and config.media_type in _CONFIGS
        text = await self._config(source, config) if config is not None and is_known else ""
        return _as_image(source, remote, text)

    async def _manifest(self, source: Source, ref: ImageRef) -> RemoteManifest:
        remote = await self._asked(
            ref, lambda way: self._distribution.manifest(ref, way), insecure=source.insecure
        )
        self._take(len(remote.body))
        return remote

    async def _config(self, source: Source, piece: Piece) -> str:
        """The text of a configuration.

        Errors: DistributionFault, also when it is not what its digest names.
        """
        ref = source.ref

        async def whole(way: Way) -> bytes:
            body = bytearray()
            async with aclosing(await self._distribution.blob(ref, piece.digest, way)) as pieces:
                async for each in pieces:
                    body += each
                    if len(body) > LARGEST_CONFIG:
                        raise DistributionFault(f"the configuration of {ref} is too large")
            return bytes(body)

        body = await self._asked(ref, whole, insecure=source.insecure)
        self._take(len(body))
        if not piece.digest.matches(body):
            raise DistributionFault(f"the configuration of {ref} is not what its digest names")
        try:
            return body.decode()
        except UnicodeDecodeError as odd:
            raise DistributionFault(f"the configuration of {ref} is no text") from odd

    def _take(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise DistributionFault("the images of one import are too large together")

    async def _asked(
        self, ref: ImageRef, ask: Callable[[Way], Awaitable[T]], *, insecure: bool
    ) -> T:
        """What a registry answers: to anybody, or to who has the logins of the namespace (IS-82).

        Errors: DistributionFault.
        """
        place = ref.registry_host, insecure
        if place in self._dead:
            raise self._dead[place]
        known, actor = self._logins or (), self._asker.actor
        try:
            return await ask(Way(logins=known, insecure=insecure, actor=actor))
        except DistributionFault as fault:
            if fault.reason in _NO_TLS or (fault.reason == UNREACHABLE and fault.retryable):
                self._dead[place] = fault
            if fault.reason not in _WITH_LOGIN or known:
                raise
            logins = await self._secrets()
            if not any(self._is_for(login, ref) for login in logins):
                raise
        return await ask(Way(logins=logins, insecure=insecure, actor=actor))

    async def _secrets(self) -> tuple[Login, ...]:
        """The logins of the namespace; none where they cannot be read."""
        async with self._reading:
            if self._logins is None:
                try:
                    self._logins = await self._read()
                except Fault as trouble:
                    self._trouble, self._logins = trouble, ()
            return self._logins

    def _told(self, status: Status, fault: DistributionFault) -> Status:
        if self._trouble is not None and fault.reason == UNAUTHORIZED:
            return failures.without_secrets(status, self._trouble)
        return status

    def _is_for(self, login: Login, ref: ImageRef) -> bool:
        own, place = self._asker.own, login.place.partition("/")[0]
        is_ours = place in own and ref.registry_host in own
        return is_ours or bool(registrykeys.fitting([login.place], ref))


def repository(name: str) -> ImageRef:
    """The repository that an import names, with nothing left to defaults, at no tag.

    Errors: InvalidFault.
    """
    return msgspec.structs.replace(ImageRef.parse(ImageRef.parse(name).exact), tag="", digest=None)


def _bare(ref: ImageRef) -> str:
    return str(msgspec.structs.replace(ref, tag="", digest=None))


def _as_image(source: Source, remote: RemoteManifest, config: str) -> Image:
    """The Image that a manifest and its configuration are."""
    image = Image(
        metadata=ObjectMeta(name=str(remote.digest)),
        docker_image_manifest=remote.body.decode(),
        docker_image_manifest_media_type=remote.media_type,
        docker_image_config=config,
    )
    return as_found(described(image), source)
