"""An OCI image layout as a place to send images to: a directory of blobs and an index.

Source: OCI image specification, image-layout.md.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from slipcast.adapters.layers.compressing import Sendable, Stream
from slipcast.values.imageref import ImageRef

_NAME = "org.opencontainers.image.ref.name"


class Layout:
    """A layout in a directory, made when it is missing."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._blobs = directory / "blobs" / "sha256"
        self._blobs.mkdir(parents=True, exist_ok=True)
        (directory / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')

    @property
    def name(self) -> str:
        """None: it is no repository."""
        return ""

    def layers_of(self, image: ImageRef) -> Mapping[str, tuple[str, int, str]]:
        """None: a layout has no other images that are known."""
        del image
        return {}

    def has(self, digest: str, elsewhere: Iterable[str] = ()) -> bool:
        """Whether a blob is there; a layout takes over nothing."""
        del elsewhere
        return self._place(digest).exists()

    def put_stream(self, stream: Stream) -> None:
        """Add a blob whose digest is known when it has been read."""
        new = self._blobs / f".new-{secrets.token_hex(6)}"
        try:
            _fill(new, stream)
            new.rename(self._place(stream.digest))
        finally:
            new.unlink(missing_ok=True)

    def put(self, content: bytes) -> None:
        """Add a small blob."""
        self._place(f"sha256:{hashlib.sha256(content).hexdigest()}").write_bytes(content)

    def put_manifest(self, content: bytes, media_type: str, tag: str) -> None:
        """Add a manifest and name it; the name is taken from any other."""
        self.put(content)
        descriptor: dict[str, Any] = {
            "mediaType": media_type,
            "digest": f"sha256:{hashlib.sha256(content).hexdigest()}",
            "size": len(content),
        }
        if tag:
            descriptor["annotations"] = {_NAME: tag}
        index = self._directory / "index.json"
        before = json.loads(index.read_text())["manifests"] if index.exists() else []
        kept = [
            other
            for other in before
            if other.get("annotations", {}).get(_NAME, "") != tag
            and (tag or other["digest"] != descriptor["digest"])
        ]
        new = index.with_name(f".index-{secrets.token_hex(6)}")
        new.write_text(json.dumps({"schemaVersion": 2, "manifests": [*kept, descriptor]}))
        new.replace(index)

    def _place(self, digest: str) -> Path:
        return self._blobs / digest.removeprefix("sha256:")


def _fill(path: Path, pieces: Iterable[Sendable]) -> None:
    with path.open("wb", buffering=0) as file:
        for piece in pieces:
            file.write(piece)
