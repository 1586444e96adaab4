"""FakeRegistries: registries elsewhere, in memory.

What is in them is named as people name images, `registry.example.com/shop/web:1.0`; every registry
that is named is there. A test says which want a password, and which are broken.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from slipcast.images.manifests import OCI_INDEX, SCHEMA_2, digest_of
from slipcast.ports.distribution import (
    UNAUTHORIZED,
    UNKNOWN,
    DistributionFault,
    Login,
    RemoteManifest,
    Way,
)
from slipcast.values import registrykeys
from slipcast.values.digest import Digest
from slipcast.values.imageref import ImageRef

GZIP = "application/vnd.docker.image.rootfs.diff.tar.gzip"
CONFIG = "application/vnd.docker.container.image.v1+json"
PIECE = 1024


@dataclass(slots=True)
class _Repository:
    manifests: dict[str, RemoteManifest] = field(default_factory=dict)
    blobs: dict[Digest, bytes] = field(default_factory=dict)

    def take(self, wanted: str, body: bytes, media_type: str) -> Digest:
        """Keep a manifest under its digest, and under a tag where one is wanted."""
        found = RemoteManifest(digest=digest_of(body, media_type), media_type=media_type, body=body)
        self.manifests[str(found.digest)] = found
        if wanted:
            self.manifests[wanted] = found
        return found.digest


@dataclass(slots=True)
class FakeRegistries:
    """A Distribution that gives what it was given.

    Shape:  passwords by host are asked for; broken by host are raised; insecure says which hosts
            may only be asked by who does not mind. asked are the things asked for, in their order.
    """

    passwords: dict[str, tuple[str, str]] = field(default_factory=dict)
    broken: dict[str, DistributionFault] = field(default_factory=dict)
    insecure: dict[str, DistributionFault] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    _repositories: dict[str, _Repository] = field(default_factory=dict)

    def push(
        self,
        name: str,
        config: Mapping[str, Any] | None = None,
        layers: Sequence[bytes] = (b"layer",),
        **more: Any,
    ) -> Digest:
        """An image with a configuration and layers; its digest.

        Shape:  config is what a container is started with; more is beside it (architecture, os).
        """
        ref = ImageRef.parse(name)
        repository = self._repository(ref)
        document = {
            "architecture": "amd64",
            "os": "linux",
            "created": "2017-03-01T12:00:00Z",
            "config": dict(config or {}),
            "rootfs": {"type": "layers", "diff_ids": [str(Digest.of(each)) for each in layers]},
            **more,
        }
        text = json.dumps(document).encode()
        manifest = {
            "schemaVersion": 2,
            "mediaType": SCHEMA_2,
            "config": self._piece(repository, text, CONFIG),
            "layers": [self._piece(repository, each, GZIP) for each in layers],
        }
        body = json.dumps(manifest).encode()
        return repository.take(ref.tag, body, SCHEMA_2)

    def push_index(self, name: str, **images: Digest) -> Digest:
        """An image for several platforms, which are named by their architecture: `amd64=...`."""
        ref = ImageRef.parse(name)
        repository = self._repository(ref)
        manifests = [
            {
                "digest": str(digest),
                "size": len(repository.manifests[str(digest)].body),
                "mediaType": SCHEMA_2,
                "platform": {"os": "linux", "architecture": architecture},
            }
            for architecture, digest in images.items()
        ]
        body = json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": manifests})
        return repository.take(ref.tag, body.encode(), OCI_INDEX)

    def put(self, name: str, body: bytes, media_type: str) -> Digest:
        """Whatever is to be served as a manifest; its digest."""
        ref = ImageRef.parse(name)
        return self._repository(ref).take(ref.tag, body, media_type)

    def put_blob(self, name: str, content: bytes) -> Digest:
        """A blob in the repository of an image; its digest."""
        digest = Digest.of(content)
        self._repository(ImageRef.parse(name)).blobs[digest] = content
        return digest

    def spoil(self, name: str, digest: Digest, content: bytes) -> None:
        """Serve something else under the digest of a blob."""
        self._repository(ImageRef.parse(name)).blobs[digest] = content

    async def manifest(self, image: ImageRef, way: Way) -> RemoteManifest:
        """See Distribution."""
        wanted = image.digest or image.with_default_tag.tag
        name = f"{_place(image)}{'@' if image.digest else ':'}{wanted}"
        repository = self._reach(image, way, name)
        found = repository.manifests.get(str(wanted))
        if found is None:
            raise DistributionFault(f"there is no {name}", reason=UNKNOWN)
        return found

    async def blob(self, image: ImageRef, digest: Digest, way: Way) -> AsyncGenerator[bytes, None]:
        """See Distribution."""
        name = f"{_place(image)} {digest}"
        found = self._reach(image, way, name).blobs.get(digest)
        if found is None:
            raise DistributionFault(f"there is no {name}", reason=UNKNOWN)
        return _pieces(found)

    async def tags(self, image: ImageRef, way: Way) -> tuple[str, ...]:
        """See Distribution."""
        repository = self._reach(image, way, f"{_place(image)} tags")
        return tuple(name for name in repository.manifests if ":" not in name)

    def _reach(self, image: ImageRef, way: Way, name: str) -> _Repository:
        self.asked.append(name)
        host = image.registry_host
        if host in self.broken:
            raise self.broken[host]
        if host in self.insecure and not way.insecure:
            raise self.insecure[host]
        logins = [each for each in way.logins if registrykeys.fitting([each.place], image)]
        if host in self.passwords and not any(self._fits(host, each) for each in logins):
            fault = DistributionFault(f"{host} does not give {name}", reason=UNAUTHORIZED)
            fault.anonymous = not logins
            fault.tried = tuple(each.secret for each in logins if each.secret)
            raise fault
        if _place(image) not in self._repositories:
            raise DistributionFault(f"there is no {_place(image)}", reason=UNKNOWN)
        return self._repository(image)

    def _fits(self, host: str, login: Login) -> bool:
        return (login.user, login.password.reveal()) == self.passwords[host]

    def _repository(self, image: ImageRef) -> _Repository:
        return self._repositories.setdefault(_place(image), _Repository())

    def _piece(self, repository: _Repository, content: bytes, media_type: str) -> dict[str, Any]:
        digest = Digest.of(content)
        repository.blobs[digest] = content
        return {"digest": str(digest), "size": len(content), "mediaType": media_type}


def _place(image: ImageRef) -> str:
    return f"{image.registry_host}/{image.repository}"


async def _pieces(content: bytes) -> AsyncGenerator[bytes, None]:
    for start in range(0, len(content), PIECE):
        yield content[start : start + PIECE]
