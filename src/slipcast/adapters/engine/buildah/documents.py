"""The documents of a new image: its configuration and its manifest. Pure.

Source: OCI image specification, config.md and manifest.md; docker image manifest v2 schema 2.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from slipcast.adapters.imageconfig import config_document, stamp_of
from slipcast.ports.engine import CommitSpec

_OCI = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.oci.image.layer.v1.tar",
)
_DOCKER = (
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.container.image.v1+json",
    "application/vnd.docker.image.rootfs.diff.tar",
)
_FROM_BASE = ("architecture", "os", "os.version", "variant")
_CREATED_BY = "slipcast"


def configuration(
    base: Mapping[str, Any], spec: CommitSpec, layers: Sequence[str], created: int
) -> bytes:
    """The image configuration: what the base is for, what the specification says.

    Shape:  layers are all diffIDs, lowest first, the new one last.
    """
    stamp = stamp_of(created)
    document = {
        "created": stamp,
        **{name: base[name] for name in _FROM_BASE if base.get(name)},
        "config": config_document(spec.config),
        "rootfs": {"type": "layers", "diff_ids": list(layers)},
        "history": [*_history(base, len(layers) - 1), _step(stamp, spec.comment)],
    }
    return _encoded(document)


def manifest(config: bytes, layers: Sequence[tuple[str, int]], *, with_onbuild: bool) -> bytes:
    """The manifest over uncompressed layers, as the store keeps them.

    Shape:  layers are (digest, size). OCI's configuration has no place for ONBUILD, so images with
            it are docker's.
    """
    whole, for_config, for_layer = _DOCKER if with_onbuild else _OCI
    document = {
        "schemaVersion": 2,
        "mediaType": whole,
        "config": {
            "mediaType": for_config,
            "digest": f"sha256:{hashlib.sha256(config).hexdigest()}",
            "size": len(config),
        },
        "layers": [
            {"mediaType": for_layer, "digest": digest, "size": size} for digest, size in layers
        ],
    }
    return _encoded(document)


def _history(base: Mapping[str, Any], layers: int) -> list[dict[str, Any]]:
    """The base's history, when it accounts for every layer."""
    steps = list(base.get("history") or ())
    if sum(not step.get("empty_layer") for step in steps) == layers:
        return steps
    return [{"created_by": "base image"}] * layers


def _step(stamp: str, comment: str) -> dict[str, Any]:
    return {
        "created": stamp, "created_by": _CREATED_BY, **({"comment": comment} if comment else {})
    }  # fmt: skip


def _encoded(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
