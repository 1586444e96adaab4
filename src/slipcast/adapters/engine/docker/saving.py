"""An image as an OCI layout, made of the archive that the engine saves.

dockerd and podman save differently (layers apart under names of their own, or already a layout),
but both list configuration and layers in manifest.json. Layers stay uncompressed, as they came.

Source: OCI image layout specification 1.0; Docker image specification v1.2, combined format.
"""

from __future__ import annotations

import hashlib
import json
import os
import tarfile
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from slipcast.adapters.dockersocket import DockerSocket, SocketFault
from slipcast.adapters.engine.docker.failures import fault_of
from slipcast.adapters.pieces import Pieces
from slipcast.values.faults import EngineFault, NotFound
from slipcast.values.image import ImageFacts

_PIECE = 1 << 20
_CONFIG = "application/vnd.oci.image.config.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_INDEX = "application/vnd.oci.image.index.v1+json"
_NAME = "org.opencontainers.image.ref.name"
_GZIP = b"\x1f\x8b"


def save(socket: DockerSocket, image: ImageFacts, destination: str) -> str:
    """Write an image into a layout, `DIR` or `DIR:TAG`; the digest of its manifest.

    Errors: EngineFault.
    """
    directory, _, tag = destination.partition(":")
    what = f"the image {image.id[:12]} could not be saved to {directory}"
    root = Path(directory)
    try:
        (root / "blobs" / "sha256").mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=root, prefix=".slipcast-") as scratch:
            return _save(socket, image.id, root, Path(scratch), tag)
    except (SocketFault, NotFound) as refused:
        raise fault_of(what, refused.message) from refused
    except OSError as broken:
        raise EngineFault(f"{what}: {broken.strerror or broken}", reason="NoSpace") from broken


def _save(socket: DockerSocket, image: str, root: Path, scratch: Path, tag: str) -> str:
    members = _received(socket, image, scratch)
    listed = json.loads(members["manifest.json"].read_bytes())[0]
    blobs = root / "blobs" / "sha256"
    config = members[listed["Config"]].read_bytes()
    layers = [_moved(members[name], blobs, _LAYER) for name in listed["Layers"]]
    manifest = {
        "schemaVersion": 2,
        "mediaType": _MANIFEST,
        "config": _put(config, blobs, _CONFIG),
        "layers": layers,
    }
    text = json.dumps(manifest, separators=(",", ":")).encode()
    described = _put(text, blobs, _MANIFEST)
    _listed(root, {**described, **({"annotations": {_NAME: tag}} if tag else {})})
    return str(described["digest"])


def _received(socket: DockerSocket, image: str, scratch: Path) -> Mapping[str, Path]:
    """The regular files of the saved archive, laid down under numbers; links resolved."""
    members: dict[str, Path] = {}
    with (
        socket.stream("GET", f"/images/{image}/get", timeout=None) as pieces,
        tarfile.open(fileobj=Pieces(pieces), mode="r|") as tar,
    ):
        for number, member in enumerate(tar):
            file = tar.extractfile(member) if member.isreg() else None
            if file is not None:
                members[member.name] = scratch / str(number)
                with members[member.name].open("wb") as into:
                    _copy(file, into)
            elif member.issym() or member.islnk():
                # podman links a layer that two names share; the target came before.
                above = member.name.rpartition("/")[0] if member.issym() else ""
                target = os.path.normpath(f"{above}/{member.linkname}").lstrip("/")
                if target in members:
                    members[member.name] = members[target]
    return members


def _copy(file: IO[bytes], into: IO[bytes]) -> None:
    while piece := file.read(_PIECE):
        into.write(piece)


def _moved(path: Path, blobs: Path, media_type: str) -> dict[str, Any]:
    """A file as a blob: described, and in its place."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        first = file.read(_PIECE)
        digest.update(first)
        while piece := file.read(_PIECE):
            digest.update(piece)
    size = path.stat().st_size
    target = blobs / digest.hexdigest()
    if not target.exists():
        os.link(path, target)
    gzip = "+gzip" if first.startswith(_GZIP) else ""
    return _descriptor(media_type + gzip, digest.hexdigest(), size)


def _put(content: bytes, blobs: Path, media_type: str) -> dict[str, Any]:
    digest = hashlib.sha256(content).hexdigest()
    (blobs / digest).write_bytes(content)
    return _descriptor(media_type, digest, len(content))


def _descriptor(media_type: str, digest: str, size: int) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": size}


def _listed(root: Path, described: dict[str, Any]) -> None:
    """Enter a manifest into the index, in the place of one with the same name."""
    index = root / "index.json"
    before: list[dict[str, Any]] = []
    if index.is_file():
        before = json.loads(index.read_bytes()).get("manifests") or []
    name = _name_of(described)
    kept = [each for each in before if _name_of(each) != name or (not name and each != described)]
    document = {"schemaVersion": 2, "mediaType": _INDEX, "manifests": [*kept, described]}
    (root / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    aside = index.with_suffix(".new")
    aside.write_text(json.dumps(document))
    aside.replace(index)


def _name_of(described: Mapping[str, Any]) -> str:
    return str((described.get("annotations") or {}).get(_NAME, ""))
