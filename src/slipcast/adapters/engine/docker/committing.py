"""Commits: an image with exactly the configuration that was asked for.

No engine's own commit gives that. dockerd lays the wanted configuration over the container's, so
variables that only the build was to see end up in the image; podman ignores it altogether
(S2I-317) and adds variables of its own. So the engine's commit supplies the layer, and an image of
our own description is loaded over it: an archive whose layers are empty files, which both engines
take from their storage by digest without reading them. What came out is inspected and compared.

Source: Docker Engine API v1.41, ImageCommit, ImageLoad; Docker image specification v1.2.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from slipcast.adapters.dockersocket import DockerSocket, SocketFault
from slipcast.adapters.engine.docker.archive import tar_of
from slipcast.adapters.engine.docker.documents import differences, image_document
from slipcast.adapters.engine.docker.failures import fault_of
from slipcast.adapters.engine.docker.storage import Storage, required
from slipcast.adapters.engine.docker.upper import ENGINES_OWN, upper
from slipcast.adapters.imageconfig import config_document
from slipcast.adapters.layers.tar import END
from slipcast.ports.engine import CommitSpec
from slipcast.values.container import Mount
from slipcast.values.faults import EngineFault, NotFound
from slipcast.values.image import ImageFacts

Commit = Callable[[str, CommitSpec], ImageFacts]
"""Makes an image of a container, given its id."""


def commit(
    socket: DockerSocket,
    storage: Storage,
    mounts: Iterable[Mount],
    container: str,
    spec: CommitSpec,
) -> ImageFacts:
    """The image of a container that has ended, or never ran.

    Errors: EngineFault, also when the image is not as it was to be.
    """
    change = upper(socket, container)
    if change is not None:
        change.remove(spec.leave_out)
        change.remove_mount_points((*(mount.target for mount in mounts), *ENGINES_OWN))
        if spec.timestamp is not None:
            change.date(spec.timestamp)
    layered = _engine_commit(socket, container, spec)
    image = ""
    try:
        image = _described(socket, storage, layered, spec)
        if spec.tag:
            storage.tag(image, spec.tag)
    finally:
        if image != layered and storage.is_untagged(layered):
            storage.discard(layered)
    return required(storage.facts(image), image)


def _engine_commit(socket: DockerSocket, container: str, spec: CommitSpec) -> str:
    try:
        made = socket.post(
            "/commit",
            {"container": container, "comment": spec.comment},
            body=config_document(spec.config),
            timeout=None,
        )
    except (SocketFault, NotFound) as refused:
        raise fault_of("the container could not be committed", refused.message) from refused
    image: str = made["Id"]
    return image.removeprefix("sha256:")


def _described(socket: DockerSocket, storage: Storage, layered: str, spec: CommitSpec) -> str:
    """The id of an image: the engine's layers, and the configuration of the spec."""
    inspected = socket.get(f"/images/{layered}/json")
    history = socket.get(f"/images/{layered}/history")[1:]
    created = int(time.time()) if spec.timestamp is None else spec.timestamp
    document = image_document(
        inspected, spec.config, created=created, comment=spec.comment, history=history
    )
    content = json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
    image = hashlib.sha256(content).hexdigest()
    _load(socket, image, content, layers=len(document["rootfs"]["diff_ids"]))
    got = storage.facts(image)
    if got is None:
        # A storage that keeps images by manifest cannot be given one without its layers.
        got = storage.facts(layered)
    lost = differences(spec.config, got.config) if got is not None else ("everything",)
    if lost or got is None:
        raise EngineFault(
            f"the engine committed an image whose {', '.join(lost)} is not what was asked for",
            reason="CommitChanged",
            hint="Use the buildah engine, or a dockerd with its classic image store.",
        )
    return got.id


def _load(socket: DockerSocket, image: str, content: bytes, layers: int) -> None:
    messages = socket.messages(
        "/images/load",
        {"quiet": 1},
        data=_archive(image, content, layers),
        headers={"Content-Type": "application/x-tar"},
        timeout=None,
    )
    # Whether it worked is seen by looking for the image.
    with contextlib.suppress(SocketFault, NotFound):
        for _ in messages:
            pass


def _archive(image: str, content: bytes, layers: int) -> Iterator[bytes]:
    names = [f"{number}/layer.tar" for number in range(layers)]
    manifest: list[dict[str, Any]] = [
        {"Config": f"{image}.json", "RepoTags": None, "Layers": names}
    ]
    yield from tar_of(f"{image}.json", content)
    for name in names:
        yield from tar_of(name, b"")
    yield from tar_of("manifest.json", json.dumps(manifest).encode())
    yield END
